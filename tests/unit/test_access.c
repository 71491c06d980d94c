// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/access.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/unit/folder.h"

TestSuite(access, .init = folder_set_up, .fini = folder_tear_down);

/* Reads that text as a list; what was said goes to `ret_said`. */
static int read_text(const char *text, struct access_prefixes *ret_prefixes, char *ret_said,
		     size_t size)
{
	FILE *saved = stderr;
	int err;

	folder_write("list", text);
	memset(ret_said, 0, size);
	stderr = fmemopen(ret_said, size, "w");
	cr_assert(stderr);
	err = access_read(folder_path("list"), ret_prefixes);
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

Test(access, both_families_comments_and_blank_lines_in_one_file)
{
	struct access_prefixes p = { 0 };
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
	access_free(&p);
	cr_assert_null(p.items);
}

Test(access, empty_and_comments_only_is_a_list_of_nobody)
{
	struct access_prefixes p = { .count = 7 };
	char said[256];

	cr_assert_eq(read_text("# nobody yet\n\n", &p, said, sizeof(said)), 0);
	cr_assert_eq(p.count, 0);
	access_free(&p);
}

struct bad {
	char text[64];
	char said[64];
};

ParameterizedTestParameters(access, bad_lines)
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

ParameterizedTest(struct bad *bad, access, bad_lines)
{
	struct access_prefixes p = { .count = 7 };
	char said[512];

	cr_assert_eq(read_text(bad->text, &p, said, sizeof(said)), -EINVAL);
	cr_assert(strstr(said, bad->said), "'%s' lacks '%s'", said, bad->said);
	cr_assert(strstr(said, "/list:"), "%s names no file", said);
	cr_assert_eq(p.count, 7, "a failure touched the result");
}

Test(access, what_is_no_file_is_refused_and_never_waited_for)
{
	struct access_prefixes p;

	cr_assert_eq(mkfifo(folder_path("pipe"), 0600), 0);
	cr_expect_eq(access_read(folder_path("pipe"), &p), -EINVAL);
	cr_expect_eq(access_read(folder_path("missing"), &p), -ENOENT);
	cr_expect_eq(access_read(folder_path("."), &p), -EISDIR);
	cr_expect_eq(access_read("/dev/null", &p), 0);
	cr_expect_eq(p.count, 0);
}
