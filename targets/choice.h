// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may be probed at all, by the lists of those who run a measurement: blocked
 * prefixes, and if there is a list of allowed ones, only those.  Applied to addresses,
 * whatever they come from.
 *
 * Files are read once, and again by choice_reload(); in between their contents are kept,
 * in 17 bytes a prefix.
 */
#pragma once

#include <stddef.h>

#include "wire/addr.h"

/* Of everybody on this host; honoured where it exists. */
#define CHOICE_SYSTEM_FILE "/etc/revprobe/blocklist"

struct choice;

struct choice_config {
	const char *const *blocked; /* paths; must stay valid */
	size_t blocked_count;
	const char *const *allowed;
	size_t allowed_count;
	const char *system_file; /* NULL: none; need not exist */
};

/* Returns 0 or -errno, logged with file and line. */
int choice_open(const struct choice_config *config, struct choice **ret_choice);
/* Takes NULL. */
void choice_close(struct choice *c);

/* Reads all files anew.  If one is bad nothing changes: -errno, logged. */
int choice_reload(struct choice *c);

/* Why this address is not to be probed, as a clause ("blocked by 192.0.2.0/24"), valid
 * until the next call; NULL if it may be. */
const char *choice_refuses(struct choice *c, const struct addr *a);
