// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/notes.h"

#include <criterion/criterion.h>
#include <string.h>

static const uint8_t bytes[] = { 0, 8, 1, 1, 0x49, 0x33, 0x01, 0x01 };

Test(notes, nothing_takes_no_slot)
{
	struct notes *n;

	cr_assert_eq(notes_new(1, &n), 0);
	cr_assert_eq(notes_keep(n, NULL, 0), 0);
	cr_assert_eq(notes_lost(n), 0);
	cr_assert_neq(notes_keep(n, bytes, sizeof(bytes)), 0);
	notes_free(n);
}

Test(notes, slots_come_back_when_their_records_are_gone)
{
	uint32_t one, two;
	struct notes *n;
	uint16_t len;

	cr_assert_eq(notes_new(2, &n), 0);
	for (int round = 0; round < 5; round++) {
		one = notes_keep(n, bytes, sizeof(bytes));
		two = notes_keep(n, bytes, 4);
		cr_assert(one > 0 && two > 0 && one != two);
		cr_assert_eq(notes_keep(n, bytes, 4), 0);
		cr_assert(memcmp(notes_take(n, one - 1, &len), bytes, sizeof(bytes)) == 0);
		cr_assert_eq(len, sizeof(bytes));
		notes_take(n, two - 1, &len);
		cr_assert_eq(len, 4);
		cr_assert_eq(notes_keep(n, bytes, 4), 0, "not yet released");
		notes_release(n);
	}
	cr_assert_eq(notes_lost(n), 10);
	notes_free(n);
}

Test(notes, what_is_not_taken_stays)
{
	uint32_t kept;
	struct notes *n;
	uint16_t len;

	cr_assert_eq(notes_new(2, &n), 0);
	kept = notes_keep(n, bytes, sizeof(bytes));
	notes_take(n, notes_keep(n, bytes, 4) - 1, &len);
	notes_release(n);
	cr_assert_neq(notes_keep(n, bytes, 2), 0);
	cr_assert(memcmp(notes_take(n, kept - 1, &len), bytes, sizeof(bytes)) == 0);
	cr_assert_eq(len, sizeof(bytes));
	notes_free(n);
}
