// SPDX-License-Identifier: GPL-2.0-or-later
/* Which replies are taken for answers, and as what the others are counted. */
#include <criterion/criterion.h>

#include "prober/engine/state.h"
#include "tests/support/by_hand.h"
#include "tests/support/fake_trace.h"
#include "wire/revtr.h"

#define V4 "203.0.113.9"
#define V6 "2001:db8:9::9"

Test(match, only_the_right_quote_is_an_answer)
{
	struct reply right;
	struct reply wrong;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_UDP);
	right = wrong = by_hand_reply(&h, 0, REPLY_ERROR);
	wrong.payload_tag ^= 1;
	by_hand_expect(&h, &wrong, MATCH_FORGED);
	wrong = right;
	wrong.keyed = KEYED_IPV4_ID;
	wrong.ipv4_id ^= 0x0100;
	by_hand_expect(&h, &wrong, MATCH_FORGED);
	wrong = right;
	wrong.flow++;
	by_hand_expect(&h, &wrong, MATCH_MISFIT);
	wrong = right;
	wrong.proto = PROTO_TCP;
	by_hand_expect(&h, &wrong, MATCH_MISFIT);
	wrong = right;
	wrong.is_request = true;
	by_hand_expect(&h, &wrong, MATCH_MISFIT);
	wrong = right;
	wrong.to.bytes[15]++;
	by_hand_expect(&h, &wrong, MATCH_MISFIT);
	wrong = right;
	wrong.peer.bytes[15]++;
	by_hand_expect(&h, &wrong, MATCH_UNKNOWN);
	wrong = right;
	wrong.id ^= 0x8000;
	by_hand_expect(&h, &wrong, MATCH_UNKNOWN);
	by_hand_expect(&h, &right, MATCH_ANSWER);
	by_hand_expect(&h, &right, MATCH_DUPLICATE);
	by_hand_end(&h);
}

Test(match, identification_may_be_quoted_in_the_wrong_byte_order)
{
	struct reply reply;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_UDP);
	reply = by_hand_reply(&h, 0, REPLY_ERROR);
	reply.keyed = KEYED_IPV4_ID;
	reply.ipv4_id = __builtin_bswap16(reply.ipv4_id);
	by_hand_expect(&h, &reply, MATCH_ANSWER);
	by_hand_end(&h);
}

Test(match, destinations_prove_who_they_are)
{
	struct reply right;
	struct reply wrong;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V6, PROTO_ICMPV6);
	right = wrong = by_hand_reply(&h, 0, REPLY_ECHO);
	wrong.icmp_id ^= 1;
	by_hand_expect(&h, &wrong, MATCH_FORGED);
	wrong = right;
	wrong.from.bytes[15]++;
	wrong.peer = wrong.from;
	by_hand_expect(&h, &wrong, MATCH_UNKNOWN);
	by_hand_expect(&h, &right, MATCH_ANSWER);
	by_hand_end(&h);

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_TCP);
	right = wrong = by_hand_reply(&h, 0, REPLY_TCP);
	wrong.seq_tag++;
	by_hand_expect(&h, &wrong, MATCH_FORGED);
	by_hand_expect(&h, &right, MATCH_ANSWER);
	by_hand_end(&h);
}

Test(match, what_comes_too_early_or_too_late)
{
	struct reply early;
	struct reply late;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_UDP);
	early = late = by_hand_reply(&h, 0, REPLY_ERROR);
	early.at = (mono){ FAKE_START.ns - 2 * NS_PER_MS };
	cr_assert_eq(engine_on_reply(fake_network_engine(h.network), &early), MATCH_IMPLAUSIBLE);
	/* By its stamp, whether the engine has been told that time is over or not. */
	late.at = mono_after(FAKE_START, 2 * NS_PER_S);
	cr_assert_eq(engine_on_reply(fake_network_engine(h.network), &late), MATCH_LATE);
	fake_network_run(h.network, MONO_NEVER);
	cr_assert_not(fake_network_record(h.network, 0)->probes[0].answered);
	by_hand_end(&h);
}

Test(match, stamp_that_cannot_be_moves_nothing)
{
	struct reply sent;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_UDP);
	sent = by_hand_reply(&h, 0, REPLY_SENT);
	sent.at = mono_after(FAKE_START, 3600 * NS_PER_S); /* somebody set the clock */
	cr_assert_eq(engine_on_reply(fake_network_engine(h.network), &sent), MATCH_IMPLAUSIBLE);
	sent.at = (mono){ FAKE_START.ns - 3600 * NS_PER_S };
	cr_assert_eq(engine_on_reply(fake_network_engine(h.network), &sent), MATCH_IMPLAUSIBLE);
	sent.at = mono_after(FAKE_START, NS_PER_MS);
	cr_assert_eq(engine_on_reply(fake_network_engine(h.network), &sent), MATCH_SENT);
	fake_network_run(h.network, mono_after(FAKE_START, 10 * NS_PER_S));
	cr_assert_eq(fake_network_record(h.network, 0)->probes[0].sent_us, 1000);
	by_hand_end(&h);
}

Test(match, first_stamp_counts)
{
	struct reply sent;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_UDP);
	sent = by_hand_reply(&h, 0, REPLY_SENT);
	for (uint64_t ms = 1; ms <= 2; ms++) { /* on two interfaces, one on top of the other */
		sent.at = mono_after(FAKE_START, ms * NS_PER_MS);
		cr_assert_eq(engine_on_reply(fake_network_engine(h.network), &sent), MATCH_SENT);
	}
	fake_network_run(h.network, MONO_NEVER);
	cr_assert_eq(fake_network_record(h.network, 0)->probes[0].sent_us, 1000);
	by_hand_end(&h);
}

Test(match, reply_to_an_earlier_trace_of_the_same_flow)
{
	struct trace_spec spec = fake_trace_spec(TRACE_FORWARD, V4, PROTO_UDP, 1);
	struct reply earlier;
	struct engine *e;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_UDP);
	earlier = by_hand_reply(&h, 0, REPLY_ERROR);
	fake_network_run(h.network, MONO_NEVER);
	e = fake_network_engine(h.network);
	h.count = 0;
	fake_network_add(h.network, &spec);
	hosts_find(e->hosts, &spec.dst)->next_id = (uint16_t)(earlier.id - 1);
	fake_network_run(h.network, mono_after(fake_network_now(h.network), NS_PER_S));
	cr_assert_eq(h.packets[0].spec.id, earlier.id);
	by_hand_expect(&h, &earlier, MATCH_FORGED);
	by_hand_end(&h);
}

Test(match, departure_of_another_process_is_not_ours)
{
	struct reply sent;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_UDP);
	sent = by_hand_reply(&h, 0, REPLY_SENT);
	sent.payload_tag ^= 1;
	by_hand_expect(&h, &sent, MATCH_FORGED);
	by_hand_end(&h);
}

/* --- the same through the whole network ---------------------------------------------- */

static uint64_t verdicts(const struct fake_network *n, enum match_verdict verdict)
{
	return fake_network_counts(n)->verdicts[verdict];
}

Test(match, late_replies_are_counted_and_not_stored)
{
	struct fake_site site = { .addr = V4, .forward = "A B C D", .reverse = "K L M" };
	struct fake_network_config config = { .late_ppm = 200000 };
	uint64_t late = 0;

	for (config.seed = 1; config.seed <= 60; config.seed++) {
		bool reverse = config.seed & 1;
		struct fake_network *n = fake_trace(
			&site, config, reverse ? TRACE_REVERSE : TRACE_FORWARD, PROTO_UDP);
		const struct trace_record *record = fake_network_record(n, 0);

		late += verdicts(n, MATCH_LATE);
		for (size_t i = 0; i < record->probe_count; i++)
			if (record->probes[i].answered)
				cr_assert_lt(record->probes[i].rtt_ns, 2 * NS_PER_S);
		fake_network_free(n);
	}
	cr_assert_gt(late, 10, "only %lu were late", (unsigned long)late);
}

Test(match, forgeries_are_counted_and_not_stored)
{
	static const struct {
		const char *dst;
		enum trace_direction direction;
		uint8_t proto;
	} kinds[] = {
		{ V4, TRACE_FORWARD, PROTO_UDP },    { V6, TRACE_FORWARD, PROTO_UDP },
		{ V4, TRACE_FORWARD, PROTO_TCP },    { V6, TRACE_FORWARD, PROTO_TCP },
		{ V4, TRACE_FORWARD, PROTO_ICMP },   { V4, TRACE_REVERSE, PROTO_UDP },
		{ V6, TRACE_FORWARD, PROTO_ICMPV6 }, { V6, TRACE_REVERSE, PROTO_TCP },
	};
	struct fake_network_config config = { .seed = 5, .forge_ppm = 1000000 };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct fake_site site = { .addr = kinds[i].dst,
					  .forward = "A B C D",
					  .reverse = "A B C D" };
		struct fake_network *n =
			fake_trace(&site, config, kinds[i].direction, kinds[i].proto);

		fake_expect_path(fake_network_record(n, 0), "A B C D @");
		cr_assert_eq(verdicts(n, MATCH_FORGED) > 0, kinds[i].direction == TRACE_FORWARD);
		cr_assert_gt(verdicts(n, MATCH_MISFIT), 0);
		cr_assert_gt(verdicts(n, MATCH_UNKNOWN), 0);
		fake_network_free(n);
	}
}

Test(match, every_verdict_has_a_name)
{
	for (int i = 0; i < MATCH_VERDICT_COUNT; i++) {
		cr_assert_not_null(match_verdict_name((enum match_verdict)i), "verdict %d", i);
		for (int j = 0; j < i; j++)
			cr_assert_str_neq(match_verdict_name((enum match_verdict)i),
					  match_verdict_name((enum match_verdict)j));
	}
	cr_assert_null(match_verdict_name(MATCH_VERDICT_COUNT));
}
