// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/pool.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "tests/support/random.h"

#define SLOTS 64

struct slot {
	uint32_t stamp;
	char rest[13]; /* an odd size */
};

Test(pool, slots_are_distinct_zeroed_and_the_callers_until_given_back)
{
	struct random r = { 11 };
	bool taken[SLOTS] = { false };
	uint32_t count = 0;
	struct pool *p;

	cr_assert_eq(pool_new(SLOTS, sizeof(struct slot), &p), 0);
	for (uint32_t step = 1; step < 20000; step++) {
		uint32_t slot = random_below(&r, SLOTS);

		if (taken[slot]) {
			pool_give(p, slot);
			taken[slot] = false;
			count--;
		} else {
			static const struct slot zero;
			struct slot *s;

			slot = pool_take(p);
			cr_assert_lt(slot, SLOTS);
			cr_assert(!taken[slot], "slot %u is taken twice", slot);
			s = pool_at(p, slot);
			cr_assert_eq(memcmp(s, &zero, sizeof(zero)), 0, "slot %u is not zero",
				     slot);
			memset(s, 0xee, sizeof(*s));
			s->stamp = slot;
			taken[slot] = true;
			count++;
		}
		cr_assert_eq(pool_taken(p), count);
		cr_assert_eq(pool_left(p), SLOTS - count);
	}
	for (uint32_t i = 0; i < SLOTS; i++)
		if (taken[i])
			cr_assert_eq(((struct slot *)pool_at(p, i))->stamp, i, "slot %u", i);
	pool_free(p);
}

Test(pool, says_when_it_is_full)
{
	struct pool *p;

	cr_assert_eq(pool_new(2, 8, &p), 0);
	cr_assert_neq(pool_take(p), POOL_NONE);
	cr_assert_neq(pool_take(p), POOL_NONE);
	cr_assert_eq(pool_take(p), POOL_NONE);
	cr_assert_eq(pool_left(p), 0);
	pool_give(p, 1);
	cr_assert_eq(pool_take(p), 1);
	pool_free(p);
}

Test(pool, takes_null_and_no_slots)
{
	struct pool *p;

	cr_assert_eq(pool_new(0, 8, &p), 0);
	cr_assert_eq(pool_take(p), POOL_NONE);
	pool_free(p);
	pool_free(NULL);
}

Test(pool, a_slot_outside_is_a_programming_error, .signal = SIGABRT)
{
	struct pool *p;

	cr_assert_eq(pool_new(2, 8, &p), 0);
	pool_at(p, 2);
}
