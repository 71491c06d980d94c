// SPDX-License-Identifier: GPL-2.0-or-later
/* The simulated network itself: its short cut says what its bytes say. */
#include <criterion/criterion.h>

#include "prober/probe/craft.h"
#include "tests/support/fake_trace.h"
#include "wire/revtr.h"

static const struct identity_key key = { { 3, 1, 4, 1, 5 } };

static void expect_same(const struct reply *a, const struct reply *b)
{
	cr_assert_eq(a->kind, b->kind);
	cr_assert(addr_equal(&a->from, &b->from) && addr_equal(&a->to, &b->to));
	cr_assert(addr_equal(&a->peer, &b->peer));
	cr_assert_eq(a->proto, b->proto);
	cr_assert_eq(a->is_request, b->is_request);
	cr_assert_eq(a->ttl, b->ttl);
	cr_assert_eq(a->flow, b->flow);
	cr_assert_eq(a->id, b->id);
	cr_assert_eq(a->keyed, b->keyed, "keyed %u and %u", a->keyed, b->keyed);
	cr_assert_eq(a->keyed & KEYED_SEQ ? a->seq_tag : 0, b->keyed & KEYED_SEQ ? b->seq_tag : 0);
	cr_assert_eq(a->icmp_id, b->icmp_id);
	cr_assert_eq(a->payload_tag, b->payload_tag);
	if (a->kind == REPLY_ERROR || a->kind == REPLY_ARRIVAL || a->kind == REPLY_SENT)
		cr_assert_eq(a->ipv4_id, b->ipv4_id);
	if (a->kind == REPLY_ERROR || a->kind == REPLY_ANSWER) {
		cr_assert_eq(a->icmp_code, b->icmp_code);
		cr_assert_eq(a->quoted_ttl, b->quoted_ttl);
	}
	if (a->kind != REPLY_ANSWER)
		return;
	cr_assert_arr_eq(a->answer.word, b->answer.word, 4);
	cr_assert_eq(a->answer.has_hop, b->answer.has_hop);
	cr_assert_eq(a->answer.body_len, b->answer.body_len);
	if (a->answer.word[0] != REVTR_RESULT)
		return;
	cr_assert(addr_equal(&a->answer.hop, &b->answer.hop));
	cr_assert_eq(a->answer.rtt_ns, b->answer.rtt_ns);
}

static void expect_same_effect(const struct fake_effect *effect, const struct probe_spec *spec)
{
	struct fake_packet sent;
	struct fake_packet packet;
	struct probe_spec read;
	struct reply by_bytes;
	struct reply direct;

	sent.len = craft_packet(spec, sent.bytes);
	fake_packet_read(&sent, &read);
	cr_assert_eq(read.id, spec->id);
	cr_assert_eq(read.ttl, spec->ttl);
	cr_assert_eq(read.flow, spec->flow);
	cr_assert_eq(read.is_request, spec->is_request);
	fake_packet_build(effect, &read, &sent, &packet);
	cr_assert_eq(parse_packet(packet.bytes, packet.len, effect->kind == REPLY_SENT, &by_bytes),
		     PARSE_OK);
	fake_reply_build(effect, spec, &direct);
	expect_same(&by_bytes, &direct);
}

static void expect_same_forward(const char *dst, uint8_t proto)
{
	struct addr router = fake_router('A', fake_addr(dst).bytes[0] == 0);
	struct trace_spec trace = fake_trace_spec(TRACE_FORWARD, dst, proto, 0);
	struct probe_spec spec = { .src = trace.src,
				   .dst = trace.dst,
				   .proto = proto,
				   .ttl = 7,
				   .flow = 33500,
				   .id = 0x1234 };
	bool is_v4 = addr_is_v4(&spec.dst);
	struct fake_effect effects[] = {
		{ .kind = REPLY_SENT },
		{ .kind = REPLY_ERROR,
		  .from = router,
		  .icmp_type = is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED,
		  .ttl = 60 },
		{ .kind = proto == PROTO_TCP ? REPLY_TCP : REPLY_ECHO,
		  .from = spec.dst,
		  .ttl = 50 },
	};

	identity_seal(&key, 5, &spec);
	for (int i = 0; i < (proto == PROTO_UDP ? 2 : 3); i++)
		expect_same_effect(&effects[i], &spec);
}

Test(fake_network, short_cut_of_forward_probes)
{
	static const char *const addrs[] = { "203.0.113.9", "2001:db8::9" };

	for (int i = 0; i < 2; i++) {
		expect_same_forward(addrs[i], PROTO_UDP);
		expect_same_forward(addrs[i], PROTO_TCP);
		expect_same_forward(addrs[i], i ? PROTO_ICMPV6 : PROTO_ICMP);
	}
}

static void expect_same_reverse(const char *dst, uint8_t proto)
{
	struct trace_spec trace = fake_trace_spec(TRACE_REVERSE, dst, proto, 0);
	bool is_v4 = addr_is_v4(&trace.dst);
	struct probe_spec spec = { .src = trace.src,
				   .dst = trace.dst,
				   .is_request = true,
				   .proto = proto,
				   .ttl = 7,
				   .flow = 33500,
				   .id = 0x1234 };
	struct fake_effect effects[] = {
		{ .kind = REPLY_SENT },
		{ .kind = REPLY_ERROR, .from = fake_router('A', is_v4), .icmp_type = 3, .ttl = 9 },
		{ .kind = REPLY_ANSWER, .from = spec.dst, .ttl = 9, .status = REVTR_BAD_TTL },
		{ .kind = REPLY_ANSWER,
		  .from = spec.dst,
		  .ttl = 9,
		  .hop = fake_router('A', is_v4),
		  .rtt_ns = 123456789 },
		{ .kind = REPLY_ANSWER,
		  .from = spec.dst,
		  .ttl = 9,
		  .hop = fake_router('A', is_v4),
		  .rtt_ns = 1ull << 33 | 77,
		  .has_wide_time = true },
		{ .kind = REPLY_ANSWER, .from = spec.dst, .ttl = 9, .is_echo = true },
		{ .kind = REPLY_ANSWER,
		  .from = spec.dst,
		  .ttl = 9,
		  .is_echo = true,
		  .icmp_code = 1 },
		{ .kind = REPLY_ARRIVAL, .from = spec.dst, .ttl = 3, .id = 0x1234 },
	};

	identity_seal(&key, 5, &spec);
	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++)
		expect_same_effect(&effects[i], &spec);
}

Test(fake_network, short_cut_of_requests)
{
	static const char *const addrs[] = { "203.0.113.9", "2001:db8::9" };

	for (int i = 0; i < 2; i++) {
		expect_same_reverse(addrs[i], PROTO_UDP);
		expect_same_reverse(addrs[i], PROTO_TCP);
		expect_same_reverse(addrs[i], i ? PROTO_ICMPV6 : PROTO_ICMP);
	}
}

Test(fake_network, letters_are_the_path)
{
	struct fake_site site = { .addr = "203.0.113.9", .forward = " A * B? C!" };
	struct fake_sites sites = { &site, 1 };
	struct fake_world world = fake_world_of(&sites);
	struct fake_leg leg = { .host = fake_addr(site.addr), .end = fake_addr(site.addr) };
	static const enum fake_hop_kind kinds[] = { FAKE_ROUTER,      FAKE_SILENT, FAKE_LIMITED,
						    FAKE_UNREACHABLE, FAKE_END,	   FAKE_END };

	for (uint8_t ttl = 1; ttl <= 6; ttl++)
		cr_assert_eq(world.hop(world.self, &leg, ttl).kind, kinds[ttl - 1], "TTL %u", ttl);
}
