// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/probe/identity.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/container.h"

static const struct identity_key key = { { 7, 7, 7 } };

static struct probe_spec base_spec(void)
{
	struct probe_spec spec = {
		.proto = PROTO_UDP,
		.ttl = 4,
		.flow = 33500,
		.id = 0x1234,
	};

	addr_from_text("192.0.2.1", &spec.src);
	addr_from_text("198.51.100.7", &spec.dst);
	return spec;
}

static struct probe_spec sealed(uint32_t serial)
{
	struct probe_spec spec = base_spec();

	identity_seal(&key, serial, &spec);
	return spec;
}

/* --- sealing ----------------------------------------------------------------- */

enum change { SOURCE, DESTINATION, PROTOCOL, FLOW, SERIAL, KEY, PROBE_ID, TTL, REQUEST, CHANGES };
static const char *const change_names[CHANGES] = {
	"source", "destination", "protocol", "flow", "serial", "key", "id", "ttl", "request",
};

static struct probe_spec sealed_with(enum change change)
{
	struct identity_key other = key;
	struct probe_spec spec = base_spec();

	spec.src.bytes[15] ^= change == SOURCE;
	spec.dst.bytes[15] ^= change == DESTINATION;
	if (change == PROTOCOL)
		spec.proto = PROTO_TCP;
	spec.flow = (uint16_t)(spec.flow + (change == FLOW));
	spec.id = (uint16_t)(spec.id + (change == PROBE_ID));
	spec.ttl = (uint8_t)(spec.ttl + (change == TTL));
	spec.is_request = change == REQUEST;
	other.bytes[15] ^= change == KEY;
	identity_seal(&other, change == SERIAL ? 2 : 1, &spec);
	return spec;
}

Test(identity, the_tag_depends_on_everything_that_names_the_probe)
{
	struct probe_spec spec = sealed(1);

	for (enum change change = SOURCE; change < CHANGES; change++) {
		struct probe_spec other = sealed_with(change);

		cr_expect_neq(other.tag, spec.tag, "%s", change_names[change]);
	}
}

Test(identity, the_icmp_identifier_depends_on_the_flow_alone)
{
	struct probe_spec spec = sealed(1);

	for (enum change change = SOURCE; change < CHANGES; change++) {
		struct probe_spec other = sealed_with(change);
		bool is_of_probe = change == PROBE_ID || change == TTL || change == REQUEST;

		cr_expect_eq(other.icmp_id == spec.icmp_id, is_of_probe, "%s",
			     change_names[change]);
	}
}

Test(identity, sealing_twice_gives_the_same)
{
	struct probe_spec spec = sealed(1);
	struct probe_spec again = spec;

	identity_seal(&key, 1, &again);
	cr_assert_eq(again.tag, spec.tag);
	cr_assert_eq(again.icmp_id, spec.icmp_id);
}

Test(identity, the_tag_is_never_zero)
{
	struct probe_spec spec = base_spec();

	for (uint32_t serial = 0; serial < 200000; serial++) {
		identity_seal(&key, serial, &spec);
		cr_assert_neq(spec.tag, 0);
		cr_assert_neq(identity_ipv4_id(&spec), 0);
	}
	spec.tag = 0xabcd0000;
	cr_assert_neq(identity_ipv4_id(&spec), 0, "the kernel would choose one");
}

Test(identity, keys_are_random)
{
	struct identity_key a = { { 0 } }, b = { { 0 } };

	identity_key_random(&a);
	identity_key_random(&b);
	cr_assert_neq(memcmp(&a, &b, sizeof(a)), 0);
}

/* --- judging ----------------------------------------------------------------- */

#define KEYED_ALL (KEYED_IPV4_ID | KEYED_SEQ | KEYED_PAYLOAD | KEYED_ICMP_ID)

/* A reply that brought these values back as they were sent. */
static struct reply faithful_reply(const struct probe_spec *spec, unsigned int keyed)
{
	return (struct reply){
		.keyed = (uint8_t)keyed,
		.ipv4_id = identity_ipv4_id(spec),
		.seq_tag = (uint16_t)(spec->tag >> 16),
		.icmp_id = spec->icmp_id,
		.payload_tag = spec->tag,
	};
}

Test(identity, right_values_prove_in_every_combination)
{
	struct probe_spec spec = sealed(1);

	for (unsigned int keyed = 0; keyed <= KEYED_ALL; keyed++) {
		struct reply reply = faithful_reply(&spec, keyed);

		cr_expect_eq(identity_judge(&spec, &reply),
			     keyed ? IDENTITY_PROVEN : IDENTITY_UNPROVEN, "keyed %x", keyed);
	}
}

/* Values that did not come back are not looked at, whatever they are. */
Test(identity, values_that_are_not_keyed_do_not_count)
{
	struct probe_spec spec = sealed(1);

	for (unsigned int keyed = 0; keyed <= KEYED_ALL; keyed++) {
		struct reply right = faithful_reply(&spec, keyed);
		struct reply reply = { .keyed = (uint8_t)keyed };

		if (keyed & KEYED_IPV4_ID)
			reply.ipv4_id = right.ipv4_id;
		if (keyed & KEYED_SEQ)
			reply.seq_tag = right.seq_tag;
		if (keyed & KEYED_PAYLOAD)
			reply.payload_tag = right.payload_tag;
		if (keyed & KEYED_ICMP_ID)
			reply.icmp_id = right.icmp_id;
		cr_expect_eq(identity_judge(&spec, &reply),
			     keyed ? IDENTITY_PROVEN : IDENTITY_UNPROVEN, "keyed %x", keyed);
	}
}

static void flip(struct reply *reply, unsigned int value, unsigned int bit)
{
	if (value == KEYED_IPV4_ID)
		reply->ipv4_id ^= (uint16_t)(1u << bit % 16);
	if (value == KEYED_SEQ)
		reply->seq_tag ^= (uint16_t)(1u << bit % 16);
	if (value == KEYED_PAYLOAD)
		reply->payload_tag ^= 1u << bit;
	if (value == KEYED_ICMP_ID)
		reply->icmp_id ^= (uint16_t)(1u << bit % 16);
}

Test(identity, one_flipped_bit_is_wrong)
{
	static const unsigned int strong[] = { KEYED_SEQ, KEYED_PAYLOAD, KEYED_ICMP_ID };
	struct probe_spec spec = sealed(1);

	for (unsigned int keyed = 0; keyed <= KEYED_ALL; keyed++) {
		for (size_t i = 0; i < ARRAY_LEN(strong); i++) {
			if (!(keyed & strong[i]))
				continue;
			for (unsigned int bit = 0; bit < 32; bit++) {
				struct reply reply = faithful_reply(&spec, keyed);

				flip(&reply, strong[i], bit);
				cr_expect_eq(identity_judge(&spec, &reply), IDENTITY_WRONG,
					     "keyed %x, value %x, bit %u", keyed, strong[i], bit);
			}
		}
	}
}

Test(identity, a_rewritten_identification_counts_only_alone)
{
	struct probe_spec spec = sealed(1);

	for (unsigned int keyed = 0; keyed <= KEYED_ALL; keyed++) {
		bool alone = keyed == KEYED_IPV4_ID;

		if (!(keyed & KEYED_IPV4_ID))
			continue;
		for (unsigned int bit = 0; bit < 16; bit++) {
			struct reply reply = faithful_reply(&spec, keyed);

			flip(&reply, KEYED_IPV4_ID, bit);
			cr_expect_eq(identity_judge(&spec, &reply),
				     alone ? IDENTITY_WRONG : IDENTITY_PROVEN, "keyed %x, bit %u",
				     keyed, bit);
		}
	}
}

Test(identity, an_identification_quoted_in_host_order_passes)
{
	struct probe_spec spec = sealed(1);
	struct reply reply = faithful_reply(&spec, KEYED_IPV4_ID);

	reply.ipv4_id = __builtin_bswap16(reply.ipv4_id);
	cr_assert_eq(identity_judge(&spec, &reply), IDENTITY_PROVEN);
}

/* The identification of a request is its identifier once more: nothing keyed. */
Test(identity, a_request_is_never_proven_by_its_identification)
{
	struct probe_spec spec = base_spec();
	struct reply reply;

	spec.is_request = true;
	identity_seal(&key, 1, &spec);
	cr_assert_eq(identity_ipv4_id(&spec), spec.id);
	reply = faithful_reply(&spec, KEYED_IPV4_ID);
	cr_expect_eq(identity_judge(&spec, &reply), IDENTITY_UNPROVEN);
	reply.ipv4_id ^= 1; /* a NAT on the way */
	cr_expect_eq(identity_judge(&spec, &reply), IDENTITY_UNPROVEN);
}

Test(identity, an_earlier_trace_of_the_same_flow_does_not_match)
{
	static const unsigned int values[] = { KEYED_IPV4_ID, KEYED_SEQ, KEYED_PAYLOAD,
					       KEYED_ICMP_ID };
	struct probe_spec earlier = sealed(1);
	struct probe_spec later = sealed(2);

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct reply reply = faithful_reply(&earlier, values[i]);

		cr_expect_eq(identity_judge(&earlier, &reply), IDENTITY_PROVEN);
		cr_expect_eq(identity_judge(&later, &reply), IDENTITY_WRONG, "value %x", values[i]);
	}
}
