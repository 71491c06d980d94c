// SPDX-License-Identifier: GPL-2.0-or-later
/* What a record says of its trace beyond the hops. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/support/by_hand.h"
#include "tests/support/fake_trace.h"
#include "wire/revtr.h"

#define V4 "203.0.113.9"

static const struct fake_site site = { .addr = V4, .forward = "A * C", .reverse = "K L" };

static struct fake_network *trace(enum trace_direction direction, uint8_t proto)
{
	return fake_trace(&site, (struct fake_network_config){ .seed = 1 }, direction, proto);
}

Test(report, names_both_ends_in_the_direction_of_the_probes)
{
	struct addr here = fake_addr(FAKE_CLIENT_V4);
	struct addr there = fake_addr(V4);
	struct fake_network *n = trace(TRACE_FORWARD, PROTO_UDP);
	const struct trace_record *record = fake_network_record(n, 0);

	cr_assert(addr_equal(&record->src, &here) && addr_equal(&record->dst, &there));
	cr_assert_eq(record->direction, TRACE_FORWARD);
	cr_assert_eq(record->sport, PROBE_SOURCE_PORT);
	cr_assert_eq(record->dport, 33500);
	fake_network_free(n);

	n = trace(TRACE_REVERSE, PROTO_TCP);
	record = fake_network_record(n, 0);
	cr_assert(addr_equal(&record->src, &there) && addr_equal(&record->dst, &here));
	cr_assert_eq(record->direction, TRACE_REVERSE);
	cr_assert_eq(record->sport, REVTR_PROBE_PORT);
	cr_assert_eq(record->dport, 33500);
	fake_network_free(n);

	n = trace(TRACE_FORWARD, PROTO_ICMP);
	record = fake_network_record(n, 0);
	cr_assert_eq(record->sport, 0);
	cr_assert_eq(record->dport, 0);
	cr_assert_eq(record->flow, 33500);
	fake_network_free(n);
}

Test(report, passes_on_what_the_caller_knows)
{
	struct fake_network *n = trace(TRACE_FORWARD, PROTO_UDP);
	const struct trace_record *record = fake_network_record(n, 0);

	cr_assert_str_eq(record->target, "target.example");
	cr_assert_eq(record->declared_asn, 64496);
	cr_assert_eq(strlen(record->contact), 0);
	cr_assert_eq(record->pair_id, 77);
	cr_assert_eq(record->mode, TRACE_SINGLEPATH);
	cr_assert_eq(record->proto, PROTO_UDP);
	fake_network_free(n);
}

Test(report, has_what_answers_carried_and_no_more_than_there_is_room_for)
{
	static const uint8_t objects[] = { 0, 8, 1, 1, 0x49, 0x33, 0x01, 0x01 };
	static const uint8_t long_ones[220] = { 0, 220 };
	const struct probe_record *probes;
	struct reply reply;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_UDP);
	reply = by_hand_reply(&h, 0, REPLY_ERROR);
	reply.tos = 0xc0;
	reply.quoted_ttl = 3;
	reply.objects = objects;
	reply.objects_len = sizeof(objects);
	by_hand_expect(&h, &reply, MATCH_ANSWER);
	reply = by_hand_reply(&h, 1, REPLY_ERROR);
	reply.objects = long_ones;
	reply.objects_len = sizeof(long_ones);
	by_hand_expect(&h, &reply, MATCH_ANSWER);
	cr_assert_eq(engine_objects_lost(fake_network_engine(h.network)), 1);
	fake_network_interrupt(h.network, true);
	probes = fake_network_record(h.network, 0)->probes;
	cr_assert(probes[0].reply_tos == 0xc0 && probes[0].quoted_ttl == 3);
	cr_assert_eq(probes[0].objects_len, sizeof(objects));
	cr_assert(memcmp(probes[0].objects, objects, sizeof(objects)) == 0);
	for (size_t i = 1; i < fake_network_record(h.network, 0)->probe_count; i++)
		cr_assert_eq(probes[i].objects_len, 0);
	by_hand_end(&h);
}

Test(report, times_are_wall_times)
{
	struct fake_network *n = trace(TRACE_FORWARD, PROTO_UDP);
	const struct trace_record *record = fake_network_record(n, 0);

	cr_assert_eq(record->started_us, 1700000000000000);
	/* The silent hop is waited for. */
	cr_assert_geq(record->ended_us - record->started_us, 2000000);
	cr_assert_lt(record->ended_us - record->started_us, 2100000);
	/* The first probe leaves at once, its stamp says when. */
	cr_assert_eq(record->probes[0].sent_us, 20);
	for (size_t i = 1; i < record->probe_count; i++)
		cr_assert_gt(record->probes[i].sent_us, 20);
	fake_network_free(n);
}

Test(report, each_probe_says_who_answered_and_how)
{
	struct fake_network *n = trace(TRACE_FORWARD, PROTO_UDP);
	const struct trace_record *record = fake_network_record(n, 0);
	struct addr dst = fake_addr(V4);

	for (size_t i = 0; i < record->probe_count; i++) {
		const struct probe_record *p = &record->probes[i];
		uint16_t icmp = p->ttl == 2  ? 0
				: p->ttl < 4 ? ICMPV4_TIME_EXCEEDED << 8
					     : ICMPV4_UNREACHABLE << 8 | ICMPV4_CODE_PORT;

		cr_assert_eq(p->flow, 33500);
		cr_assert_not(p->arrived);
		if (p->ttl > record->path_len)
			continue;
		cr_assert_eq(p->answered, p->ttl != 2);
		cr_assert_eq(p->has_rtt, p->answered);
		cr_assert_eq(p->icmp, icmp, "%#x at %u", p->icmp, p->ttl);
		cr_assert_eq(p->reply_ttl, p->answered ? 55 : 0);
		cr_assert_eq(addr_equal(&p->from, &dst), p->ttl == 4);
	}
	cr_assert_eq(record->lost, 3);
	fake_network_free(n);
}

Test(report, probes_beyond_the_end_are_there_but_not_lost)
{
	struct fake_network *n = trace(TRACE_REVERSE, PROTO_UDP);
	const struct trace_record *record = fake_network_record(n, 0);

	cr_assert_eq(record->path_len, 3);
	cr_assert_gt(record->sent, 9);
	cr_assert_eq(record->lost, 0);
	cr_assert_eq(record->checks, 1);
	fake_network_free(n);
}
