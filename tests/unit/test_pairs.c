// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/pairs.h"

#include <criterion/criterion.h>

static int items[3];

static struct pairs *new_pairs(void)
{
	struct pairs *p = NULL;

	cr_assert_eq(pairs_new(NULL, &p), 0);
	return p;
}

Test(pairs, partner_is_found_by_number_and_once)
{
	struct pairs *p = new_pairs();

	cr_assert_eq(pairs_add(p, 7, &items[0]), 0);
	cr_assert_eq(pairs_add(p, UINT64_MAX, &items[1]), 0);
	cr_assert_null(pairs_take(p, 8));
	cr_assert_eq(pairs_take(p, UINT64_MAX), &items[1]);
	cr_assert_null(pairs_take(p, UINT64_MAX));
	cr_assert_eq(pairs_take(p, 7), &items[0]);
	pairs_free(p);
}

Test(pairs, numbers_that_share_a_place_are_told_apart)
{
	struct pairs *p = new_pairs();

	for (uint64_t i = 0; i < 3; i++)
		cr_assert_eq(pairs_add(p, 5 + i * 1024, &items[i]), 0);
	cr_assert_eq(pairs_take(p, 5 + 1024), &items[1]);
	cr_assert_eq(pairs_take(p, 5), &items[0]);
	cr_assert_eq(pairs_take(p, 5 + 2048), &items[2]);
	pairs_free(p);
}

Test(pairs, who_still_waits_is_handed_out_one_by_one)
{
	struct pairs *p = new_pairs();

	cr_assert_null(pairs_take_any(p));
	cr_assert_eq(pairs_add(p, 1023, &items[0]), 0);
	cr_assert_eq(pairs_add(p, 2, &items[1]), 0);
	cr_assert_eq(pairs_take_any(p), &items[1]);
	/* Also those that came in after the search had passed their place. */
	cr_assert_eq(pairs_add(p, 1, &items[2]), 0);
	cr_assert_eq(pairs_take_any(p), &items[2]);
	cr_assert_eq(pairs_take_any(p), &items[0]);
	cr_assert_null(pairs_take_any(p));
	pairs_free(p);
	pairs_free(NULL);
}
