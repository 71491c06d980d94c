// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/prefix_set.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/input.h"
#include "tests/support/random.h"
#include "tests/unit/folder.h"

TestSuite(prefix_set, .init = folder_set_up, .fini = folder_tear_down);

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

/* --- files ------------------------------------------------------------------------------ */

/* Reads that text as a list; what was said goes to `ret_said`. */
static int read_text(const char *text, struct prefix_set *ret_prefixes, char *ret_said, size_t size)
{
	FILE *saved = stderr;
	int err;

	folder_write("list", text);
	memset(ret_said, 0, size);
	stderr = fmemopen(ret_said, size, "w");
	cr_assert(stderr);
	err = prefix_set_read(ret_prefixes, folder_path("list"));
	fclose(stderr);
	stderr = saved;
	return err;
}

static void expect_prefix(const struct prefix *got, const char *text)
{
	struct prefix want;

	cr_assert_eq(prefix_from_text(text, &want), 0);
	cr_expect(got->len == want.len && addr_equal(&got->base, &want.base), "%s", text);
}

Test(prefix_set, both_families_comments_and_blank_lines_in_one_file)
{
	struct prefix_set p = { 0 };
	char said[256];

	cr_assert_eq(
		read_text("# who\n\n 192.0.2.0/24  # lab\r\n2001:db8::/32#x\n\t\n10.1.2.3\n::1", &p,
			  said, sizeof(said)),
		0, "%s", said);
	cr_assert_eq(p.count, 4);
	expect_prefix(&p.items[0], "192.0.2.0/24");
	expect_prefix(&p.items[1], "2001:db8::/32");
	expect_prefix(&p.items[2], "10.1.2.3/32");
	expect_prefix(&p.items[3], "::1/128");
	prefix_set_clear(&p);
	cr_assert_null(p.items);
}

Test(prefix_set, empty_and_comments_only_is_a_list_of_nobody)
{
	struct prefix_set p = { 0 };
	char said[256];

	cr_assert_eq(read_text("# nobody yet\n\n", &p, said, sizeof(said)), 0);
	cr_assert_eq(p.count, 0);
	prefix_set_clear(&p);
}

struct bad {
	char text[64];
	char said[64];
};

ParameterizedTestParameters(prefix_set, bad_lines)
{
	static struct bad bad[] = {
		{ "10.0.0.0/8\nexample.net\n", ":2: 'example.net' is neither an address nor a" },
		{ "10.0.0.0/33\n", ":1: '10.0.0.0/33' is neither an address nor a prefix" },
		{ "10.0.0.1/8\n", ":1: '10.0.0.1/8' has host bits set" },
		{ "::1\n::1/127\n", ":2: '::1/127' has host bits set" },
		{ "10.0.0.0/\n", ":1: '10.0.0.0/' is neither an address nor a prefix" },
		{ "10.0.0.0/8 10.0.0.1\n", ":1: '10.0.0.0/8 10.0.0.1' is neither" },
		{ "\n\n10.0.0.1\nx\033[2J", ":4: 'x\\x1b[2J' is neither" },
	};

	return cr_make_param_array(struct bad, bad, sizeof(bad) / sizeof(bad[0]));
}

ParameterizedTest(struct bad *bad, prefix_set, bad_lines)
{
	struct prefix_set p = { 0 };
	char said[512];

	cr_assert_eq(read_text(bad->text, &p, said, sizeof(said)), -EINVAL);
	cr_assert(strstr(said, bad->said), "'%s' lacks '%s'", said, bad->said);
	cr_assert(strstr(said, "/list:"), "%s names no file", said);
	cr_assert_eq(p.count, 0, "a failure touched the result");
	prefix_set_clear(&p);
}

Test(prefix_set, what_is_no_file_is_refused_and_never_waited_for)
{
	struct prefix_set p = { 0 };

	cr_assert_eq(mkfifo(folder_path("pipe"), 0600), 0);
	cr_expect_eq(prefix_set_read(&p, folder_path("pipe")), -EINVAL);
	cr_expect_eq(prefix_set_read(&p, folder_path("missing")), -ENOENT);
	cr_expect_eq(prefix_set_read(&p, folder_path(".")), -EISDIR);
	cr_expect_eq(prefix_set_read(&p, "/dev/null"), 0);
	cr_expect_eq(p.count, 0);
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
