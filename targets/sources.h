// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kinds of sources.  Each is opened here, used through targets/target.h and
 * closed by target_source_close().  All stream: a list of any length takes the same
 * small memory.
 *
 * A prefix is one target, with its length; targets/order.h hands out its addresses.
 * Addresses that target_forbidden() names are handed out like others.  In a path "-" is standard
 * input, read without blocking.  If reading fails that is one TARGET_INVALID, and
 * then the end.
 */
#pragma once

#include <stddef.h>

#include "targets/target.h"

/* Command-line operands: host names, addresses, CIDR prefixes.  `items` must stay
 * valid.  Returns 0 or -errno. */
int source_open_items(const char *const *items, size_t count, struct target_source **ret_source);

/*
 * One host name, address or prefix a line; blanks around it, empty lines and
 * comments from '#' on are skipped.  Returns 0 or -errno with the reason logged.
 */
int source_open_list(const char *path, struct target_source **ret_source);

/*
 * The format of ENDPOINTS: "address;asnumber;email_contact", the first line may be
 * just that header.  AS number and contact may be empty or missing; blanks around
 * fields, empty lines and lines that start with '#' are skipped.  Returns 0 or
 * -errno with the reason logged.
 */
int source_open_endpoints(const char *path, struct target_source **ret_source);

/* Several sources, one after the other; owns them from now on, also on failure. */
int source_open_chain(struct target_source **sources, size_t count,
		      struct target_source **ret_source);
