// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit/auth.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/folder.h"

static void set_up(void)
{
	folder_set_up();
	cr_redirect_stderr();
}

TestSuite(auth, .init = set_up, .fini = folder_tear_down);

static int read_file(const char *content, mode_t mode, struct auth *auth)
{
	folder_write("auth", content);
	cr_assert_eq(chmod(folder_path("auth"), mode), 0);
	return auth_read_file(folder_path("auth"), auth);
}

Test(auth, name_and_password_are_read)
{
	static const char *const contents[] = { "alice:secret:1", "alice:secret:1\n",
						"alice:secret:1\r\n" };

	for (size_t i = 0; i < 3; i++) {
		struct auth auth;

		cr_assert_eq(read_file(contents[i], 0600, &auth), 0);
		cr_assert_str_eq(auth.text, "alice");
		cr_assert_str_eq(auth.password, "secret:1");
		auth_fini(&auth);
		cr_assert_eq(auth.text[0], '\0');
		cr_assert_eq(auth.text[7], '\0', "the password is still there");
	}
}

Test(auth, empty_password_is_one)
{
	struct auth auth;

	cr_assert_eq(read_file("alice:\n", 0400, &auth), 0);
	cr_assert_str_eq(auth.password, "");
}

Test(auth, a_file_that_others_have_access_to_is_refused)
{
	static const mode_t modes[] = { 0640, 0620, 0610, 0604, 0602, 0601, 0644, 0666 };

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct auth auth;

		cr_assert_eq(read_file("alice:secret", modes[i], &auth), -EACCES, "%04o",
			     (unsigned int)modes[i]);
	}
}

Test(auth, somebody_elses_file_is_refused_unless_we_are_root)
{
	struct auth auth;

	if (geteuid() != 0)
		cr_skip_test("needs root to give files away");
	cr_assert_eq(read_file("alice:secret", 0600, &auth), 0);
	cr_assert_eq(chown(folder_path("auth"), 65534, 65534), 0);
	cr_assert_eq(chmod(folder_path("."), 0755), 0);
	cr_assert_eq(auth_read_file(folder_path("auth"), &auth), 0, "sudo, the user's file");
	/* Readable in spite of its mode, as with an access control list. */
	cr_assert_eq(seteuid(65533), 0);
	cr_assert_eq(auth_read_file(folder_path("auth"), &auth), -EACCES);
	cr_assert_eq(seteuid(0), 0);
}

Test(auth, what_is_no_single_line_is_refused)
{
	static const char *const contents[] = { "",	    "\n",	"alice",     ":secret",
						"a:b\nc:d", "a:b\n\nc", "al\tice:x", "alice:\x7f" };
	char much[AUTH_LEN_MAX + 2];
	struct auth auth;

	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
		cr_assert_eq(read_file(contents[i], 0600, &auth), -EINVAL, "%zu", i);
	memset(much, 'x', sizeof(much) - 1);
	much[2] = ':';
	much[sizeof(much) - 1] = '\0';
	cr_assert_eq(read_file(much, 0600, &auth), -EINVAL);
	much[AUTH_LEN_MAX - 1] = '\0';
	cr_assert_eq(read_file(much, 0600, &auth), 0, "the longest");
}

Test(auth, what_is_no_file_is_refused)
{
	struct auth auth;

	cr_assert_eq(auth_read_file(folder_path("none"), &auth), -ENOENT);
	cr_assert_eq(auth_read_file(folder_path("."), &auth), -EINVAL);
	cr_assert_eq(auth_read_file("/dev/null", &auth), -EINVAL);
}

Test(auth, environment_is_read_once_and_wiped)
{
	char variable[] = "REVPROBE_AUTH=alice:secret";
	struct auth auth;

	cr_assert_eq(putenv(variable), 0);
	cr_assert_eq(auth_read_environment(&auth), 0);
	cr_assert_str_eq(auth.text, "alice");
	cr_assert_str_eq(auth.password, "secret");
	cr_assert_null(getenv("REVPROBE_AUTH"));
	for (size_t i = strlen("REVPROBE_AUTH="); i < sizeof(variable); i++)
		cr_assert_eq(variable[i], '\0');
	cr_assert_eq(auth_read_environment(&auth), 0);
	cr_assert_str_eq(auth.text, "");
	cr_assert_str_eq(auth.password, "");
}

Test(auth, bad_environment_is_refused_and_wiped)
{
	struct auth auth;

	cr_assert_eq(setenv("REVPROBE_AUTH", "no colon", 1), 0);
	cr_assert_eq(auth_read_environment(&auth), -EINVAL);
	cr_assert_null(getenv("REVPROBE_AUTH"));
}
