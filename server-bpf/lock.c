// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

#define LOCK_TRIES 100 /* each one lost means that its holder took the file away */

static int lock_name(int ifindex, struct lock *lock)
{
	struct stat namespace;

	if (stat("/proc/self/ns/net", &namespace))
		return -errno;
	snprintf(lock->path, sizeof(lock->path), LOCK_FOLDER "/%ju-%d.lock",
		 (uintmax_t) namespace.st_ino, ifindex);
	return 0;
}

/* Whether the name still leads to the file that is open. */
static bool lock_is_in_place(const struct lock *lock)
{
	struct stat open_file, named;

	return !fstat(lock->fd, &open_file) && !stat(lock->path, &named) &&
	       open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

/* -EAGAIN if the file that was locked is no longer the one of that name. */
static int lock_try(struct lock *lock)
{
	int err = 0;

	lock->fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock->fd < 0)
		return -errno;
	if (flock(lock->fd, LOCK_EX | LOCK_NB))
		err = errno == EWOULDBLOCK ? -EBUSY : -errno;
	else if (!lock_is_in_place(lock))
		err = -EAGAIN;
	if (err) {
		close(lock->fd);
		lock->fd = -1;
	}
	return err;
}

int lock_take(int ifindex, struct lock *ret_lock)
{
	struct lock lock = { .fd = -1 };
	int err = lock_name(ifindex, &lock);

	if (!err && mkdir(LOCK_FOLDER, 0755) && errno != EEXIST)
		err = -errno;
	if (!err)
		err = -EAGAIN;
	for (int i = 0; i < LOCK_TRIES && err == -EAGAIN; i++)
		err = lock_try(&lock);
	if (err && err != -EBUSY)
		log_error("cannot lock %s: %s", lock.path, strerror(-err));
	*ret_lock = lock;
	return err;
}

void lock_release(struct lock *lock)
{
	if (lock->fd < 0)
		return;
	/* Before the lock is given up: whoever opened the file by now finds that it has
	 * no name any more, and takes another. */
	unlink(lock->path);
	close(lock->fd);
	lock->fd = -1;
}
