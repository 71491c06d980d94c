// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/blocks.h"

#include <criterion/criterion.h>
#include <signal.h>

#define LISTS 5
#define MOST  97

static uint64_t *item(const struct block_list *list, uint32_t index)
{
	return block_list_at(list, index, sizeof(uint64_t));
}

/* Items stay where they are, and are each list's own, whatever the others do. */
Test(blocks, lists_grow_side_by_side)
{
	struct block_list lists[LISTS];
	uint64_t *first[LISTS];
	struct blocks *b;

	cr_assert_eq(blocks_new(LISTS, MOST, sizeof(uint64_t), &b), 0);
	for (uint32_t n = 0; n < LISTS; n++) {
		lists[n] = blocks_begin(b, n);
		blocks_reach(b, &lists[n], 0);
		first[n] = item(&lists[n], 0);
	}
	for (uint32_t i = 0; i < MOST; i++) {
		for (uint32_t n = 0; n < LISTS; n++) {
			blocks_reach(b, &lists[n], i);
			cr_assert_eq(*item(&lists[n], i), 0);
			*item(&lists[n], i) = n << 16 | i;
		}
	}
	for (uint32_t n = 0; n < LISTS; n++) {
		cr_assert_eq(item(&lists[n], 0), first[n]);
		for (uint32_t i = 0; i < MOST; i++) {
			cr_assert_eq(*item(&lists[n], i), n << 16 | i);
			cr_assert_eq(
				block_list_index(&lists[n], item(&lists[n], i), sizeof(uint64_t)),
				i);
		}
	}
	blocks_free(b);
}

Test(blocks, what_is_given_back_is_there_for_others_and_zero)
{
	struct blocks *b;

	cr_assert_eq(blocks_new(2, MOST, sizeof(uint64_t), &b), 0);
	for (int round = 0; round < 100; round++) {
		struct block_list list = blocks_begin(b, (uint32_t)round % 2);

		blocks_reach(b, &list, MOST - 1);
		for (uint32_t i = 0; i < MOST; i++) {
			cr_assert_eq(*item(&list, i), 0);
			*item(&list, i) = UINT64_MAX;
		}
		blocks_end(b, &list);
		cr_assert_eq(list.count, 0);
	}
	blocks_free(b);
}

Test(blocks, long_lists_have_short_tables)
{
	struct block_list list;
	struct blocks *b;

	cr_assert_eq(blocks_new(1, 40000, sizeof(uint64_t), &b), 0);
	list = blocks_begin(b, 0);
	blocks_reach(b, &list, 39999);
	cr_assert_leq(list.count, 160);
	*item(&list, 39999) = 7;
	cr_assert_eq(block_list_index(&list, item(&list, 39999), sizeof(uint64_t)), 39999);
	blocks_free(b);
}

Test(blocks, more_than_the_most_is_a_programming_error, .signal = SIGABRT)
{
	struct block_list list;
	struct blocks *b;

	cr_assert_eq(blocks_new(2, 8, sizeof(uint64_t), &b), 0);
	list = blocks_begin(b, 0);
	blocks_reach(b, &list, 8);
}
