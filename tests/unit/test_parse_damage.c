// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets that are cut, damaged or made of random bytes.  Each lies at the end of
 * a block of its own, so that AddressSanitizer sees a byte read behind it. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "prober/probe/parse.h"
#include "tests/support/random.h"
#include "tests/support/replies.h"
#include "wire/checksum.h"

static enum parse_verdict parse_exact(const void *bytes, size_t len, bool outgoing,
				      struct reply *ret_reply)
{
	uint8_t *block = malloc(len ? len : 1);
	enum parse_verdict verdict;

	cr_assert(block);
	memcpy(block, bytes, len);
	verdict = parse_packet(block, len, outgoing, ret_reply);
	free(block);
	return verdict;
}

/* A structure that was written to no longer looks like this one. */
static struct reply untouched(void)
{
	struct reply reply;

	memset(&reply, 0xa5, sizeof(reply));
	return reply;
}

static bool is_untouched(const struct reply *reply)
{
	struct reply never = untouched();

	return memcmp(reply, &never, sizeof(never)) == 0;
}

/* --- cut --------------------------------------------------------------------- */

/* What a packet cut to `len` bytes may still tell. */
static void expect_fewer_fields(const struct reply_sample *s, size_t len, const struct reply *cut,
				const struct reply *whole)
{
	cr_expect_eq(cut->kind, whole->kind, "%s, %zu bytes", s->name, len);
	cr_expect_eq(cut->id, whole->id, "%s, %zu bytes", s->name, len);
	cr_expect_eq(cut->flow, whole->flow, "%s, %zu bytes", s->name, len);
	cr_expect(addr_equal(&cut->peer, &whole->peer), "%s, %zu bytes", s->name, len);
	cr_expect_eq(cut->keyed & ~whole->keyed, 0, "%s, %zu bytes", s->name, len);
	if (whole->keyed & KEYED_PAYLOAD)
		cr_expect_eq((cut->keyed & KEYED_PAYLOAD) != 0, len >= s->least + 4,
			     "%s, %zu bytes: payload", s->name, len);
	if (cut->keyed & KEYED_PAYLOAD)
		cr_expect_eq(cut->payload_tag, whole->payload_tag, "%s, %zu bytes", s->name, len);
	if (s->kind != REPLY_ANSWER)
		return;
	cr_expect_eq(cut->answer.body_len, len - s->ip_len - 8);
	cr_expect_eq(cut->answer.has_hop, len >= s->ip_len + 28, "%s, %zu bytes: hop", s->name,
		     len);
	cr_expect_eq(cut->answer.has_rtt, len >= s->ip_len + 32, "%s, %zu bytes: time", s->name,
		     len);
}

Test(parse_damage, a_packet_cut_at_any_byte_tells_less_and_nothing_wrong)
{
	const struct reply_sample *samples;
	size_t count = reply_samples(&samples);

	for (size_t i = 0; i < count; i++) {
		const struct reply_sample *s = &samples[i];
		struct reply whole;

		cr_assert_eq(parse_packet(s->packet.bytes, s->packet.len, s->outgoing, &whole),
			     PARSE_OK, "%s", s->name);
		for (size_t len = 0; len < s->packet.len; len++) {
			struct reply cut = untouched();
			enum parse_verdict got =
				parse_exact(s->packet.bytes, len, s->outgoing, &cut);

			cr_expect_eq(got, len < s->least ? PARSE_TRUNCATED : PARSE_OK,
				     "%s, %zu of at least %zu bytes: %s", s->name, len, s->least,
				     parse_verdict_name(got));
			if (got == PARSE_OK)
				expect_fewer_fields(s, len, &cut, &whole);
			else
				cr_expect(is_untouched(&cut), "%s, %zu bytes", s->name, len);
		}
	}
}

/* --- damaged ----------------------------------------------------------------- */

static bool is_icmp(const struct reply_sample *s)
{
	return s->kind == REPLY_ERROR || s->kind == REPLY_ECHO || s->kind == REPLY_ANSWER ||
	       (s->kind == REPLY_ARRIVAL && (s->proto == PROTO_ICMP || s->proto == PROTO_ICMPV6));
}

static enum parse_verdict parse_flipped(const struct reply_sample *s, size_t bit)
{
	struct packet_bytes damaged = s->packet;
	struct reply reply = untouched();
	enum parse_verdict got;

	damaged.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
	got = parse_exact(damaged.bytes, damaged.len, false, &reply);
	if (got != PARSE_OK)
		cr_expect(is_untouched(&reply), "%s, bit %zu", s->name, bit);
	return got;
}

Test(parse_damage, one_flipped_bit_of_icmp_is_noticed)
{
	const struct reply_sample *samples;
	size_t count = reply_samples(&samples);

	for (size_t i = 0; i < count; i++) {
		const struct reply_sample *s = &samples[i];

		if (!is_icmp(s))
			continue;
		for (size_t bit = 8 * s->ip_len; bit < 8 * s->packet.len; bit++)
			cr_expect_eq(parse_flipped(s, bit), PARSE_BAD_CHECKSUM, "%s, bit %zu",
				     s->name, bit);
		/* ICMPv6 covers the addresses, too. */
		for (size_t bit = 8 * 8; !s->is_v4 && bit < 8 * s->ip_len; bit++)
			cr_expect_eq(parse_flipped(s, bit), PARSE_BAD_CHECKSUM, "%s, bit %zu",
				     s->name, bit);
	}
}

Test(parse_damage, one_flipped_bit_of_the_ipv4_header_is_noticed)
{
	const struct reply_sample *samples;
	size_t count = reply_samples(&samples);

	for (size_t i = 0; i < count; i++) {
		const struct reply_sample *s = &samples[i];

		for (size_t bit = 0; s->is_v4 && !s->outgoing && bit < 8 * s->ip_len; bit++)
			cr_expect_neq(parse_flipped(s, bit), PARSE_OK, "%s, bit %zu", s->name, bit);
	}
}

/* --- random ------------------------------------------------------------------ */

static void expect_no_harm(const uint8_t *bytes, size_t len, size_t *verdicts)
{
	for (int outgoing = 0; outgoing < 2; outgoing++) {
		struct reply reply = untouched();
		enum parse_verdict got = parse_exact(bytes, len, outgoing, &reply);

		cr_assert_lt(got, PARSE_VERDICT_COUNT);
		cr_assert_eq(got != PARSE_OK, is_untouched(&reply));
		verdicts[got]++;
	}
}

Test(parse_damage, random_bytes_do_no_harm)
{
	size_t verdicts[PARSE_VERDICT_COUNT] = { 0 };
	struct random r = { 20 };
	uint8_t bytes[160];

	for (int i = 0; i < 100000; i++) {
		size_t len = random_below(&r, sizeof(bytes) + 1);

		random_fill(&r, bytes, len);
		if (len && i % 4)
			bytes[0] = (uint8_t)(i % 2 ? 0x45 : 0x60);
		expect_no_harm(bytes, len, verdicts);
	}
	cr_expect_gt(verdicts[PARSE_TRUNCATED], 0);
	cr_expect_gt(verdicts[PARSE_NOT_OURS], 0);
	cr_expect_gt(verdicts[PARSE_NOT_IP], 0);
}

static void put_checksum(uint8_t *at, struct csum sum)
{
	be16 checksum = csum_finish(sum);

	memcpy(at, &checksum, sizeof(checksum));
}

/* Makes a damaged packet's checksums right again, so that it gets further. */
static void repair(const struct reply_sample *s, uint8_t *bytes, size_t len)
{
	struct csum sum = { 0 };
	struct addr src, dst;

	if (s->is_v4) {
		memset(bytes + 10, 0, 2);
		put_checksum(bytes + 10, csum_add(sum, bytes, 20));
	} else {
		memcpy(&src, bytes + 8, sizeof(src));
		memcpy(&dst, bytes + 24, sizeof(dst));
		sum = csum_pseudo(&src, &dst, PROTO_ICMPV6, (uint16_t)(len - s->ip_len));
	}
	if (!is_icmp(s))
		return;
	memset(bytes + s->ip_len + 2, 0, 2);
	put_checksum(bytes + s->ip_len + 2,
		     csum_add(sum, bytes + s->ip_len, (uint32_t)(len - s->ip_len)));
}

Test(parse_damage, packets_with_random_bytes_in_them_do_no_harm)
{
	size_t verdicts[PARSE_VERDICT_COUNT] = { 0 };
	const struct reply_sample *samples;
	size_t count = reply_samples(&samples);
	struct random r = { 21 };

	for (size_t i = 0; i < 100000; i++) {
		const struct reply_sample *s = &samples[random_below(&r, (uint32_t)count)];
		uint8_t bytes[PACKET_MAX];
		size_t len = s->packet.len;

		memcpy(bytes, s->packet.bytes, len);
		for (uint32_t n = random_below(&r, 4); n > 0; n--)
			bytes[random_below(&r, (uint32_t)len)] = (uint8_t)random_u64(&r);
		if (i % 4)
			repair(s, bytes, len);
		expect_no_harm(bytes, i % 3 ? len : random_below(&r, (uint32_t)len), verdicts);
	}
	for (size_t i = 0; i < PARSE_VERDICT_COUNT; i++)
		cr_expect_gt(verdicts[i], 0, "never %s", parse_verdict_name((enum parse_verdict)i));
}
