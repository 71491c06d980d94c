// SPDX-License-Identifier: GPL-2.0-or-later
/* Closed standard streams stay closed in effect, and no file gets their place. */
#include "base/streams.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

Test(streams, no_file_gets_the_place_of_a_closed_one)
{
	char byte = 'x';
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		close(fd);
	cr_assert_eq(streams_reserve(), 0);
	fd = open("/dev/null", O_RDWR);
	cr_expect_gt(fd, STDERR_FILENO);
	cr_expect_lt(read(STDIN_FILENO, &byte, 1), 0);
	cr_expect_eq(errno, EBADF);
	cr_expect_lt(write(STDOUT_FILENO, &byte, 1), 0);
	cr_expect_eq(errno, EBADF);
	cr_expect_lt(write(STDERR_FILENO, &byte, 1), 0);
	cr_expect_eq(errno, EBADF);
}

Test(streams, open_ones_are_left_alone)
{
	int ends[2];
	char byte = 'x';

	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
	cr_assert_eq(streams_reserve(), 0);
	cr_expect_eq(write(STDOUT_FILENO, &byte, 1), 1);
	cr_expect_eq(read(ends[0], &byte, 1), 1);
}
