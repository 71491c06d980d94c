// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/pace.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/container.h"
#include "tests/support/random.h"

static const uint32_t rates_pps[] = { 1, 3, 10, 99, 100, 1000, 10000, 100000 };
static const uint32_t bursts[] = { 1, 2, 20, 250 };

/* All that left, in order. */
struct log {
	uint64_t *at;
	size_t count, room;
};

static void log_add(struct log *l, uint64_t at)
{
	if (l->count == l->room) {
		l->room = l->room ? l->room * 2 : 4096;
		l->at = realloc(l->at, l->room * sizeof(*l->at));
		cr_assert(l->at);
	}
	l->at[l->count++] = at;
}

/* The most packets in any second: looked at from each packet on. */
static size_t log_busiest_second(const struct log *l)
{
	size_t most = 0;
	size_t end = 0;

	for (size_t i = 0; i < l->count; i++) {
		while (end < l->count && l->at[end] < l->at[i] + NS_PER_S)
			end++;
		if (end - i > most)
			most = end - i;
	}
	return most;
}

/* Sends as long as the pace lets it. */
static void send_all(struct pace *p, const struct pace_limit *limit, mono now, struct log *l)
{
	while (pace_ready_at(p, limit, now).ns <= now.ns) {
		pace_spend(p, limit, now);
		log_add(l, now.ns);
		cr_assert_lt(l->count, 5000000, "the pace lets everything pass");
	}
}

/* How long the caller looks away: mostly short; now and then for long, or even for
 * so long that it counts as silence.  Rarely, so that busy seconds follow. */
static uint64_t random_stall(struct random *r, uint64_t usual_ns)
{
	switch (random_below(r, 4000)) {
	case 0:
		return random_below(r, 3000) * NS_PER_MS;
	case 1:
	case 2:
	case 3:
		return random_below(r, 300) * NS_PER_MS;
	default:
		return 1 + random_below(r, (uint32_t)usual_ns);
	}
}

/* Somebody who always has something to send and looks every now and then. */
static size_t sent_in(const struct pace_limit *limit, uint64_t duration_ns, uint64_t poll_ns)
{
	struct random r = { 12 };
	struct log l = { 0 };
	struct pace p = { { 0 }, 0 };
	mono start = { 777 };

	for (mono now = start; mono_since(start, now) < duration_ns;
	     now = mono_after(now, 1 + random_below(&r, (uint32_t)poll_ns)))
		send_all(&p, limit, now, &l);
	free(l.at);
	return l.count;
}

static void run_with_stalls(uint32_t rate_pps, const struct pace_limit *limit)
{
	struct random r = { rate_pps + limit->burst };
	struct log l = { 0 };
	struct pace p = { { 0 }, 0 };
	mono now = { 12345 };
	uint64_t usual_ns = limit->gap_ns > 2 * NS_PER_MS ? limit->gap_ns : 2 * NS_PER_MS;
	size_t most;

	if (usual_ns > 4 * NS_PER_S)
		usual_ns = 4 * NS_PER_S;
	for (size_t poll = 0; poll < 20000 && l.count < 500000; poll++) {
		send_all(&p, limit, now, &l);
		now = mono_after(now, random_stall(&r, usual_ns));
	}
	most = log_busiest_second(&l);
	cr_expect_leq(most, rate_pps + (rate_pps > 100 ? rate_pps / 100 : 1),
		      "%u pps, burst %u, slack %lu us: %zu in one second", rate_pps, limit->burst,
		      (unsigned long)(limit->slack_ns / 1000), most);
	free(l.at);
}

Test(pace, no_second_sees_more_than_the_limit)
{
	static const uint64_t slacks_ns[] = { 0, NS_PER_MS, 5 * NS_PER_MS };

	for (size_t i = 0; i < ARRAY_LEN(rates_pps); i++) {
		for (size_t j = 0; j < ARRAY_LEN(bursts) * ARRAY_LEN(slacks_ns); j++) {
			struct pace_limit limit = {
				.gap_ns = NS_PER_S / rates_pps[i],
				.slack_ns = slacks_ns[j % ARRAY_LEN(slacks_ns)],
				.burst = bursts[j / ARRAY_LEN(slacks_ns)],
			};

			run_with_stalls(rates_pps[i], &limit);
		}
	}
}

Test(pace, the_limits_in_use_hold_and_are_reached)
{
	for (size_t i = 0; i < ARRAY_LEN(rates_pps); i++) {
		for (int strict = 0; strict < 2; strict++) {
			struct pace_limit limit =
				pace_limit_of_gap(NS_PER_S / rates_pps[i], strict);
			uint64_t seconds = rates_pps[i] < 100 ? 100 : 10;
			size_t sent = sent_in(&limit, seconds * NS_PER_S, limit.slack_ns);

			run_with_stalls(rates_pps[i], &limit);
			cr_expect_geq(sent, rates_pps[i] * seconds * 99 / 100,
				      "%u pps: %zu in %lu s", rates_pps[i], sent,
				      (unsigned long)seconds);
			if (strict)
				cr_expect_eq(limit.burst, 1);
			else
				cr_expect_leq(limit.burst, rates_pps[i]);
		}
	}
	cr_expect_eq(pace_limit_of_gap(0, false).gap_ns, 0, "no limit");
}

Test(pace, the_limit_is_reached_where_polls_are_no_rarer_than_the_slack)
{
	for (size_t i = 0; i < ARRAY_LEN(rates_pps); i++) {
		for (size_t j = 0; j < ARRAY_LEN(bursts); j++) {
			uint64_t seconds = rates_pps[i] < 100 ? 100 : 10;
			struct pace_limit limit = { NS_PER_S / rates_pps[i], NS_PER_MS, bursts[j] };
			size_t sent = sent_in(&limit, seconds * NS_PER_S, limit.slack_ns);

			cr_expect_geq(sent, rates_pps[i] * seconds * 99 / 100,
				      "%u pps, burst %u: %zu in %lu s", rates_pps[i], bursts[j],
				      sent, (unsigned long)seconds);
		}
	}
}

Test(pace, without_burst_and_slack_the_gap_is_strict)
{
	struct random r = { 13 };
	struct pace_limit limit = { 10 * NS_PER_MS, 0, 1 };
	struct log l = { 0 };
	struct pace p = { { 0 }, 0 };
	mono now = { 1 };

	for (int poll = 0; poll < 20000; poll++) {
		send_all(&p, &limit, now, &l);
		now = mono_after(now, random_stall(&r, 3 * NS_PER_MS));
	}
	for (size_t i = 1; i < l.count; i++)
		cr_assert_geq(l.at[i] - l.at[i - 1], limit.gap_ns, "packet %zu", i);
	cr_assert_gt(l.count, 1000);
	free(l.at);
}

Test(pace, what_a_stall_missed_is_lost_but_for_the_slack)
{
	struct pace_limit limit = { NS_PER_MS, 5 * NS_PER_MS, 1 };
	struct log l = { 0 };
	struct pace p = { { 0 }, 0 };
	mono now = { 1000 };

	for (int poll = 0; poll < 100; poll++, now = mono_after(now, NS_PER_MS))
		send_all(&p, &limit, now, &l);
	cr_assert_eq(l.count, 100);
	send_all(&p, &limit, mono_after(now, 500 * NS_PER_MS), &l);
	cr_assert_leq(l.count, 100 + 1 + 5, "%zu at once after the stall", l.count - 100);
	cr_assert_geq(l.count, 100 + 5);
	free(l.at);
}

Test(pace, a_burst_follows_silence_only)
{
	/* Rates whose gap is longer than the slack, and shorter. */
	static const uint64_t gaps_ns[] = { 20 * NS_PER_MS, NS_PER_MS / 10 };

	for (size_t i = 0; i < ARRAY_LEN(gaps_ns); i++) {
		struct pace_limit limit = { gaps_ns[i], NS_PER_MS, 20 };
		struct log l = { 0 };
		struct pace p = { { 0 }, 0 };
		mono now = { 1000 };

		send_all(&p, &limit, now, &l);
		cr_expect_eq(l.count, 20, "gap %lu: first burst of %zu",
			     (unsigned long)limit.gap_ns, l.count);
		/* Half a second later the schedule is back; that is no silence. */
		now = mono_after(now, 20 * limit.gap_ns + 500 * NS_PER_MS);
		l.count = 0;
		send_all(&p, &limit, now, &l);
		cr_expect_leq(l.count, 1 + limit.slack_ns / limit.gap_ns,
			      "gap %lu: %zu after a stall", (unsigned long)limit.gap_ns, l.count);
		now = mono_after(now, NS_PER_S + 20 * limit.gap_ns);
		l.count = 0;
		send_all(&p, &limit, now, &l);
		cr_expect_eq(l.count, 20, "gap %lu: burst of %zu after silence",
			     (unsigned long)limit.gap_ns, l.count);
		free(l.at);
	}
}

Test(pace, a_burst_is_borrowed_from_the_packets_to_come)
{
	struct pace_limit limit = { 20 * NS_PER_MS, 0, 20 };
	struct log l = { 0 };
	struct pace p = { { 0 }, 0 };
	mono now = { 1000 };

	send_all(&p, &limit, now, &l);
	cr_assert_eq(pace_ready_at(&p, &limit, now).ns, now.ns + 20 * limit.gap_ns);
	free(l.at);
}

Test(pace, what_is_left_of_a_burst_expires_on_schedule)
{
	struct pace_limit limit = { 10 * NS_PER_MS, 0, 20 };
	struct log l = { 0 };
	struct pace p = { { 0 }, 0 };
	mono now = { 1000 };

	for (int i = 0; i < 80; i++, now = mono_after(now, limit.gap_ns)) {
		cr_assert_leq(pace_ready_at(&p, &limit, now).ns, now.ns);
		pace_spend(&p, &limit, now);
		log_add(&l, now.ns);
	}
	send_all(&p, &limit, now, &l);
	cr_assert_eq(l.count, 81, "%zu on top of a second's packets", l.count - 81);
	free(l.at);
}

Test(pace, tells_when_the_next_packet_may_leave)
{
	struct pace_limit limit = { 7 * NS_PER_MS, 0, 1 };
	struct pace p = { { 0 }, 0 };
	mono now = { 1000 };

	cr_assert_eq(pace_ready_at(&p, &limit, now).ns, now.ns);
	pace_spend(&p, &limit, now);
	cr_assert_eq(pace_ready_at(&p, &limit, now).ns, now.ns + limit.gap_ns);
	cr_assert_leq(pace_ready_at(&p, &limit, mono_after(now, limit.gap_ns)).ns,
		      now.ns + limit.gap_ns);
}

Test(pace, no_gap_means_no_limit)
{
	struct pace_limit limit = { 0, 0, 1 };
	struct pace p = { { 0 }, 0 };
	mono now = { 1000 };

	for (int i = 0; i < 1000; i++) {
		cr_assert_eq(pace_ready_at(&p, &limit, now).ns, now.ns);
		pace_spend(&p, &limit, now);
	}
}
