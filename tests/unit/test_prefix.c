// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/prefix.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>

#define FIRST_MAX 5

struct walk_case {
	char prefix[48];
	char first[FIRST_MAX][48]; /* the first addresses, up to an empty one */
	unsigned long count;	   /* of all; 0: too many to walk */
	char last[48];
};

static struct prefix_walk walk_over(const char *text)
{
	struct prefix_walk w;
	struct prefix p;

	cr_assert_eq(prefix_from_text(text, &p), 0, "%s", text);
	prefix_walk_start(&w, &p);
	return w;
}

ParameterizedTestParameters(prefix, walk_gives_each_address_once)
{
	static struct walk_case cases[] = {
		{ "10.0.0.8/32", { "10.0.0.8" }, 1, "10.0.0.8" },
		{ "10.0.0.8", { "10.0.0.8" }, 1, "10.0.0.8" },
		{ "10.0.0.8/31", { "10.0.0.8", "10.0.0.9" }, 2, "10.0.0.9" },
		{ "10.0.0.8/30", { "10.0.0.8", "10.0.0.9", "10.0.0.10" }, 4, "10.0.0.11" },
		{ "10.0.254.0/23", { "10.0.254.0", "10.0.254.1" }, 512, "10.0.255.255" },
		{ "10.1.0.0/16", { "10.1.0.0" }, 65536, "10.1.255.255" },
		{ "255.255.255.252/30", { "255.255.255.252" }, 4, "255.255.255.255" },
		{ "0.0.0.0/0", { "0.0.0.0", "0.0.0.1", "0.0.0.2" }, 0, "" },
		{ "128.0.0.0/1", { "128.0.0.0", "128.0.0.1" }, 0, "" },
		{ "2001:db8::1/128", { "2001:db8::1" }, 1, "2001:db8::1" },
		{ "2001:db8::/127", { "2001:db8::", "2001:db8::1" }, 2, "2001:db8::1" },
		{ "2001:db8::fffe:0/111",
		  { "2001:db8::fffe:0", "2001:db8::fffe:1" },
		  131072,
		  "2001:db8::ffff:ffff" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127",
		  { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe" },
		  2,
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "::/0", { "::", "::1", "::2" }, 0, "" },
		{ "8000::/1", { "8000::", "8000::1" }, 0, "" },
		{ "::ffff:0:0/96", { "0.0.0.0", "0.0.0.1" }, 0, "" },
	};

	return cr_make_param_array(struct walk_case, cases, sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(struct walk_case *t, prefix, walk_gives_each_address_once)
{
	struct prefix_walk w = walk_over(t->prefix);
	char text[ADDR_TEXT_LEN] = "";
	unsigned long count = 0;
	struct addr a;

	for (; count < FIRST_MAX && t->first[count][0]; count++) {
		cr_assert(prefix_walk_next(&w, &a), "%s ends after %lu", t->prefix, count);
		cr_assert_str_eq(addr_to_text(&a, text), t->first[count], "%s", t->prefix);
	}
	if (t->count == 0) {
		cr_assert(prefix_walk_next(&w, &a), "%s", t->prefix);
		return;
	}
	while (count <= t->count && prefix_walk_next(&w, &a))
		count++;
	cr_assert_eq(count, t->count, "%s has %lu", t->prefix, count);
	cr_assert_str_eq(addr_to_text(&a, text), t->last, "%s", t->prefix);
	cr_assert_not(prefix_walk_next(&w, &a), "%s goes on", t->prefix);
}

/* The end of a space that nobody can walk through: put the walk shortly before it. */
static void expect_end_of_space(const char *space, const char *before_last, const char *last)
{
	struct prefix_walk w = walk_over(space);
	char text[ADDR_TEXT_LEN];
	struct addr a;

	cr_assert(addr_from_text(before_last, &w.next));
	cr_assert(prefix_walk_next(&w, &a));
	cr_assert(prefix_walk_next(&w, &a));
	cr_assert_str_eq(addr_to_text(&a, text), last);
	cr_assert_not(prefix_walk_next(&w, &a), "%s wraps around", space);
}

Test(prefix, whole_space_ends_without_wrapping)
{
	expect_end_of_space("0.0.0.0/0", "255.255.255.254", "255.255.255.255");
	expect_end_of_space("::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe",
			    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	expect_end_of_space("::/1", "7fff:ffff:ffff:ffff:ffff:ffff:ffff:fffe",
			    "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

Test(prefix, step_carries_through_all_bytes)
{
	struct prefix_walk w = walk_over("2001:db8::/32");
	char text[ADDR_TEXT_LEN];
	struct addr a;

	cr_assert(addr_from_text("2001:db8:ffff:ffff:ffff:ffff:ffff:fffe", &w.next));
	cr_assert(prefix_walk_next(&w, &a));
	cr_assert(prefix_walk_next(&w, &a));
	cr_assert_not(prefix_walk_next(&w, &a));
	w = walk_over("2001:db8::/31");
	cr_assert(addr_from_text("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", &w.next));
	cr_assert(prefix_walk_next(&w, &a));
	cr_assert(prefix_walk_next(&w, &a));
	cr_assert_str_eq(addr_to_text(&a, text), "2001:db9::");
}

Test(prefix, zeroed_walk_is_over)
{
	struct prefix_walk w = { 0 };
	struct addr a;

	cr_assert_not(prefix_walk_next(&w, &a));
}
