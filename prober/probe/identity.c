// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/probe/identity.h"

#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(struct identity_key) == crypto_shorthash_KEYBYTES, "SipHash-2-4");

void identity_key_random(struct identity_key *ret_key)
{
	randombytes_buf(ret_key->bytes, sizeof(ret_key->bytes));
}

static uint64_t identity_hash(const struct identity_key *key, const void *input, size_t len)
{
	uint64_t hash;

	crypto_shorthash((unsigned char *)&hash, input, len, key->bytes);
	return hash;
}

void identity_seal(const struct identity_key *key, uint32_t serial, struct probe_spec *spec)
{
	struct {
		struct addr src, dst;
		uint32_t serial;
		uint16_t flow;
		uint16_t id;
		uint8_t proto;
		uint8_t ttl;
		uint8_t is_request;
		uint8_t zero;
	} input = {
		.src = spec->src,
		.dst = spec->dst,
		.serial = serial,
		.flow = spec->flow,
		.proto = spec->proto,
	};

	/* First what is the same for the whole flow, then what names this probe. */
	spec->icmp_id = (uint16_t)identity_hash(key, &input, sizeof(input));
	input.id = spec->id;
	input.ttl = spec->ttl;
	input.is_request = spec->is_request;
	spec->tag = (uint32_t)(identity_hash(key, &input, sizeof(input)) >> 32);
	if (!spec->tag)
		spec->tag = 1; /* 0 in a quote means: not quoted */
}

uint16_t identity_ipv4_id(const struct probe_spec *spec)
{
	uint16_t low = (uint16_t)spec->tag;

	if (spec->is_request)
		return spec->id;
	return low ? low : 1; /* the kernel would replace a 0 */
}

/* Some hosts quote the identification in their own byte order. */
static bool identity_ipv4_id_fits(uint16_t got, uint16_t want)
{
	return got == want || got == __builtin_bswap16(want);
}

enum identity_verdict identity_judge(const struct probe_spec *spec, const struct reply *reply)
{
	/* The identification is judged only where nothing stronger came back, as
	 * some NATs rewrite it, and where the key is in it: in no request. */
	bool strong = reply->keyed & (KEYED_SEQ | KEYED_PAYLOAD | KEYED_ICMP_ID);

	if ((reply->keyed & KEYED_SEQ) && reply->seq_tag != spec->tag >> 16)
		return IDENTITY_WRONG;
	if ((reply->keyed & KEYED_PAYLOAD) && reply->payload_tag != spec->tag)
		return IDENTITY_WRONG;
	if ((reply->keyed & KEYED_ICMP_ID) && reply->icmp_id != spec->icmp_id)
		return IDENTITY_WRONG;
	if (strong)
		return IDENTITY_PROVEN;
	if (spec->is_request || !(reply->keyed & KEYED_IPV4_ID))
		return IDENTITY_UNPROVEN;
	return identity_ipv4_id_fits(reply->ipv4_id, identity_ipv4_id(spec)) ? IDENTITY_PROVEN
									     : IDENTITY_WRONG;
}
