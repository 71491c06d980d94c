// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit/backoff.h"

#include <criterion/criterion.h>

static const mono T0 = { 1000 * NS_PER_S };

static uint64_t pause_ns(const struct backoff *b, mono now)
{
	return mono_since(now, b->resume_at);
}

/* Fails again as soon as it may. */
static uint64_t fail_next(struct backoff *b, uint32_t random)
{
	mono now = mono_before(T0, b->resume_at) ? b->resume_at : T0;

	backoff_fail(b, 0, random, now);
	return pause_ns(b, now);
}

Test(backoff, doubles_up_to_five_minutes)
{
	static const uint64_t full_s[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300 };
	struct backoff most = { 0 }, least = { 0 };

	for (size_t i = 0; i < sizeof(full_s) / sizeof(full_s[0]); i++) {
		cr_assert_eq(fail_next(&most, UINT32_MAX), full_s[i] * NS_PER_S, "%zu", i);
		cr_assert_eq(fail_next(&least, 0), full_s[i] * NS_PER_S / 2, "%zu", i);
	}
	for (int i = 0; i < 1000; i++)
		cr_assert_eq(fail_next(&most, UINT32_MAX), BACKOFF_MOST_NS);
}

Test(backoff, chance_lies_between)
{
	struct backoff b = { 0 };
	uint64_t pause = fail_next(&b, UINT32_MAX / 2);

	cr_assert(pause > 740 * NS_PER_MS && pause < 760 * NS_PER_MS);
}

Test(backoff, success_starts_over)
{
	struct backoff b = { 0 };

	for (int i = 0; i < 5; i++)
		fail_next(&b, UINT32_MAX);
	backoff_succeed(&b);
	cr_assert_eq(b.failures, 0);
	cr_assert_eq(fail_next(&b, UINT32_MAX), NS_PER_S);
}

Test(backoff, those_that_fail_together_count_as_one)
{
	struct backoff b = { 0 };

	for (int i = 0; i < 8; i++)
		backoff_fail(&b, 0, UINT32_MAX, mono_after(T0, (uint64_t)i));
	cr_assert_eq(b.failures, 1);
	cr_assert_eq(pause_ns(&b, T0), NS_PER_S);
}

Test(backoff, the_collector_is_obeyed_where_it_asks_for_more)
{
	struct backoff b = { 0 };

	backoff_fail(&b, 77 * NS_PER_S, UINT32_MAX, T0);
	cr_assert_eq(pause_ns(&b, T0), 77 * NS_PER_S);
	/* Also by one that comes late, and one that asks for less takes nothing back. */
	backoff_fail(&b, 90 * NS_PER_S, UINT32_MAX, mono_after(T0, NS_PER_S));
	cr_assert_eq(pause_ns(&b, T0), 91 * NS_PER_S);
	backoff_fail(&b, 1, UINT32_MAX, mono_after(T0, 2 * NS_PER_S));
	cr_assert_eq(pause_ns(&b, T0), 91 * NS_PER_S);
	cr_assert(backoff_is_waiting(&b, mono_after(T0, 91 * NS_PER_S - 1)));
	cr_assert(!backoff_is_waiting(&b, mono_after(T0, 91 * NS_PER_S)));
}

Test(backoff, a_pause_that_was_asked_for_outlives_a_success)
{
	struct backoff b = { 0 };

	backoff_fail(&b, 77 * NS_PER_S, 0, T0);
	backoff_succeed(&b);
	cr_assert(backoff_is_waiting(&b, mono_after(T0, 76 * NS_PER_S)));
}

Test(backoff, asked_for_less_than_the_pause_is_not_shorter)
{
	struct backoff b = { 0 };

	backoff_fail(&b, 1, UINT32_MAX, T0);
	cr_assert_eq(pause_ns(&b, T0), NS_PER_S);
}
