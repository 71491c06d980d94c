// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/sweep_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/log.h"

static int lock_open(const char *path, int flags, int *ret_fd)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | flags, 0644);
	int err;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		*ret_fd = fd;
		return 0;
	}
	err = errno == EWOULDBLOCK ? -EBUSY : -errno;
	close(fd);
	return err;
}

/* Whoever writes to it has a lock on the file itself (output/sqlite_db.c). */
static int database_is_free(const char *database)
{
	int fd = open(database, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int err = 0;

	if (fd < 0)
		return 0; /* new; or opening it will say what is wrong */
	if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		err = -EBUSY;
	close(fd);
	return err;
}

int sweep_lock(const char *database, int *ret_fd, const char **ret_who)
{
	char *path;
	int fd = -1;
	int err;

	if (asprintf(&path, "%s.lock", database) < 0)
		return -ENOMEM;
	err = lock_open(path, O_CREAT, &fd);
	if (err && err != -EBUSY)
		log_error("%s: %s", path, strerror(-err));
	if (err == -EBUSY)
		*ret_who = "another sweep is under way";
	free(path);
	if (err)
		return err;
	err = database_is_free(database);
	if (err) {
		*ret_who = "another process writes to this database";
		close(fd);
		return err;
	}
	*ret_fd = fd;
	return 0;
}
