// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prefixes of both families, and which of them holds an address.  Filled, closed, asked.
 * 17 bytes a prefix; a million are asked by some twenty comparisons.
 */
#pragma once

#include <stddef.h>

#include "base/addr_text.h"

/* Zeroed memory is an empty set. */
struct prefix_set {
	struct prefix *items; /* of IPv6, then of IPv4; once closed, sorted and disjoint */
	size_t count;
	size_t room;
	size_t v6_count; /* once closed */
};

/*
 * Adds what a file holds: an address or a prefix a line, blanks around it, empty lines
 * and comments from '#' on are skipped.  The first bad line is an error: logged with file
 * and line, and -EINVAL; another -errno if the file can't be read, logged, too.  Then
 * nothing is added.
 */
int prefix_set_read(struct prefix_set *s, const char *path);
/* Sorts, and drops what is within others. */
void prefix_set_close(struct prefix_set *s);
/* The prefix that holds the address; NULL if none does. */
const struct prefix *prefix_set_find(const struct prefix_set *s, const struct addr *a);
/* Empty again. */
void prefix_set_clear(struct prefix_set *s);
