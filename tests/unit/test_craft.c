// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/probe/craft.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/container.h"
#include "prober/probe/identity.h"
#include "tests/support/build.h"
#include "tests/support/random.h"
#include "wire/checksum.h"
#include "wire/revtr.h"

static const struct craft_case {
	const char *name;
	bool is_v4;
	bool is_request;
	uint8_t proto;
	size_t len;
} cases[] = {
	{ "forward UDP over IPv4", true, false, PROTO_UDP, 34 },
	{ "forward TCP over IPv4", true, false, PROTO_TCP, 40 },
	{ "forward ICMP", true, false, PROTO_ICMP, 34 },
	{ "forward UDP over IPv6", false, false, PROTO_UDP, 54 },
	{ "forward TCP over IPv6", false, false, PROTO_TCP, 60 },
	{ "forward ICMPv6", false, false, PROTO_ICMPV6, 54 },
	{ "request for UDP over IPv4", true, true, PROTO_UDP, 92 },
	{ "request for TCP over IPv4", true, true, PROTO_TCP, 100 },
	{ "request for ICMP", true, true, PROTO_ICMP, 92 },
	{ "request for UDP over IPv6", false, true, PROTO_UDP, 132 },
	{ "request for TCP over IPv6", false, true, PROTO_TCP, 140 },
	{ "request for ICMPv6", false, true, PROTO_ICMPV6, 132 },
};

static const struct identity_key key = { { 1, 2, 3 } };

static struct probe_spec spec_of(const struct craft_case *t, uint8_t ttl, uint16_t flow,
				 uint16_t id)
{
	struct probe_spec spec = {
		.is_request = t->is_request,
		.proto = t->proto,
		.ttl = ttl,
		.flow = flow,
		.id = id,
	};

	addr_from_text(t->is_v4 ? "192.0.2.1" : "2001:db8::1", &spec.src);
	addr_from_text(t->is_v4 ? "198.51.100.7" : "2001:db8:5::7", &spec.dst);
	identity_seal(&key, 5, &spec);
	return spec;
}

static const char *const contacts[] = {
	NULL,
	"https:x",
	"mailto:noc@example.net",
	"https://measurements.example.net/who-we-are-and-how-to-stop-us/1",
};

static struct probe_spec random_spec(const struct craft_case *t, struct random *r)
{
	struct probe_spec spec;
	static const uint16_t corners[] = { 0, 1, 53, 80, 0xbeaf, 0xfffe, 0xffff };
	uint16_t flow = (uint16_t)random_u64(r);

	if (random_below(r, 3) == 0)
		flow = corners[random_below(r, ARRAY_LEN(corners))];
	spec = spec_of(t, (uint8_t)random_u64(r), flow, (uint16_t)(1 + random_below(r, 65535)));
	spec.contact = contacts[random_below(r, ARRAY_LEN(contacts))];
	return spec;
}

static size_t ip_len_of(const struct craft_case *t)
{
	return t->is_v4 ? sizeof(struct ipv4_hdr) : sizeof(struct ipv6_hdr);
}

Test(craft, packets_have_their_length_and_nothing_is_written_behind_it)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct probe_spec spec = spec_of(&cases[i], 3, 33500, 77);
		uint8_t packet[CRAFT_MAX];
		size_t len, announced;

		memset(packet, 0xa5, sizeof(packet));
		len = craft_packet(&spec, packet);
		cr_expect_eq(len, cases[i].len, "%s: %zu bytes", cases[i].name, len);
		announced = cases[i].is_v4 ? (size_t)(packet[2] << 8 | packet[3])
					   : (size_t)(packet[4] << 8 | packet[5]) + 40;
		cr_expect_eq(announced, len, "%s: announces %zu bytes", cases[i].name, announced);
		for (; len < sizeof(packet); len++)
			cr_expect_eq(packet[len], 0xa5, "%s: byte %zu", cases[i].name, len);
	}
}

static void expect_valid_checksums(const struct craft_case *t, const struct probe_spec *spec)
{
	uint8_t packet[CRAFT_MAX];
	size_t len = craft_packet(spec, packet);
	size_t ip_len = ip_len_of(t);
	uint8_t proto = packet[t->is_v4 ? 9 : 6];
	struct csum sum = { 0 };

	if (t->is_v4)
		cr_assert_eq(csum_folded(csum_add(sum, packet, 20)), 0xffff, "%s: IPv4 header",
			     t->name);
	if (proto != PROTO_ICMP)
		sum = csum_pseudo(&spec->src, &spec->dst, proto, (uint16_t)(len - ip_len));
	sum = csum_add(sum, packet + ip_len, (uint32_t)(len - ip_len));
	cr_assert_eq(csum_folded(sum), 0xffff, "%s: flow %04x id %04x tag %08x", t->name,
		     spec->flow, spec->id, spec->tag);
}

Test(craft, checksums_are_valid_whatever_they_carry)
{
	struct random r = { 14 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (int round = 0; round < 2000; round++) {
			struct probe_spec spec = random_spec(&cases[i], &r);

			if (round % 7 == 0)
				spec.tag &= 0xffff0000; /* no identification left */
			expect_valid_checksums(&cases[i], &spec);
		}
	}
}

/* Everything that a router may hash, in place: addresses, traffic class, flow
 * label, protocol, fragmentation, ports or the first four bytes of ICMP, and the
 * identifier of ICMP.  The rest is set to zero. */
static void keep_hashed_bytes(const struct craft_case *t, uint8_t *packet, size_t len)
{
	size_t ip_len = ip_len_of(t);
	bool is_icmp = t->proto == PROTO_ICMP || t->proto == PROTO_ICMPV6;
	size_t l4_hashed = is_icmp ? 6 : 4;

	if (t->is_v4) {
		memset(packet + 4, 0, 2);  /* identification */
		memset(packet + 8, 0, 1);  /* TTL */
		memset(packet + 10, 0, 2); /* header checksum */
	} else {
		memset(packet + 7, 0, 1); /* hop limit */
	}
	memset(packet + ip_len + l4_hashed, 0, len - ip_len - l4_hashed);
}

Test(craft, probes_of_a_flow_look_the_same_to_load_balancers)
{
	struct random r = { 15 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct probe_spec spec = spec_of(&cases[i], 1, 33500, 1);
		uint8_t first[CRAFT_MAX], other[CRAFT_MAX];
		size_t len = craft_packet(&spec, first);

		if (cases[i].is_request)
			continue;
		keep_hashed_bytes(&cases[i], first, len);
		for (int round = 0; round < 2000; round++) {
			spec = random_spec(&cases[i], &r);
			spec = spec_of(&cases[i], spec.ttl, 33500, spec.id);
			cr_assert_eq(craft_packet(&spec, other), len);
			keep_hashed_bytes(&cases[i], other, len);
			cr_assert_eq(memcmp(first, other, len), 0, "%s: id %04x ttl %u",
				     cases[i].name, spec.id, spec.ttl);
		}
	}
}

Test(craft, another_flow_looks_different_to_load_balancers)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct probe_spec spec = spec_of(&cases[i], 3, 33500, 1);
		struct probe_spec other = spec_of(&cases[i], 3, 33501, 1);
		uint8_t a[CRAFT_MAX], b[CRAFT_MAX];

		craft_packet(&spec, a);
		craft_packet(&other, b);
		cr_expect_neq(memcmp(a + ip_len_of(&cases[i]), b + ip_len_of(&cases[i]), 4), 0,
			      "%s", cases[i].name);
	}
}

/* --- contacts --------------------------------------------------------------- */

/* Between zeros, where RFC 9511 has readers look for it; nowhere in TCP and in what goes to
 * somebody else. */
Test(craft, contact_goes_along_where_there_is_room)
{
	for (size_t i = 0; i < ARRAY_LEN(cases) * ARRAY_LEN(contacts); i++) {
		const struct craft_case *t = &cases[i % ARRAY_LEN(cases)];
		const char *contact = contacts[i / ARRAY_LEN(cases)];
		struct probe_spec spec = spec_of(t, 3, 33500, 77);
		size_t before = ip_len_of(t) + 12; /* the tag, or what is asked for */
		uint8_t packet[CRAFT_MAX];
		size_t len, contact_len;

		spec.contact = contact;
		memset(packet, 0xa5, sizeof(packet));
		len = craft_packet(&spec, packet);
		if (!contact || (t->proto == PROTO_TCP && !t->is_request)) {
			cr_expect_eq(len, t->len, "%s", t->name);
			continue;
		}
		contact_len = strlen(contact);
		cr_assert_geq(len, before + 1 + contact_len + 1, "%s", t->name);
		cr_expect_eq(packet[before], 0, "%s", t->name);
		cr_expect_str_eq((const char *)packet + before + 1, contact, "%s", t->name);
		cr_expect_geq(len, t->len, "%s: shorter than the answers allow", t->name);
		expect_valid_checksums(t, &spec);
		cr_assert(addr_from_text(t->is_v4 ? "203.0.113.1" : "2001:db8:9::1", &spec.toward));
		cr_expect(!t->is_request || craft_packet(&spec, packet) < before + 22 + contact_len,
			  "%s: towards somebody else", t->name);
	}
}

/* --- requests --------------------------------------------------------------- */

Test(craft, request_is_what_deployed_servers_read)
{
	struct probe_spec spec = spec_of(&cases[6], 9, 0x82dc, 0x1006);
	struct packet_bytes want = packet_from_hex("0801 0000 1006 0000 09 11 82dc");
	uint8_t packet[CRAFT_MAX];

	craft_packet(&spec, packet);
	memcpy(want.bytes + 2, packet + 22, 2); /* the checksum is checked elsewhere */
	cr_assert_arr_eq(packet + 20, want.bytes, want.len);
	cr_assert_eq(packet[1], 0, "type of service");
	cr_assert_eq(packet[8], 64, "requests travel far");
	cr_assert_eq(packet[4] << 8 | packet[5], 0x1006, "servers copy the identification");
	spec = spec_of(&cases[9], 0, 0, 0xffff);
	craft_packet(&spec, packet);
	cr_assert_eq(packet[7], 64);
	cr_assert_eq(packet[40], ICMPV6_ECHO);
	cr_assert_eq(packet[48], 0, "the support check");
}

Test(craft, request_is_as_long_as_probe_and_response_together)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct probe_spec spec = spec_of(&cases[i], 3, 33500, 1);
		size_t ip_len = ip_len_of(&cases[i]);
		uint8_t packet[CRAFT_MAX];
		size_t len = craft_packet(&spec, packet);

		if (!cases[i].is_request)
			continue;
		cr_expect_geq(len, ip_len + (cases[i].proto == PROTO_TCP ? 24 : 16) + ip_len + 36,
			      "%s", cases[i].name);
		/* To somebody else goes the probe, to us the response. */
		addr_from_text(cases[i].is_v4 ? "203.0.113.1" : "2001:db8:9::1", &spec.toward);
		cr_expect_geq(craft_packet(&spec, packet), ip_len + 36, "%s", cases[i].name);
	}
}

Test(craft, request_padding_is_no_extension_object)
{
	struct probe_spec spec = spec_of(&cases[6], 3, 33500, 1);
	uint8_t packet[CRAFT_MAX];

	craft_packet(&spec, packet);
	cr_assert_neq(packet[20 + 12] >> 4, 2);
}

/* As the deployed client sends it, by its captures of indirect traces. */
Test(craft, indirect_request_names_its_target_as_deployed_clients_do)
{
	static const struct {
		size_t base; /* of `cases` */
		const char *target;
		const char *object;
	} wants[] = {
		{ 6, "10.77.11.2", "2000 c5a0 0010 0500 00000000 00000000 0000ffff 0a4d0b02" },
		{ 9, "fd77:11::2", "2000 dd64 0010 0500 fd770011 00000000 00000000 00000002" },
	};

	for (size_t i = 0; i < ARRAY_LEN(wants); i++) {
		const struct craft_case *t = &cases[wants[i].base];
		struct probe_spec spec = spec_of(t, 3, 33500, 1);
		struct packet_bytes want = packet_from_hex(wants[i].object);
		uint8_t packet[CRAFT_MAX];
		size_t len;

		cr_assert(addr_from_text(wants[i].target, &spec.toward));
		len = craft_packet(&spec, packet);
		cr_assert_eq(len, ip_len_of(t) + 12 + want.len);
		cr_assert_arr_eq(packet + ip_len_of(t) + 12, want.bytes, want.len);
	}
}

/* --- identity: crafted, then parsed ------------------------------------------ */

static void expect_same_probe(const struct craft_case *t, const struct probe_spec *spec,
			      const struct reply *reply, const char *how)
{
	cr_expect_eq(reply->id, spec->id, "%s, %s: id %04x, sent %04x", t->name, how, reply->id,
		     spec->id);
	cr_expect_eq(reply->is_request, spec->is_request, "%s, %s", t->name, how);
	cr_expect(addr_equal(&reply->peer, &spec->dst), "%s, %s: peer", t->name, how);
	if (!spec->is_request) {
		cr_expect_eq(reply->flow, spec->flow, "%s, %s: flow", t->name, how);
		cr_expect_eq(reply->proto, spec->proto, "%s, %s: protocol", t->name, how);
	}
}

/* Parses an ICMP error for the packet that quotes `quote` bytes of it, 0: all. */
static struct reply parse_error(const struct craft_case *t, const uint8_t *packet, size_t len,
				size_t quote)
{
	struct packet_bytes frame = { .len = sizeof(struct eth_hdr) + len };
	struct packet_bytes error;
	struct reply reply = { 0 };

	memcpy(frame.bytes + sizeof(struct eth_hdr), packet, len);
	frame.bytes[sizeof(struct eth_hdr) + (t->is_v4 ? 8 : 7)] = 1; /* what is left of the TTL */
	error = build_error(
		t->is_v4 ? "203.0.113.9" : "2001:db8:9::9", t->is_v4 ? "192.0.2.1" : "2001:db8::1",
		t->is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED, 0, &frame, quote);
	cr_assert_eq(parse_packet(error.bytes + sizeof(struct eth_hdr),
				  error.len - sizeof(struct eth_hdr), false, &reply),
		     PARSE_OK, "%s", t->name);
	cr_assert_eq(reply.kind, REPLY_ERROR);
	cr_assert_eq(reply.quoted_ttl, 1);
	return reply;
}

/* What eight bytes of UDP over IPv6 and requests have no room for. */
static enum identity_verdict proof_in(const struct craft_case *t, bool is_short)
{
	if (t->is_request || (is_short && !t->is_v4 && t->proto == PROTO_UDP))
		return IDENTITY_UNPROVEN;
	return IDENTITY_PROVEN;
}

Test(craft, parse_finds_the_probe_again)
{
	struct random r = { 16 };

	for (size_t i = 0; i < ARRAY_LEN(cases) * 200; i++) {
		const struct craft_case *t = &cases[i % ARRAY_LEN(cases)];
		struct probe_spec spec = random_spec(t, &r);
		uint8_t packet[CRAFT_MAX];
		size_t len = craft_packet(&spec, packet);
		struct reply reply = { 0 };

		cr_assert_eq(parse_packet(packet, len, true, &reply), PARSE_OK, "%s", t->name);
		cr_expect_eq(reply.kind, REPLY_SENT);
		expect_same_probe(t, &spec, &reply, "as it leaves");
		cr_expect_eq(identity_judge(&spec, &reply), proof_in(t, false), "%s, as it leaves",
			     t->name);
		reply = parse_error(t, packet, len, 0);
		expect_same_probe(t, &spec, &reply, "quoted");
		cr_expect_eq(identity_judge(&spec, &reply), proof_in(t, false), "%s, quoted",
			     t->name);
		reply = parse_error(t, packet, len, ip_len_of(t) + 8);
		expect_same_probe(t, &spec, &reply, "quoted in part");
		cr_expect_eq(identity_judge(&spec, &reply), proof_in(t, true), "%s, quoted in part",
			     t->name);
	}
}
