// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who we are for a collector: a name and a password.  They come from a file that nobody
 * else can read, or from the environment; never from the command line, and they are
 * never logged or stored.
 */
#pragma once

#define AUTH_LEN_MAX 512

struct auth {
	char text[AUTH_LEN_MAX]; /* the name, NUL, the password, NUL; the name empty: none */
	const char *password;	 /* in there */
};

/*
 * One line, NAME:PASSWORD.  The file must be closed to group and others, and be ours
 * unless we are root.  Returns 0 or -errno, with the reason logged.
 */
int auth_read_file(const char *path, struct auth *ret_auth);
/* $REVPROBE_AUTH, likewise; it is wiped out, so that nobody finds it in /proc and no child
 * inherits it.  Not set: no name. */
int auth_read_environment(struct auth *ret_auth);
/* Wipes it out. */
void auth_fini(struct auth *auth);
