// SPDX-License-Identifier: GPL-2.0-or-later
/* What is taken for a server's answer, or for its probe. */
#include <criterion/criterion.h>

#include "prober/engine/state.h"
#include "tests/support/by_hand.h"
#include "tests/support/fake_trace.h"
#include "wire/revtr.h"

#define V4 "203.0.113.9"

/* The check is answered, the first probes are on their way: packet 3 has TTL 3. */
static void start_probing(struct by_hand *h)
{
	struct reply status;

	by_hand_start(h, TRACE_REVERSE, V4, PROTO_UDP);
	status = by_hand_reply(h, 0, REPLY_ANSWER);
	by_hand_expect(h, &status, MATCH_ANSWER);
	fake_network_run(h->network, mono_after(FAKE_START, NS_PER_S));
	cr_assert_gt(h->count, 5);
	cr_assert_eq(h->packets[3].spec.ttl, 3);
}

static const struct trace_record *run(struct by_hand *h)
{
	fake_network_run(h->network, MONO_NEVER);
	return fake_network_record(h->network, 0);
}

Test(match_reverse, check_is_answered_by_a_status_only)
{
	struct reply reply;
	struct by_hand h;

	by_hand_start(&h, TRACE_REVERSE, V4, PROTO_UDP);
	reply = by_hand_result(&h, 0, 'A', NS_PER_MS);
	by_hand_expect(&h, &reply, MATCH_IMPLAUSIBLE); /* of a probe with TTL 0? */
	reply = by_hand_reply(&h, 0, REPLY_ANSWER);
	by_hand_expect(&h, &reply, MATCH_ANSWER);
	by_hand_expect(&h, &reply, MATCH_DUPLICATE);
	by_hand_end(&h);
}

Test(match_reverse, arrivals_fit_their_request)
{
	struct reply right;
	struct reply wrong;
	struct by_hand h;

	by_hand_start(&h, TRACE_REVERSE, V4, PROTO_UDP);
	right = by_hand_reply(&h, 0, REPLY_ANSWER);
	by_hand_expect(&h, &right, MATCH_ANSWER); /* to the check: probes follow */
	fake_network_run(h.network, mono_after(FAKE_START, NS_PER_S));
	cr_assert_gt(h.count, 4);
	cr_assert_eq(h.packets[3].spec.ttl, 3);
	right = wrong = by_hand_reply(&h, 3, REPLY_ARRIVAL);
	right.ttl = wrong.ttl = 1;
	wrong.ttl = 4;
	by_hand_expect(&h, &wrong, MATCH_IMPLAUSIBLE);
	wrong.ttl = 0;
	by_hand_expect(&h, &wrong, MATCH_IMPLAUSIBLE);
	wrong = right;
	wrong.flow++;
	by_hand_expect(&h, &wrong, MATCH_MISFIT);
	wrong = right;
	wrong.proto = PROTO_TCP;
	by_hand_expect(&h, &wrong, MATCH_MISFIT);
	wrong = right;
	wrong.to.bytes[15]++;
	by_hand_expect(&h, &wrong, MATCH_MISFIT);
	wrong = right;
	wrong.id = wrong.ipv4_id = right.id ^ 0x4000;
	by_hand_expect(&h, &wrong, MATCH_UNKNOWN);
	by_hand_expect(&h, &right, MATCH_ARRIVAL);
	by_hand_expect(&h, &right, MATCH_DUPLICATE);
	by_hand_end(&h);
}

/* Servers that choose identifiers themselves say in the probe which request it comes from. */
Test(match_reverse, arrival_that_names_its_request_is_found)
{
	struct reply right, other;
	struct by_hand h;

	start_probing(&h);
	right = by_hand_reply(&h, 3, REPLY_ARRIVAL);
	other = by_hand_reply(&h, 4, REPLY_ARRIVAL);
	right.ttl = 1;
	other.ttl = 2;
	right.ipv4_id = 0; /* IPv6 has none */
	right.request_id = right.id;
	right.id = other.id; /* by chance */
	by_hand_expect(&h, &right, MATCH_ARRIVAL);
	by_hand_expect(&h, &right, MATCH_DUPLICATE);
	right.request_id = 0x7777; /* nobody's: then its own identifier is nobody's, too */
	by_hand_expect(&h, &right, MATCH_UNKNOWN);
	by_hand_expect(&h, &other, MATCH_ARRIVAL);
	by_hand_end(&h);
}

/* What comes in here is answered here, after that: never the other way round. */
Test(match_reverse, arrivals_come_before_their_answers)
{
	struct reply arrival;
	struct reply answer;
	struct by_hand h;

	by_hand_start(&h, TRACE_REVERSE, V4, PROTO_UDP);
	answer = by_hand_reply(&h, 0, REPLY_ANSWER);
	by_hand_expect(&h, &answer, MATCH_ANSWER); /* to the check */
	fake_network_run(h.network, mono_after(FAKE_START, NS_PER_S));
	answer = by_hand_result(&h, 3, 'A', NS_PER_MS);
	by_hand_expect(&h, &answer, MATCH_ANSWER);
	arrival = by_hand_reply(&h, 3, REPLY_ARRIVAL);
	arrival.ttl = 1;
	by_hand_expect(&h, &arrival, MATCH_INCONSISTENT);
	by_hand_expect(&h, &arrival, MATCH_INCONSISTENT); /* and does not become true by itself */
	by_hand_end(&h);
}

Test(match_reverse, arrival_of_a_check_is_none)
{
	struct reply arrival;
	struct by_hand h;

	start_probing(&h);
	arrival = by_hand_reply(&h, 0, REPLY_ARRIVAL);
	by_hand_expect(&h, &arrival, MATCH_MISFIT);
	by_hand_end(&h);
}

Test(match_reverse, arrival_before_its_request_is_none)
{
	struct reply arrival;
	struct by_hand h;

	start_probing(&h);
	arrival = by_hand_reply(&h, 3, REPLY_ARRIVAL);
	arrival.ttl = 1;
	arrival.at = FAKE_START;
	cr_assert_eq(engine_on_reply(fake_network_engine(h.network), &arrival), MATCH_IMPLAUSIBLE);
	by_hand_end(&h);
}

Test(match_reverse, round_trip_longer_than_the_whole_is_not_believed)
{
	struct reply believed;
	struct reply not_believed;
	struct by_hand h;

	start_probing(&h);
	believed = by_hand_result(&h, 1, 'A', 100 * NS_PER_MS);
	not_believed = by_hand_result(&h, 2, 'B', 4 * NS_PER_S);
	by_hand_expect(&h, &believed, MATCH_ANSWER);
	by_hand_expect(&h, &not_believed, MATCH_ANSWER);
	fake_network_interrupt(h.network, true);
	for (size_t i = 0; i < fake_network_record(h.network, 0)->probe_count; i++) {
		const struct probe_record *p = &fake_network_record(h.network, 0)->probes[i];

		cr_assert_eq(p->has_rtt, p->answered && p->ttl == 1);
	}
	by_hand_end(&h);
}

/* --- refused: what is asked, and what may come meanwhile --------------------------------- */

static void refuse(struct by_hand *h, uint8_t status)
{
	struct reply refusal = by_hand_reply(h, 1, REPLY_ANSWER);
	size_t before = h->count;

	refusal.answer.word[0] = status;
	by_hand_expect(h, &refusal, MATCH_ANSWER);
	fake_network_run(h->network, mono_after(FAKE_START, NS_PER_S * 11 / 10));
	cr_assert_eq(h->count, before + 1);
	cr_assert_eq(h->packets[before].spec.ttl, 1);
	cr_assert_eq(h->packets[before].spec.proto, 253); /* RFC 3692: no server has it */
}

Test(match_reverse, question_answered_by_something_else_says_nothing)
{
	struct reply answer;
	struct by_hand h;

	start_probing(&h);
	refuse(&h, REVTR_BAD_PROTO);
	answer = by_hand_reply(&h, h.count - 1, REPLY_ANSWER); /* status 1 */
	by_hand_expect(&h, &answer, MATCH_ANSWER);
	fake_expect_stop(run(&h), STOP_ERROR, REVTR_BAD_PROTO);
	by_hand_end(&h);
}

Test(match_reverse, arrival_is_late_once_the_server_has_refused)
{
	struct reply arrival;
	struct by_hand h;

	start_probing(&h);
	refuse(&h, REVTR_BAD_FLOW);
	arrival = by_hand_reply(&h, 3, REPLY_ARRIVAL);
	arrival.ttl = 1;
	by_hand_expect(&h, &arrival, MATCH_LATE);
	cr_assert_not(run(&h)->reached);
	by_hand_end(&h);
}

Test(match_reverse, answers_that_come_after_a_refusal_are_kept)
{
	struct reply answer;
	struct by_hand h;

	start_probing(&h);
	refuse(&h, REVTR_BAD_FLOW);
	answer = by_hand_result(&h, 2, 'B', NS_PER_MS);
	by_hand_expect(&h, &answer, MATCH_ANSWER);
	fake_expect_stop(run(&h), STOP_ERROR, REVTR_BAD_FLOW);
	cr_assert_eq(run(&h)->checks, 1 + QUESTIONS_MAX);
	fake_expect_path(run(&h), "*B");
	by_hand_end(&h);
}
