// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/choice.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <string.h>

#include "base/addr_text.h"
#include "tests/support/input.h"
#include "tests/unit/folder.h"

static const char *refused(struct choice *c, const char *text)
{
	const char *clause;
	struct addr a;

	cr_assert(addr_from_text(text, &a));
	clause = choice_refuses(c, &a);
	return clause ? clause : "-";
}

Test(choice, blocked_wins_over_allowed)
{
	const char *blocked[] = { INPUT_TEXT("192.0.2.0/24\n"), INPUT_TEXT("2001:db8::1\n") };
	const char *allowed[] = { INPUT_TEXT("192.0.0.0/16\n") };
	struct choice_config config = { .blocked = blocked, .blocked_count = 2 };
	struct choice *c;

	cr_assert_eq(choice_open(&config, &c), 0);
	cr_expect_str_eq(refused(c, "192.0.2.1"), "blocked by 192.0.2.0/24");
	cr_expect_str_eq(refused(c, "2001:db8::1"), "blocked by 2001:db8::1/128");
	cr_expect_str_eq(refused(c, "198.51.100.1"), "-");
	choice_close(c);
	config.allowed = allowed;
	config.allowed_count = 1;
	cr_assert_eq(choice_open(&config, &c), 0);
	cr_expect_str_eq(refused(c, "192.0.2.1"), "blocked by 192.0.2.0/24");
	cr_expect_str_eq(refused(c, "192.0.3.1"), "-");
	cr_expect_str_eq(refused(c, "198.51.100.1"), "not allowed by any list");
	choice_close(c);
	choice_close(NULL);
}

Test(choice, list_of_the_system_need_not_exist, .init = cr_redirect_stderr)
{
	struct choice_config config = { .system_file = "/nonexistent/blocklist" };
	struct choice *c;

	cr_assert_eq(choice_open(&config, &c), 0);
	cr_expect_str_eq(refused(c, "192.0.2.1"), "-");
	choice_close(c);
	config.system_file = INPUT_TEXT("192.0.2.0/24\n");
	cr_assert_eq(choice_open(&config, &c), 0);
	cr_expect_str_eq(refused(c, "192.0.2.1"), "blocked by 192.0.2.0/24");
	choice_close(c);
	config.system_file = INPUT_TEXT("192.0.2.0/99\n");
	cr_assert_eq(choice_open(&config, &c), -EINVAL);
}

Test(choice, bad_file_changes_nothing_when_read_again, .init = folder_set_up,
     .fini = folder_tear_down)
{
	const char *blocked[] = { folder_path("list") };
	const struct choice_config config = { .blocked = blocked, .blocked_count = 1 };
	struct choice *c;

	folder_write("list", "192.0.2.0/24\n");
	cr_assert_eq(choice_open(&config, &c), 0);
	folder_write("list", "198.51.100.0/24\nx\n");
	cr_assert_eq(choice_reload(c), -EINVAL);
	cr_expect_str_eq(refused(c, "192.0.2.1"), "blocked by 192.0.2.0/24");
	cr_expect_str_eq(refused(c, "198.51.100.1"), "-");
	folder_write("list", "198.51.100.0/24\n");
	cr_assert_eq(choice_reload(c), 0);
	cr_expect_str_eq(refused(c, "192.0.2.1"), "-");
	cr_expect_str_eq(refused(c, "198.51.100.1"), "blocked by 198.51.100.0/24");
	choice_close(c);
}
