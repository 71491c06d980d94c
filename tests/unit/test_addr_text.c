// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/addr_text.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/container.h"
#include "tests/support/random.h"

/* Canonical texts by section of RFC 5952; the input may be written otherwise. */
static const struct {
	const char *input, *canonical;
} texts[] = {
	{ "192.0.2.1", "192.0.2.1" },
	{ "0.0.0.0", "0.0.0.0" },
	{ "255.255.255.255", "255.255.255.255" },
	{ "::ffff:192.0.2.1", "192.0.2.1" },
	{ "::ffff:c000:201", "192.0.2.1" },
	{ "::", "::" },
	{ "::1", "::1" },
	{ "2001:0db8::0001", "2001:db8::1" },		    /* 4.1 */
	{ "2001:db8:0:0:0:0:2:1", "2001:db8::2:1" },	    /* 4.2.1 */
	{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" }, /* 4.2.2 */
	{ "2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },  /* 4.2.2 */
	{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },	    /* 4.2.3 */
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },    /* 4.2.3 */
	{ "2001:DB8::AAAA:BBBB", "2001:db8::aaaa:bbbb" },   /* 4.3 */
	{ "1:0:0:0:0:0:0:0", "1::" },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
};

Test(addr_text, writes_what_rfc_5952_wants)
{
	char text[ADDR_TEXT_LEN];
	struct addr a;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		cr_assert(addr_from_text(texts[i].input, &a), "%s", texts[i].input);
		cr_expect_str_eq(addr_to_text(&a, text), texts[i].canonical, "%s: %s",
				 texts[i].input, text);
	}
}

Test(addr_text, every_address_comes_back)
{
	struct random r = { 8 };
	char text[ADDR_TEXT_LEN];
	struct addr a, b;

	for (int i = 0; i < 5000; i++) {
		random_fill(&r, a.bytes, sizeof(a.bytes));
		/* Runs of zeros, here and there, and whole words of them. */
		for (unsigned int zero = random_below(&r, 8); zero > 0; zero--)
			memset(&a.bytes[2 * random_below(&r, 8)], 0, 2);
		cr_assert(addr_from_text(addr_to_text(&a, text), &b), "%s", text);
		cr_assert(addr_equal(&a, &b), "%s", text);
	}
}

static const char *const not_addresses[] = {
	"",
	" ",
	"192.0.2",
	"192.0.2.1.1",
	"192.0.2.256",
	"192.0.2.01",
	"0192.0.2.1",
	"192.0.2.1 ",
	" 192.0.2.1",
	"192.0.2.-1",
	"192.0.2.+1",
	"192.0.2.0x1",
	"3221225985",
	"192.0.2.1/32",
	"192.0.2.1.",
	".192.0.2.1",
	"1:2:3:4:5:6:7",
	"1:2:3:4:5:6:7:8:9",
	"1::2::3",
	":1::",
	"1:::2",
	"12345::",
	"::g",
	"[::1]",
	"::1 ",
	" ::1",
	"::1%lo",
	"fe80::1%1",
	"::192.0.2.256",
	"192.0.2.1::",
	"::1/128",
	"example.net",
	"1:2:3:4:5:6:7:192.0.2.1",
};

Test(addr_text, refuses_everything_else_and_leaves_the_result_alone)
{
	struct addr untouched = { { 1, 2, 3 } };
	struct addr a = untouched;

	for (size_t i = 0; i < ARRAY_LEN(not_addresses); i++) {
		cr_expect(!addr_from_text(not_addresses[i], &a), "'%s'", not_addresses[i]);
		cr_expect(addr_equal(&a, &untouched), "'%s' changed it", not_addresses[i]);
	}
}

/* --- prefixes -------------------------------------------------------------- */

static const struct {
	const char *text;
	int want;
	const char *base;
	uint8_t len;
} prefixes[] = {
	{ "192.0.2.0/24", 0, "192.0.2.0", 120 },
	{ "192.0.2.1", 0, "192.0.2.1", 128 },
	{ "192.0.2.1/32", 0, "192.0.2.1", 128 },
	{ "0.0.0.0/0", 0, "0.0.0.0", 96 },
	{ "128.0.0.0/1", 0, "128.0.0.0", 97 },
	{ "192.0.2.128/25", 0, "192.0.2.128", 121 },
	{ "2001:db8::/32", 0, "2001:db8::", 32 },
	{ "2001:db8::1", 0, "2001:db8::1", 128 },
	{ "2001:db8:8000::/33", 0, "2001:db8:8000::", 33 },
	{ "::/0", 0, "::", 0 },
	{ "::ffff:192.0.2.0/120", 0, "192.0.2.0", 120 },
	{ "192.0.2.1/24", -EDOM, NULL, 0 },
	{ "192.0.2.128/24", -EDOM, NULL, 0 },
	{ "192.0.2.1/31", -EDOM, NULL, 0 },
	{ "0.0.0.1/0", -EDOM, NULL, 0 },
	{ "2001:db8::1/32", -EDOM, NULL, 0 },
	{ "2001:db8:8000::/32", -EDOM, NULL, 0 },
	{ "::1/0", -EDOM, NULL, 0 },
	{ "192.0.2.0/33", -EINVAL, NULL, 0 },
	{ "2001:db8::/129", -EINVAL, NULL, 0 },
	{ "192.0.2.0/", -EINVAL, NULL, 0 },
	{ "192.0.2.0/ 24", -EINVAL, NULL, 0 },
	{ "192.0.2.0 /24", -EINVAL, NULL, 0 },
	{ "192.0.2.0/24 ", -EINVAL, NULL, 0 },
	{ "192.0.2.0/+24", -EINVAL, NULL, 0 },
	{ "192.0.2.0/-1", -EINVAL, NULL, 0 },
	{ "192.0.2.0/0x18", -EINVAL, NULL, 0 },
	{ "192.0.2.0/4294967320", -EINVAL, NULL, 0 },
	{ "192.0.2.0/24/24", -EINVAL, NULL, 0 },
	{ "192.0.2/24", -EINVAL, NULL, 0 },
	{ "/24", -EINVAL, NULL, 0 },
	{ "", -EINVAL, NULL, 0 },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/24", -EINVAL, NULL, 0 },
};

Test(addr_text, prefix_is_strict_about_form_and_host_bits)
{
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		struct prefix p = { .len = 77 };
		struct addr base;
		int got = prefix_from_text(prefixes[i].text, &p);

		cr_expect_eq(got, prefixes[i].want, "'%s': %d", prefixes[i].text, got);
		if (got) {
			cr_expect_eq(p.len, 77, "'%s' changed it", prefixes[i].text);
			continue;
		}
		cr_assert(addr_from_text(prefixes[i].base, &base));
		cr_expect(addr_equal(&p.base, &base), "'%s': base", prefixes[i].text);
		cr_expect_eq(p.len, prefixes[i].len, "'%s': length %u", prefixes[i].text, p.len);
	}
}

static const struct {
	const char *prefix, *addr;
	bool want;
} holdings[] = {
	{ "192.0.2.0/24", "192.0.2.0", true },
	{ "192.0.2.0/24", "192.0.2.255", true },
	{ "192.0.2.0/24", "192.0.3.0", false },
	{ "192.0.2.0/24", "192.0.1.255", false },
	{ "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "192.0.2.0", false },
	{ "192.0.2.128/25", "192.0.2.127", false },
	{ "0.0.0.0/0", "255.1.2.3", true },
	{ "0.0.0.0/0", "2001:db8::1", false },
	{ "0.0.0.0/0", "::1", false },
	{ "2001:db8::/33", "2001:db8:7fff:ffff::", true },
	{ "2001:db8::/33", "2001:db8:8000::", false },
	{ "::/0", "2001:db8::1", true },
	{ "::/0", "192.0.2.1", false },
	{ "::/8", "192.0.2.1", false },
	{ "::/8", "64:ff9b::1", true },
	{ "::ffff:0:0/96", "192.0.2.1", true },
};

Test(addr_text, prefix_holds_its_own_family_only)
{
	for (size_t i = 0; i < ARRAY_LEN(holdings); i++) {
		struct prefix p;
		struct addr a;

		cr_assert_eq(prefix_from_text(holdings[i].prefix, &p), 0);
		cr_assert(addr_from_text(holdings[i].addr, &a));
		cr_expect_eq(prefix_holds(&p, &a), holdings[i].want, "%s in %s", holdings[i].addr,
			     holdings[i].prefix);
	}
}
