// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/clock.h"

#include <criterion/criterion.h>
#include <time.h>

Test(clock, durations_never_go_below_zero)
{
	mono early = { 1000 };
	mono late = { 2500 };

	cr_assert_eq(mono_since(early, late), 1500);
	cr_assert_eq(mono_since(late, early), 0);
	cr_assert_eq(mono_since(late, late), 0);
	cr_assert_eq(mono_since(early, MONO_NEVER), UINT64_MAX - 1000);
}

Test(clock, moments_have_an_order)
{
	mono early = { 1000 };
	mono late = mono_after(early, 1);

	cr_assert(mono_before(early, late));
	cr_assert(!mono_before(late, early));
	cr_assert(!mono_before(early, early));
	cr_assert(mono_before(late, MONO_NEVER));
	cr_assert_eq(mono_min(early, late).ns, early.ns);
	cr_assert_eq(mono_min(late, early).ns, early.ns);
	cr_assert_eq(mono_min(MONO_NEVER, late).ns, late.ns);
}

Test(clock, now_follows_the_monotonic_clock)
{
	struct timespec pause = { .tv_nsec = 5000000 };
	mono before = clock_now();
	uint64_t passed;

	cr_assert_gt(before.ns, 0);
	nanosleep(&pause, NULL);
	passed = mono_since(before, clock_now());
	cr_assert_geq(passed, 5 * NS_PER_MS);
	cr_assert_lt(passed, 5 * NS_PER_S);
}

Test(clock, wall_time_counts_from_1970_in_microseconds)
{
	int64_t seconds = time(NULL);
	int64_t us = clock_wall_us();

	cr_assert_geq(us, seconds * 1000000);
	cr_assert_lt(us, (seconds + 5) * 1000000);
}

Test(clock, realtime_offset_places_kernel_stamps)
{
	int64_t offset = clock_realtime_offset();
	int64_t wall_ns = clock_wall_us() * (int64_t)NS_PER_US;
	int64_t apart = wall_ns - ((int64_t)clock_now().ns + offset);

	cr_assert_lt(apart, (int64_t)NS_PER_S / 10);
	cr_assert_gt(apart, -(int64_t)NS_PER_S / 10);
}
