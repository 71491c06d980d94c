// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/input.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

const char *input_file(const void *bytes, size_t len)
{
	static char paths[8][32];
	static size_t next;
	char *path = paths[next++ % (sizeof(paths) / sizeof(paths[0]))];
	int fd = memfd_create("input", MFD_CLOEXEC);

	cr_assert_geq(fd, 0);
	input_write(fd, bytes, len);
	snprintf(path, sizeof(paths[0]), "/dev/fd/%d", fd);
	return path;
}

int input_pipe(void)
{
	int ends[2];

	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
	return ends[1];
}

void input_write(int fd, const void *bytes, size_t len)
{
	cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
}

long input_peak_kib(void)
{
	struct rusage usage;

	cr_assert_eq(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss;
}
