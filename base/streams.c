// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int streams_reserve(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int useless = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		/* The lowest that is free is this one: those below it are open. */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", useless) < 0)
			return -errno;
	}
	return 0;
}
