// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/halt.h"

#include <criterion/criterion.h>

/* Seconds of a run: what is counted in each. */
struct second {
	uint64_t sent, failed, received, dropped, answered;
};

static struct halt halt;
static struct halt_counts counts;
static char reason[HALT_REASON_LEN];
static mono now;

static void begin(double min_hitrate, uint64_t timeout_ns)
{
	now.ns = 5 * NS_PER_S;
	counts = (struct halt_counts){ 0 };
	halt_init(&halt, min_hitrate, timeout_ns, now);
}

/* In which second it halts, from 1; 0: it does not. */
static unsigned int run(unsigned int seconds, struct second s)
{
	for (unsigned int i = 1; i <= seconds; i++) {
		now.ns += NS_PER_S;
		counts.sent += s.sent;
		counts.failed += s.failed;
		counts.received += s.received;
		counts.dropped += s.dropped;
		counts.answered += s.answered;
		if (halt_look(&halt, &counts, now, reason))
			return i;
	}
	return 0;
}

Test(halt, goes_on_while_all_is_well)
{
	begin(0.1, 2 * NS_PER_S);
	cr_assert_eq(run(1000, (struct second){ .sent = 100, .received = 200, .answered = 90 }), 0);
}

Test(halt, what_does_not_leave_halts_after_the_window)
{
	begin(0, NS_PER_S);
	cr_assert_eq(run(60, (struct second){ .sent = 49, .failed = 51 }), HALT_WINDOW);
	cr_assert_str_eq(reason, "510 of 1000 packets could not be sent in 10 s");
}

Test(halt, half_of_the_packets_is_no_reason)
{
	begin(0, NS_PER_S);
	cr_assert_eq(run(60, (struct second){ .sent = 50, .failed = 50 }), 0);
}

Test(halt, one_packet_a_second_is_enough_to_see_that_none_leaves)
{
	begin(0, NS_PER_S);
	cr_assert_eq(run(60, (struct second){ .failed = 1 }), HALT_WINDOW);
}

Test(halt, what_went_well_before_does_not_excuse)
{
	begin(0, NS_PER_S);
	cr_assert_eq(run(3600, (struct second){ .sent = 1000 }), 0);
	cr_assert_leq(run(60, (struct second){ .failed = 1000 }), HALT_WINDOW);
}

Test(halt, moment_of_trouble_is_none)
{
	begin(0, NS_PER_S);
	cr_assert_eq(run(20, (struct second){ .sent = 100, .received = 100 }), 0);
	cr_assert_eq(run(4, (struct second){ .failed = 100 }), 0);
	cr_assert_eq(run(60, (struct second){ .sent = 100, .received = 100 }), 0);
}

Test(halt, what_is_not_heard_halts)
{
	begin(0, NS_PER_S);
	cr_assert_eq(run(60, (struct second){ .sent = 100, .received = 100, .dropped = 10 }), 0);
	begin(0, NS_PER_S);
	cr_assert_eq(run(60, (struct second){ .sent = 100, .received = 100, .dropped = 11 }),
		     HALT_WINDOW);
	cr_assert_str_eq(reason, "the kernel dropped 110 of 1000 captured packets in 10 s");
}

Test(halt, silence_halts_when_answers_are_overdue)
{
	begin(0.5, 2 * NS_PER_S);
	cr_assert_eq(run(60, (struct second){ .sent = 100, .answered = 20 }), 13);
	cr_assert_str_eq(reason, "260 answers to 1000 packets are less than --min-hitrate 0.5");
}

Test(halt, late_answers_count_for_what_they_answer)
{
	begin(0.9, 30 * NS_PER_S);
	cr_assert_eq(run(30, (struct second){ .sent = 100 }), 0);
	cr_assert_eq(run(100, (struct second){ .sent = 100, .answered = 95 }), 0);
}

Test(halt, few_packets_say_nothing_about_answers)
{
	begin(0.9, NS_PER_S);
	cr_assert_eq(run(1000, (struct second){ .sent = 9 }), 0);
}

Test(halt, end_of_a_run_is_no_silence)
{
	begin(0.9, 2 * NS_PER_S);
	cr_assert_eq(run(30, (struct second){ .sent = 100, .answered = 95 }), 0);
	cr_assert_eq(run(100, (struct second){ 0 }), 0);
}

Test(halt, any_timeout_fits)
{
	begin(0.5, 86400 * NS_PER_S);
	cr_assert_eq(run(120, (struct second){ .sent = 100, .answered = 60 }), 0);
	cr_assert_neq(run(300, (struct second){ .sent = 100 }), 0);
}
