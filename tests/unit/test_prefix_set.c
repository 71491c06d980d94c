// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/prefix_set.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/input.h"
#include "tests/support/random.h"

static struct prefix_set set_of(const char *text)
{
	struct prefix_set s = { 0 };

	cr_assert_eq(prefix_set_read(&s, input_file(text, strlen(text))), 0);
	prefix_set_close(&s);
	return s;
}

/* The prefix that holds it, as text; "-" if none does. */
static const char *holder(const struct prefix_set *s, const char *text)
{
	static char shown[ADDR_TEXT_LEN + 8];
	char base[ADDR_TEXT_LEN];
	const struct prefix *p;
	struct addr a;

	cr_assert(addr_from_text(text, &a), "%s", text);
	p = prefix_set_find(s, &a);
	if (!p)
		return "-";
	snprintf(shown, sizeof(shown), "%s/%u", addr_to_text(&p->base, base), p->len);
	return shown;
}

Test(prefix_set, finds_who_holds_an_address)
{
	struct prefix_set s = set_of("# ours\n10.0.0.0/8\n 192.0.2.7 # one\n\n2001:db8::/32\n"
				     "10.1.0.0/16\n10.0.0.0/8\n2001:db8::1\n");

	cr_expect_eq(s.count, 3, "%zu", s.count);
	cr_expect_str_eq(holder(&s, "10.0.0.0"), "10.0.0.0/104");
	cr_expect_str_eq(holder(&s, "10.1.2.3"), "10.0.0.0/104");
	cr_expect_str_eq(holder(&s, "10.255.255.255"), "10.0.0.0/104");
	cr_expect_str_eq(holder(&s, "9.255.255.255"), "-");
	cr_expect_str_eq(holder(&s, "11.0.0.0"), "-");
	cr_expect_str_eq(holder(&s, "192.0.2.7"), "192.0.2.7/128");
	cr_expect_str_eq(holder(&s, "192.0.2.6"), "-");
	cr_expect_str_eq(holder(&s, "192.0.2.8"), "-");
	cr_expect_str_eq(holder(&s, "2001:db8:ffff::"), "2001:db8::/32");
	cr_expect_str_eq(holder(&s, "2001:db9::"), "-");
	cr_expect_str_eq(holder(&s, "::"), "-");
	prefix_set_clear(&s);
	cr_expect_str_eq(holder(&s, "10.0.0.1"), "-");
}

Test(prefix_set, families_keep_apart)
{
	struct prefix_set s = set_of("::/0\n10.0.0.0/8\n");

	cr_expect_str_eq(holder(&s, "10.0.0.1"), "10.0.0.0/104");
	cr_expect_str_eq(holder(&s, "11.0.0.1"), "-");
	cr_expect_str_eq(holder(&s, "2001:db8::1"), "::/0");
	cr_expect_str_eq(holder(&s, "ffff::1"), "::/0");
	prefix_set_clear(&s);
	s = set_of("0.0.0.0/0\n");
	cr_expect_str_eq(holder(&s, "255.255.255.255"), "0.0.0.0/96");
	cr_expect_str_eq(holder(&s, "::1"), "-");
	prefix_set_clear(&s);
	s = set_of("");
	cr_expect_str_eq(holder(&s, "10.0.0.1"), "-");
	prefix_set_clear(&s);
}

Test(prefix_set, bad_lines_are_named, .init = cr_redirect_stderr)
{
	static const char *const bad[] = { "10.0.0.0/8\n\n10.0.0.1/8\n", "1\n", "a.net\n",
					   "10.0.0.0/33\n" };
	struct prefix_set s = { 0 };
	char said[2048];
	size_t len;

	for (int i = 0; i < 4; i++)
		cr_expect_eq(prefix_set_read(&s, input_file(bad[i], strlen(bad[i]))), -EINVAL);
	cr_expect_eq(prefix_set_read(&s, "/nonexistent"), -ENOENT);
	cr_expect_eq(prefix_set_read(&s, "/"), -EISDIR);
	prefix_set_clear(&s);
	fflush(stderr);
	len = fread(said, 1, sizeof(said) - 1, cr_get_redirected_stderr());
	said[len] = '\0';
	cr_expect(strstr(said, ":3: '10.0.0.1/8' has host bits set\n"), "%s", said);
	cr_expect(strstr(said, ":1: '1' is neither an address nor a prefix\n"), "%s", said);
	cr_expect(strstr(said, ":1: 'a.net' is neither"), "%s", said);
	cr_expect(strstr(said, ":1: '10.0.0.0/33' is neither"), "%s", said);
	cr_expect(strstr(said, "/nonexistent: cannot read: No such file"), "%s", said);
	cr_expect(strstr(said, "/: cannot read: Is a directory"), "%s", said);
}

/* Against looking at every prefix. */
Test(prefix_set, agrees_with_a_search_through_all)
{
	struct random dice = { 5 };

	for (int round = 0; round < 200; round++) {
		struct prefix all[40];
		struct prefix_set s;
		char text[40 * 64];
		size_t len = 0;

		for (int i = 0; i < 40; i++) {
			uint64_t r = random_u64(&dice);
			unsigned int bits = 20 + (unsigned int)(r % 13);
			uint32_t base = (10u << 24) | ((uint32_t)(r >> 32) & 0xfff) << 4;
			char base_text[ADDR_TEXT_LEN];

			base &= ~0u << (32 - bits);
			all[i].base = addr_from_v4(be32_from(base));
			all[i].len = (uint8_t)(96 + bits);
			len += (size_t)sprintf(text + len, "%s/%u\n",
					       addr_to_text(&all[i].base, base_text), bits);
		}
		s = set_of(text);
		for (uint32_t n = 0; n < 1 << 16; n += 7) {
			struct addr a = addr_from_v4(be32_from(10u << 24 | n));
			bool is_held = false;

			for (int i = 0; i < 40; i++)
				is_held |= prefix_holds(&all[i], &a);
			cr_assert_eq(prefix_set_find(&s, &a) != NULL, is_held);
		}
		prefix_set_clear(&s);
	}
}
