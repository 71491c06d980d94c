// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One server an interface: an exclusive flock() on a file in /run/revprobe-server,
 * named after network namespace and interface.  The kernel ends it with the process,
 * so whoever finds a filter without it knows that its server is gone.  Only who may
 * write to /run can take it, unlike a socket in the abstract namespace, which any
 * user could hold to keep a server from starting.
 */
#pragma once

#define LOCK_FOLDER "/run/revprobe-server"

struct lock {
	int fd; /* -1: not held */
	char path[64];
};

/*
 * Returns 0; -EBUSY if another process has it; or another -errno.  One line is logged
 * with each error but -EBUSY.  Release what was taken with lock_release(), which also
 * takes a lock that is not held.
 */
int lock_take(int ifindex, struct lock *ret_lock);
void lock_release(struct lock *lock);
