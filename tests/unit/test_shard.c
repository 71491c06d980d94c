// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/shard.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct prefix prefix(const char *text)
{
	struct prefix p;

	cr_assert_eq(prefix_from_text(text, &p), 0, "%s", text);
	return p;
}

/* A number within the prefix; it has at most 2^16 addresses. */
static uint32_t offset(const struct prefix *p, const struct addr *a)
{
	return ((uint32_t)a->bytes[14] << 8 | a->bytes[15]) -
	       ((uint32_t)p->base.bytes[14] << 8 | p->base.bytes[15]);
}

static const char *const prefixes[] = {
	"10.0.0.0/32",	   "10.0.0.0/31",
	"10.1.2.0/24",	   "10.0.0.0/16",
	"0.0.0.0/20",	   "255.255.240.0/20",
	"2001:db8::/112",  "::/120",
	"2001:db8::1/128", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0/124"
};

Test(shard, parts_are_disjoint_and_together_the_whole)
{
	static uint8_t seen[65536];

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		struct prefix p = prefix(prefixes[i]);
		uint32_t size = 1u << (128 - p.len);

		for (struct shard s = { .count = 1 }; s.count <= 64; s.count++) {
			memset(seen, 0, sizeof(seen));
			for (s.index = 0; s.index < s.count; s.index++) {
				uint64_t blocks = shard_blocks(&s, &p);
				struct addr a;

				cr_assert_leq(blocks, size / s.count + 2);
				for (uint64_t b = 0; b < blocks; b++) {
					if (!shard_address(&s, &p, b, &a))
						continue;
					cr_assert(shard_has_address(&s, &a));
					cr_assert_lt(offset(&p, &a), size);
					seen[offset(&p, &a)]++;
				}
			}
			for (uint32_t a = 0; a < size; a++)
				cr_assert_eq(seen[a], 1, "%s: %u is %u times in %u shards",
					     prefixes[i], a, seen[a], s.count);
		}
	}
}

Test(shard, prefixes_of_any_size_can_be_counted)
{
	const struct shard one = { 1, 0 }, many = { 1000, 3 };
	struct prefix p = prefix("0.0.0.0/0");

	cr_assert_eq(shard_blocks(&one, &p), UINT64_C(1) << 32);
	p = prefix("2001:db8::/65");
	cr_assert_eq(shard_blocks(&one, &p), UINT64_C(1) << 63);
	p = prefix("2001:db8::/64");
	cr_assert_eq(shard_blocks(&one, &p), UINT64_MAX);
	p = prefix("::/0");
	cr_assert_eq(shard_blocks(&one, &p), UINT64_MAX);
	cr_assert_eq(shard_blocks(&many, &p), UINT64_MAX);
}

/* The first address of each /24 would be in one shard of 64 if blocks were not hashed. */
Test(shard, lists_of_regular_addresses_are_spread)
{
	uint32_t in[64] = { 0 };

	for (uint32_t i = 0; i < 65536; i++) {
		struct shard s = { 64, 0 };
		struct addr a = addr_from_v4(be32_from(i << 8 | 1));

		for (; !shard_has_address(&s, &a); s.index++)
			cr_assert_lt(s.index, 63);
		in[s.index]++;
	}
	for (int i = 0; i < 64; i++) /* 1024 each: six standard deviations are 192 */
		cr_assert(in[i] > 832 && in[i] < 1216, "%u in shard %d", in[i], i);
}

Test(shard, names_have_one_shard_however_they_are_written)
{
	char name[32];

	for (int i = 0; i < 1000; i++) {
		int owners = 0;

		snprintf(name, sizeof(name), "Host-%d.example.net", i);
		for (uint32_t index = 0; index < 7; index++) {
			const struct shard s = { 7, index };
			bool has = shard_has_name(&s, name);

			owners += has;
			name[0] = 'h';
			cr_assert_eq(shard_has_name(&s, name), has);
			strcat(name, ".");
			cr_assert_eq(shard_has_name(&s, name), has);
			name[strlen(name) - 1] = '\0';
			name[0] = 'H';
		}
		cr_assert_eq(owners, 1, "%s", name);
	}
}
