// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/names.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/container.h"
#include "tests/unit/records.h"

#define TEN	 "abcdefghij"
#define SIXTY	 TEN TEN TEN TEN TEN TEN
#define LABEL_63 SIXTY "abc"
#define NAME_253 LABEL_63 "." LABEL_63 "." LABEL_63 "." SIXTY "a"

struct clean_case {
	const char *what;
	const char *raw;
	const char *clean; /* NULL: refused */
};

Test(names, only_host_names_pass)
{
	static const struct clean_case cases[] = {
		{ "a host name", "ae-1.r20.example.net", "ae-1.r20.example.net" },
		{ "one label", "gateway", "gateway" },
		{ "an underscore", "lo_0.example.net", "lo_0.example.net" },
		{ "a digit in front", "4.4.8.8.example.net", "4.4.8.8.example.net" },
		{ "a hyphen at a label's end", "a-.-b.example", "a-.-b.example" },
		{ "upper case", "GW.Example.NET", "gw.example.net" },
		{ "a dot at the end", "gw.example.net.", "gw.example.net" },
		{ "a label of 63", LABEL_63 ".net", LABEL_63 ".net" },
		{ "253 bytes", NAME_253, NAME_253 },
		{ "253 bytes and a dot", NAME_253 ".", NAME_253 },
		{ "empty", "", NULL },
		{ "the root", ".", NULL },
		{ "two dots at the end", "gw..", NULL },
		{ "a dot in front", ".example.net", NULL },
		{ "an empty label", "a..b", NULL },
		{ "a label of 64", LABEL_63 "d.net", NULL },
		{ "254 bytes", NAME_253 "b", NULL },
		{ "254 bytes and a dot", NAME_253 "b.", NULL },
		{ "very long", NAME_253 "." NAME_253 "." NAME_253, NULL },
		{ "a colour", "\033[31mred.example", NULL },
		{ "a window title", "\033]0;owned\007.example", NULL },
		{ "C1 control bytes",
		  "a\x9b"
		  "31m.example",
		  NULL },
		{ "a bell", "a\a.example", NULL },
		{ "a line", "a\n 9  192.0.2.1.example", NULL },
		{ "a carriage return", "a\rb.example", NULL },
		{ "a blank", "a b.example", NULL },
		{ "a tab", "a\tb.example", NULL },
		{ "DEL", "a\x7f.example", NULL },
		{ "a backslash", "a\\b.example", NULL },
		{ "a quote", "a'b.example", NULL },
		{ "quotes", "a\"b.example", NULL },
		{ "SQL", "x'); DROP TABLE addr; --.example", NULL },
		{ "markup", "<script>.example", NULL },
		{ "an entity", "a&amp;b.example", NULL },
		{ "a command", "$(reboot).example", NULL },
		{ "a format", "%s%n.example", NULL },
		{ "a bracket", "a (192.0.2.1", NULL },
		{ "UTF-8", "m\xc3\xbcnchen.example", NULL },
		{ "a bidirectional override",
		  "a\xe2\x80\xae"
		  "b.example",
		  NULL },
		{ "Latin-1", "m\xfcnchen.example", NULL },
		{ "a slash", "a/b.example", NULL },
		{ "a colon", "2001:db8::1", NULL },
		{ "an IPv4 address", "192.0.2.1", NULL },
		{ "a number", "7", NULL },
		{ "a number behind the last dot", "example.7.", NULL },
		{ "an option", "-rf.example", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct clean_case *c = &cases[i];
		char name[NAMES_TEXT_LEN] = "untouched";

		cr_assert_eq(names_clean(c->raw, name), c->clean != NULL, "%s", c->what);
		cr_assert_str_eq(name, c->clean ? c->clean : "untouched", "%s", c->what);
	}
}

Test(names, every_other_byte_is_refused)
{
	for (int byte = 1; byte < 256; byte++) {
		const char raw[] = { 'a', (char)byte, 'b', '\0' };
		bool good = byte != 0 && strchr("abcdefghijklmnopqrstuvwxyz0123456789-_."
						"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
						byte);
		char name[NAMES_TEXT_LEN];

		cr_assert_eq(names_clean(raw, name), good, "byte %d", byte);
	}
}

Test(names, table_tells_names_from_none_and_from_never_asked)
{
	struct addr named = draft_addr("192.0.2.1"), nameless = draft_addr("192.0.2.2");
	struct addr silent = draft_addr("192.0.2.3"), hostile = draft_addr("2001:db8::1");
	struct addr other = draft_addr("192.0.2.5"), none = { { 0 } };
	int64_t looked_us = -1;
	struct names *n;

	cr_assert_eq(names_new(10, 7, &n), 0);
	cr_assert_eq(names_add(n, &named, "GW.example.net.", 1000), 0);
	cr_assert_eq(names_add(n, &nameless, NULL, 2000), 0);
	cr_assert_eq(names_add(n, &silent, NULL, 0), 0);
	cr_assert_eq(names_add(n, &hostile, "a\033[2Jb", 3000), 0);
	cr_assert_eq(names_left(n), 6);

	cr_assert_str_eq(names_find(n, &named), "gw.example.net");
	cr_assert_null(names_find(n, &nameless));
	cr_assert_null(names_find(n, &silent));
	cr_assert_null(names_find(n, &hostile));
	cr_assert_null(names_find(n, &other));
	cr_assert_null(names_find(n, &none));
	cr_assert(names_has(n, &silent));
	cr_assert_not(names_has(n, &other));
	cr_assert_not(names_has(n, &none));

	cr_assert(names_find_time(n, &hostile, &looked_us));
	cr_assert_eq(looked_us, 3000);
	cr_assert_not(names_find_time(n, &silent, &looked_us));
	cr_assert_not(names_find_time(n, &other, &looked_us));
	cr_assert_eq(looked_us, 3000);
	names_free(n);
}

Test(names, no_table_has_no_names)
{
	struct addr addr = draft_addr("192.0.2.1");
	int64_t looked_us;

	cr_assert_null(names_find(NULL, &addr));
	cr_assert_not(names_find_time(NULL, &addr, &looked_us));
	names_free(NULL);
}

static struct addr numbered(uint32_t number)
{
	return addr_from_v4(be32_from(0x0a000000u + number));
}

Test(names, table_grows_to_its_capacity_and_no_further)
{
	enum { CAPACITY = 5000 };
	const char *first;
	struct names *n;

	cr_assert_eq(names_new(CAPACITY, 7, &n), 0);
	for (uint32_t i = 0; i < CAPACITY; i++) {
		struct addr addr = numbered(i);
		char name[32];

		snprintf(name, sizeof(name), "host-%u.example", i);
		cr_assert_eq(names_add(n, &addr, name, 1), 0);
		if (i == 0)
			first = names_find(n, &addr);
	}
	for (uint32_t i = 0; i < CAPACITY; i++) {
		struct addr addr = numbered(i);
		char name[32];

		snprintf(name, sizeof(name), "host-%u.example", i);
		cr_assert_str_eq(names_find(n, &addr), name);
	}
	struct addr first_addr = numbered(0), more = numbered(CAPACITY);

	cr_assert_eq(names_find(n, &first_addr), first, "a name has moved");
	cr_assert_eq(names_add(n, &more, "more.example", 1), -ENOSPC);
	cr_assert_not(names_has(n, &more));
	cr_assert_eq(names_left(n), 0);
	names_free(n);
}
