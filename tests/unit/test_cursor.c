// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/cursor.h"

#include <criterion/criterion.h>
#include <stdint.h>

#include "wire/headers.h"

static const uint8_t bytes[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

Test(cursor, takes_bytes_in_order)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));

	cr_assert_eq(cursor_left(&c), 8);
	cr_assert_eq(cursor_take(&c, 3), bytes);
	cr_assert_eq(cursor_take(&c, 5), bytes + 3);
	cr_assert_eq(cursor_left(&c), 0);
}

Test(cursor, take_of_all_succeeds_and_of_one_more_fails)
{
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		struct cursor c = cursor_over(bytes, len);
		struct cursor d = c;

		cr_assert_not_null(cursor_take(&c, len), "%zu of %zu", len, len);
		cr_assert_null(cursor_take(&d, len + 1), "%zu of %zu", len + 1, len);
	}
}

Test(cursor, stays_empty_after_a_take_that_failed)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));

	cr_assert_null(cursor_take(&c, 9));
	cr_assert_eq(cursor_left(&c), 0);
	cr_assert_null(cursor_take(&c, 1));
	cr_assert_null(cursor_take(&c, 0), "not even nothing");
}

Test(cursor, refuses_lengths_that_would_wrap)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));

	cr_assert_not_null(cursor_take(&c, 1));
	cr_assert_null(cursor_take(&c, SIZE_MAX));
}

Test(cursor, truncation_shortens_and_never_lengthens)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));

	cursor_truncate(&c, 9);
	cr_assert_eq(cursor_left(&c), 8);
	cursor_truncate(&c, SIZE_MAX);
	cr_assert_eq(cursor_left(&c), 8);
	cursor_truncate(&c, 2);
	cr_assert_eq(cursor_left(&c), 2);
	cr_assert_null(cursor_take(&c, 3));
	cursor_truncate(&c, 5);
	cr_assert_eq(cursor_left(&c), 0);
}

Test(cursor, typed_take_needs_the_whole_structure)
{
	static const uint8_t packet[sizeof(struct icmp_hdr)] = { 8, 1, 0, 0, 0x12, 0x34 };
	struct cursor c = cursor_over(packet, sizeof(packet));
	const struct icmp_hdr *icmp = CURSOR_TAKE(&c, struct icmp_hdr);

	cr_assert_not_null(icmp);
	cr_assert_eq(icmp->type, 8);
	cr_assert_eq(be16_to(icmp->id), 0x1234);
	c = cursor_over(packet, sizeof(packet) - 1);
	cr_assert_null(CURSOR_TAKE(&c, struct icmp_hdr));
}
