// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/fnv.h"

#include <criterion/criterion.h>

/* From the authors' test vectors. */
Test(fnv, published_values)
{
	cr_assert_eq(fnv_text(FNV_START, ""), UINT64_C(0xcbf29ce484222325));
	cr_assert_eq(fnv_text(FNV_START, "a"), UINT64_C(0xaf63dc4c8601ec8c));
	cr_assert_eq(fnv_text(FNV_START, "foobar"), UINT64_C(0x85944171f73967e8));
	cr_assert_eq(fnv_text(fnv_text(FNV_START, "foo"), "bar"), UINT64_C(0x85944171f73967e8));
}
