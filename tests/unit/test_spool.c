// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit/spool.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/folder.h"

static void set_up(void)
{
	folder_set_up();
	setenv("XDG_STATE_HOME", folder_path("state"), 1);
}

TestSuite(spool, .init = set_up, .fini = folder_tear_down);

static char *choose(void)
{
	char *path = NULL;

	cr_assert_eq(spool_choose(&path), 0);
	return path;
}

static size_t count_listed(void)
{
	size_t count = 99;
	char **paths;

	cr_assert_eq(spool_list(&paths, &count), 0);
	for (size_t i = 0; i < count; i++)
		free(paths[i]);
	free(paths);
	return count;
}

Test(spool, is_made_and_closed_to_others)
{
	struct stat st;
	char *path;

	cr_assert_eq(count_listed(), 0);
	path = choose();
	cr_assert_eq(strncmp(path, folder_path("state/revprobe/"), strlen(path) - 10), 0);
	cr_assert_eq(stat(path, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0600);
	cr_assert_eq(stat(folder_path("state/revprobe"), &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0700);
	cr_assert_eq(count_listed(), 1);
	free(path);
}

Test(spool, who_comes_while_another_writes_gets_the_next)
{
	char *first = choose(), *second, *again;
	int fd = open(first, O_RDWR);

	cr_assert_eq(flock(fd, LOCK_EX | LOCK_NB), 0);
	second = choose();
	cr_assert_str_neq(first, second);
	cr_assert_eq(count_listed(), 1, "one is in use");
	close(fd);
	again = choose();
	cr_assert_str_eq(again, first);
	cr_assert_eq(count_listed(), 2);
	free(first);
	free(second);
	free(again);
}

Test(spool, links_are_not_followed)
{
	char *path = NULL;

	cr_redirect_stderr();
	free(choose());
	cr_assert_eq(unlink(folder_path("state/revprobe/spool-1.db")), 0);
	cr_assert_eq(symlink("/tmp/elsewhere", folder_path("state/revprobe/spool-1.db")), 0);
	cr_assert_eq(spool_choose(&path), -ELOOP);
	cr_assert_null(path);
}

Test(spool, folder_that_cannot_be_made_is_an_error)
{
	char *path = NULL;

	cr_redirect_stderr();
	folder_write("state", "a file");
	cr_assert_eq(spool_choose(&path), -ENOTDIR);
	cr_assert_null(path);
}
