// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/be.h"

#include <criterion/criterion.h>
#include <string.h>

#include "tests/support/random.h"

Test(be, most_significant_byte_lies_first)
{
	static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	be16 two = be16_from(0x0102);
	be32 four = be32_from(0x01020304);
	be64 eight = be64_from(0x0102030405060708);

	cr_assert_arr_eq(&two, bytes, sizeof(two));
	cr_assert_arr_eq(&four, bytes, sizeof(four));
	cr_assert_arr_eq(&eight, bytes, sizeof(eight));
}

Test(be, reading_undoes_writing)
{
	struct random r = { 1 };

	for (uint32_t i = 0; i <= UINT16_MAX; i++)
		cr_assert_eq(be16_to(be16_from((uint16_t)i)), i);
	for (int i = 0; i < 10000; i++) {
		uint64_t x = random_u64(&r);

		cr_assert_eq(be32_to(be32_from((uint32_t)x)), (uint32_t)x);
		cr_assert_eq(be64_to(be64_from(x)), x);
	}
}

Test(be, has_the_size_of_its_bits)
{
	cr_assert_eq(sizeof(be16), 2);
	cr_assert_eq(sizeof(be32), 4);
	cr_assert_eq(sizeof(be64), 8);
}
