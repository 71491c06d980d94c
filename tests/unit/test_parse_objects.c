// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/probe/parse_objects.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/container.h"
#include "prober/probe/parse.h"
#include "tests/support/replies.h"
#include "wire/checksum.h"

#define MPLS	  "0008 0101 49338 1 01" /* label 299832, class 0, bottom, TTL 1 */
#define TWO	  MPLS "0005 0203 aa"	 /* and some object of another class */
#define MPLS_LEN  8
#define TWO_LEN	  13
#define CUT_SHORT "0009 0101 49338 1 01"

struct objects_case {
	const char *name;
	struct error_objects objects;
	uint16_t wanted; /* bytes of objects */
};

static const struct objects_case cases[] = {
	{ "as RFC 4884 has it", { .hex = MPLS, .is_told = true, .has_checksum = true }, MPLS_LEN },
	{ "two objects", { .hex = TWO, .is_told = true, .has_checksum = true }, TWO_LEN },
	{ "no checksum", { .hex = MPLS, .is_told = true }, MPLS_LEN },
	{ "wrong checksum", { .hex = MPLS, .is_told = true, .has_checksum = true, .harm = 1 }, 0 },
	{ "a longer quote",
	  { .hex = MPLS, .is_told = true, .has_checksum = true, .quote = 160 },
	  MPLS_LEN },
	{ "from before RFC 4884", { .hex = MPLS, .has_checksum = true }, MPLS_LEN },
	{ "untold and without a checksum: may be anything", { .hex = MPLS }, 0 },
	{ "another version",
	  { .hex = MPLS, .is_told = true, .has_checksum = true, .version = 1 },
	  0 },
	{ "longer than what there is",
	  { .hex = CUT_SHORT, .is_told = true, .has_checksum = true },
	  0 },
	{ "shorter than its header",
	  { .hex = "0003 0101", .is_told = true, .has_checksum = true },
	  0 },
	{ "half a header", { .hex = MPLS "00", .is_told = true, .has_checksum = true }, 0 },
	{ "nothing behind the header", { .hex = "", .is_told = true, .has_checksum = true }, 0 },
	{ "a quote too short for objects",
	  { .hex = MPLS, .is_told = true, .has_checksum = true, .quote = 120 },
	  0 },
};

static void expect(const struct objects_case *c, bool is_v4)
{
	struct packet_bytes p = reply_error_with_objects(is_v4, &c->objects);
	struct packet_bytes wanted = packet_from_hex(c->objects.hex);
	struct reply reply;

	cr_assert_eq(parse_packet(p.bytes, p.len, false, &reply), PARSE_OK, "%s", c->name);
	cr_assert_eq(reply.objects_len, c->wanted, "%s, IPv%d: %u bytes", c->name, is_v4 ? 4 : 6,
		     reply.objects_len);
	if (c->wanted > 0)
		cr_assert(memcmp(reply.objects, wanted.bytes, c->wanted) == 0, "%s", c->name);
	/* Whatever follows the quote, it is still that of our probe. */
	cr_assert_eq(reply.flow, SAMPLE_FLOW, "%s", c->name);
	cr_assert_eq(reply.id, SAMPLE_ID, "%s", c->name);
	cr_assert_eq(reply.quoted_ttl, 1, "%s", c->name);
}

Test(parse_objects, only_what_is_sound_counts)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		expect(&cases[i], true);
		expect(&cases[i], false);
	}
}

Test(parse_objects, of_a_packet_that_was_not_captured_whole_there_are_none)
{
	static const struct error_objects objects = { .hex = MPLS,
						      .is_told = true,
						      .has_checksum = true };
	struct packet_bytes p = reply_error_with_objects(true, &objects);
	struct reply reply;

	for (size_t cut = 1; cut <= MPLS_LEN + 4 + 100; cut++) {
		cr_assert_eq(parse_packet(p.bytes, p.len - cut, false, &reply), PARSE_OK);
		cr_assert_eq(reply.objects_len, 0, "%zu bytes less", cut);
	}
}

Test(parse_objects, packet_too_big_has_no_length_of_a_quote)
{
	static const struct error_objects objects = { .hex = MPLS,
						      .is_told = true,
						      .has_checksum = true };
	struct packet_bytes p = reply_error_with_objects(false, &objects);
	struct icmp_hdr *icmp = (struct icmp_hdr *)(void *)(p.bytes + sizeof(struct ipv6_hdr));
	struct reply reply;

	icmp->type = ICMPV6_TOO_BIG;
	icmp->checksum = be16_from((uint16_t)(be16_to(icmp->checksum) + 0x100));
	cr_assert_eq(parse_packet(p.bytes, p.len, false, &reply), PARSE_OK);
	cr_assert_eq(reply.icmp_type, ICMPV6_TOO_BIG);
	cr_assert_eq(reply.objects_len, 0);
}

Test(parse_objects, traffic_class_is_told_in_both_families)
{
	static const struct error_objects objects = { .hex = MPLS,
						      .is_told = true,
						      .has_checksum = true };
	struct packet_bytes p = reply_error_with_objects(false, &objects);
	struct ipv4_hdr *hdr;
	struct reply reply;

	p.bytes[0] = 0x6b; /* version 6, class 0xb8 */
	p.bytes[1] = 0x8f;
	cr_assert_eq(parse_packet(p.bytes, p.len, false, &reply), PARSE_OK);
	cr_assert_eq(reply.tos, 0xb8);
	p = reply_error_with_objects(true, &objects);
	hdr = (struct ipv4_hdr *)(void *)p.bytes;
	hdr->tos = 0xc0;
	hdr->checksum = csum_replace(hdr->checksum, be16_from(0x4500), be16_from(0x45c0));
	cr_assert_eq(parse_packet(p.bytes, p.len, false, &reply), PARSE_OK);
	cr_assert_eq(reply.tos, 0xc0);
}
