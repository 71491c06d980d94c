// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/permutation.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static void expect_permutation(uint64_t count, uint64_t seed)
{
	struct permutation p;
	uint8_t *seen = calloc(count + 1, 1);

	permutation_init(&p, count, seed);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t at = permutation_at(&p, i);

		cr_assert_lt(at, count, "%lu of %lu", i, count);
		cr_assert_eq(seen[at], 0, "%lu twice of %lu", at, count);
		seen[at] = 1;
	}
	free(seen);
}

Test(permutation, each_number_has_one_place)
{
	for (uint64_t count = 1; count < 300; count++)
		for (uint64_t seed = 0; seed < 3; seed++)
			expect_permutation(count, seed);
	expect_permutation(65536, 7);
	expect_permutation(65537, 7);
	expect_permutation(1000000, 7);
}

Test(permutation, of_nothing_is_nothing)
{
	struct permutation p;

	permutation_init(&p, 0, 1);
	cr_assert_eq(p.count, 0);
}

Test(permutation, greatest_count_stays_within_bounds)
{
	static const uint64_t counts[] = { PERMUTATION_COUNT_MAX, PERMUTATION_COUNT_MAX - 1,
					   UINT64_C(1) << 32, (UINT64_C(1) << 32) + 1 };

	for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
		struct permutation p;

		permutation_init(&p, counts[c], 1);
		cr_assert_geq(p.side * p.side, counts[c]);
		cr_assert_lt((p.side - 1) * (p.side - 1), counts[c]);
		for (uint64_t i = 0; i < 1000; i++) {
			cr_assert_lt(permutation_at(&p, i), counts[c]);
			cr_assert_lt(permutation_at(&p, counts[c] - 1 - i), counts[c]);
		}
	}
}

Test(permutation, seed_decides_and_nothing_else)
{
	struct permutation a, b, c;
	int same = 0;

	permutation_init(&a, 100000, 1);
	permutation_init(&b, 100000, 1);
	permutation_init(&c, 100000, 2);
	for (uint64_t i = 0; i < 1000; i++) {
		cr_assert_eq(permutation_at(&a, i), permutation_at(&b, i));
		same += permutation_at(&a, i) == permutation_at(&c, i);
	}
	cr_assert_lt(same, 5, "%d", same);
}

/* Addresses of one /24 must not come together: of 2^16 /24s, numbered in a row, how many
 * of the first 65 536 places fall into one?  Evenly spread, 1 each: more than 12 in any
 * has a chance of 10^-5. */
Test(permutation, neighbours_are_spread)
{
	static uint8_t in_24[65536];
	struct permutation p;
	int near = 0;

	permutation_init(&p, 1 << 24, 3);
	for (uint64_t i = 0; i < 65536; i++) {
		uint64_t at = permutation_at(&p, i);

		cr_assert_lt(++in_24[at >> 8], 13);
		near += i > 0 && permutation_at(&p, i - 1) >> 8 == at >> 8;
	}
	cr_assert_lt(near, 12, "%d of the same /24 in a row", near);
}
