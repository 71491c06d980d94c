// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/checksum.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/addr_text.h"
#include "tests/support/packets.h"
#include "tests/support/random.h"
#include "wire/headers.h"

/* RFC 1071 as it stands there: bytes in pairs, the first one high. */
static uint16_t reference(const uint8_t *bytes, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? bytes[i] : (uint64_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static struct csum over(const void *bytes, size_t len)
{
	return csum_add((struct csum){ 0 }, bytes, (uint32_t)len);
}

Test(checksum, agrees_with_the_definition_at_every_length)
{
	struct random r = { 3 };
	uint8_t bytes[300];

	for (size_t len = 0; len <= sizeof(bytes); len++) {
		random_fill(&r, bytes, len);
		cr_assert_eq(be16_to(csum_finish(over(bytes, len))), reference(bytes, len),
			     "length %zu", len);
	}
}

Test(checksum, agrees_with_the_example_of_the_rfc)
{
	static const uint8_t bytes[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	cr_assert_eq(be16_to(csum_finish(over(bytes, sizeof(bytes)))), (uint16_t)~0xddf2);
}

Test(checksum, reads_no_byte_behind_an_odd_length)
{
	for (size_t len = 1; len < 16; len += 2) {
		uint8_t *bytes = malloc(len); /* AddressSanitizer guards the byte behind it */

		cr_assert(bytes);
		memset(bytes, 0xab, len);
		cr_assert_eq(be16_to(csum_finish(over(bytes, len))), reference(bytes, len));
		free(bytes);
	}
}

Test(checksum, holds_64_kib_of_ones)
{
	static uint8_t bytes[65535];

	memset(bytes, 0xff, sizeof(bytes));
	cr_assert_eq(be16_to(csum_finish(over(bytes, sizeof(bytes)))),
		     reference(bytes, sizeof(bytes)));
}

Test(checksum, may_be_summed_in_pieces)
{
	struct random r = { 4 };
	uint8_t bytes[64];
	struct csum sum;
	be32 word;
	be16 half;

	for (int i = 0; i < 1000; i++) {
		size_t cut = 2 * random_below(&r, 28);

		random_fill(&r, bytes, sizeof(bytes));
		memcpy(&word, bytes + cut, sizeof(word));
		memcpy(&half, bytes + cut + 4, sizeof(half));
		sum = csum_add16(csum_add32(over(bytes, cut), word), half);
		sum = csum_add(sum, bytes + cut + 6, (uint32_t)(sizeof(bytes) - cut - 6));
		cr_assert_eq(be16_to(csum_finish(sum)), reference(bytes, sizeof(bytes)));
	}
}

Test(checksum, replacing_a_word_equals_summing_again)
{
	static const uint16_t corners[] = { 0, 1, 0x7fff, 0x8000, 0xfffe, 0xffff };
	struct random r = { 5 };
	uint8_t bytes[40];

	for (int i = 0; i < 20000; i++) {
		size_t at = 2 * random_below(&r, sizeof(bytes) / 2);
		be16 after = { (uint16_t)random_u64(&r) };
		be16 before, checksum;

		if (i % 3 == 0)
			after = be16_from(corners[random_below(&r, 6)]);
		random_fill(&r, bytes, sizeof(bytes));
		if (i % 5 == 0)
			memset(bytes + at, i % 2 ? 0xff : 0, 2);
		checksum = csum_finish(over(bytes, sizeof(bytes)));
		memcpy(&before, bytes + at, sizeof(before));
		memcpy(bytes + at, &after, sizeof(after));
		cr_assert_eq(be16_to(csum_replace(checksum, before, after)),
			     reference(bytes, sizeof(bytes)), "round %d", i);
	}
}

/* What a receiver computes over a message that carries its checksum. */
static bool receiver_accepts(struct csum sum, be16 filler, be16 checksum)
{
	return csum_folded(csum_add16(csum_add16(sum, filler), checksum)) == 0xffff;
}

Test(checksum, filler_reaches_every_wanted_value)
{
	struct random r = { 6 };
	uint8_t bytes[22];
	struct csum sum;

	random_fill(&r, bytes, sizeof(bytes));
	sum = over(bytes, sizeof(bytes));
	for (uint32_t wanted = 0; wanted <= 0xffff; wanted++) {
		be16 want = be16_from((uint16_t)wanted);
		be16 filler = csum_filler(sum, want);

		cr_assert(receiver_accepts(sum, filler, want), "%04x", wanted);
		/* A sender that computes it gets the same; it writes ffff as 0000, the other
		 * zero of one's complement. */
		cr_assert_eq(be16_to(csum_finish(csum_add16(sum, filler))),
			     wanted == 0xffff ? 0 : wanted, "%04x", wanted);
	}
}

Test(checksum, filler_suits_every_payload)
{
	static const uint16_t wanted[] = { 0, 1, 0x00ff, 0xbeaf, 0xff00, 0xfffe, 0xffff };
	struct random r = { 7 };
	uint8_t bytes[64];

	for (int i = 0; i < 5000; i++) {
		size_t len = random_below(&r, sizeof(bytes) + 1);
		struct csum sum;

		random_fill(&r, bytes, len);
		if (i % 50 == 0)
			memset(bytes, i % 100 ? 0xff : 0, len);
		sum = over(bytes, len);
		for (size_t j = 0; j < sizeof(wanted) / sizeof(wanted[0]); j++) {
			be16 want = be16_from(wanted[j]);

			cr_assert(receiver_accepts(sum, csum_filler(sum, want), want),
				  "round %d, %04x", i, wanted[j]);
		}
	}
}

/* --- pseudo headers: packets that the deployed programs sent --------------- */

static const struct known_packet {
	const char *name;
	const char *src, *dst;
	uint8_t proto;
	const char *l4;
} known_packets[] = {
	{ "UDP over IPv4", "10.77.9.2", "10.77.1.2", PROTO_UDP,
	  "03fd 0035 0010 1006 25e35498bd36 9546" },
	{ "ICMPv6", "fd77:9::2", "fd77:1::2", PROTO_ICMPV6,
	  "8101 4c32 1006 0000 00000000 fd770009000000000000000000000001 000129e7 00000000" },
	{ "TCP over IPv4", "10.77.1.2", "10.77.9.2", PROTO_TCP,
	  "829a 82dc 00000001 00000000 5002 2000 6bcd 0000" },
	{ "UDP over IPv4, odd", "192.0.2.1", "192.0.2.2", PROTO_UDP, "0001 0002 0009 1ad5 61" },
};

Test(checksum, pseudo_header_suits_packets_seen_on_the_wire)
{
	for (size_t i = 0; i < sizeof(known_packets) / sizeof(known_packets[0]); i++) {
		const struct known_packet *known = &known_packets[i];
		struct packet_bytes l4 = packet_from_hex(known->l4);
		struct addr src, dst;
		struct csum sum;

		cr_assert(addr_from_text(known->src, &src) && addr_from_text(known->dst, &dst));
		sum = csum_pseudo(&src, &dst, known->proto, (uint16_t)l4.len);
		sum = csum_add(sum, l4.bytes, (uint32_t)l4.len);
		cr_expect_eq(csum_folded(sum), 0xffff, "%s: folds to %04x", known->name,
			     be16_to((be16){ csum_folded(sum) }));
	}
}
