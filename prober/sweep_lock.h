// SPDX-License-Identifier: GPL-2.0-or-later
/* One sweep at a time for each database, from its first packet to its last upload. */
#pragma once

/*
 * Takes DB.lock, which is left behind, and looks whether anybody else writes to the database
 * now.  `ret_fd` holds the lock as long as it is open, and not beyond the process.  Returns 0,
 * -EBUSY with `ret_who` as words for whom it waits for, or -errno, logged.
 */
int sweep_lock(const char *database, int *ret_fd, const char **ret_who);
