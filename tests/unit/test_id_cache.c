// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/id_cache.h"

#include <criterion/criterion.h>
#include <string.h>

static const uint8_t *key(uint64_t number)
{
	static uint8_t bytes[ID_CACHE_KEY_LEN];

	memcpy(bytes + 8, &number, 8);
	return bytes;
}

Test(id_cache, finds_what_was_added_and_nothing_else)
{
	struct id_cache *c;

	cr_assert_eq(id_cache_new(10, &c), 0);
	cr_assert_eq(id_cache_find(c, key(1)), 0);
	id_cache_add(c, key(1), 11);
	id_cache_add(c, key(2), 12);
	cr_assert_eq(id_cache_find(c, key(1)), 11);
	cr_assert_eq(id_cache_find(c, key(2)), 12);
	cr_assert_eq(id_cache_find(c, key(3)), 0);
	id_cache_free(c);
}

Test(id_cache, forgets_but_never_lies)
{
	struct id_cache *c;
	unsigned int found = 0;

	cr_assert_eq(id_cache_new(10, &c), 0);
	for (uint64_t i = 1; i <= 100000; i++)
		id_cache_add(c, key(i), (int64_t)i);
	for (uint64_t i = 1; i <= 100000; i++) {
		int64_t id = id_cache_find(c, key(i));

		cr_assert(id == 0 || id == (int64_t)i);
		found += id != 0;
	}
	cr_assert_eq(found, 1024, "%u", found);
	id_cache_free(c);
}

Test(id_cache, keeps_what_is_in_use)
{
	struct id_cache *c;

	cr_assert_eq(id_cache_new(3, &c), 0);
	id_cache_add(c, key(1), 1);
	for (uint64_t i = 2; i < 1000; i++) {
		id_cache_add(c, key(i), (int64_t)i);
		cr_assert_eq(id_cache_find(c, key(1)), 1, "after %llu", (unsigned long long)i);
	}
	id_cache_free(c);
}
