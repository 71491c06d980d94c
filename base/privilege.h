// SPDX-License-Identifier: GPL-2.0-or-later
/* What this process may do.  Asked before an attempt, so that the message can
 * name the capability in place of "operation not permitted". */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Names as in capabilities(7), "cap_net_raw".  A name that libcap does not know
 * counts as held: then the attempt itself decides. */
bool privilege_held(const char *capability);

/*
 * Gives up all capabilities of this process, for good, and of what it runs; whoever it is
 * it remains.  Before it has threads.  Returns 0 or -errno.
 */
int privilege_drop(void);

/*
 * For a child that is to run another program: gives up all capabilities, for good,
 * and whoever is root becomes `uid` and `gid` without other groups.  Returns 0 or
 * -errno; then nothing may be run.
 */
int privilege_renounce(uid_t uid, gid_t gid);
