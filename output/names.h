// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Host names of addresses, as reverse DNS gave them: a table in bounded memory.  Whoever
 * looks names up fills it, sinks read it, and it outlives both.
 *
 * Whoever holds the reverse zone of an address chooses its name, so every name is
 * hostile until names_clean() has passed it, and none gets in here without.  Sinks
 * may write what they find into a terminal, JSON, SQL or DOT as it is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

#define NAMES_TEXT_LEN 254 /* the longest name (RFC 1035, section 2.3.4) and its NUL */

struct names;

/* Room for `capacity` addresses, in memory used as they come: some 80 bytes each, and
 * 350 if all names are as long as can be.  `seed` is secret: addresses are chosen by
 * others. */
int names_new(uint32_t capacity, uint64_t seed, struct names **ret_names);
/* Takes NULL. */
void names_free(struct names *n);

/*
 * What DNS said of an address that the table does not have yet.  `raw` is NULL for "no
 * name"; one that names_clean() refuses counts as none.  `looked_us`: when, since 1970
 * UTC; 0 if nobody answered.  Returns 0, -ENOSPC when the table is full, -ENOMEM.
 */
int names_add(struct names *n, const struct addr *addr, const char *raw, int64_t looked_us);

/* Was it added, with a name or without? */
bool names_has(const struct names *n, const struct addr *addr);
/* How many more addresses the table may take. */
uint32_t names_left(const struct names *n);

/* The name, valid as long as the table; NULL if there is none.  Takes a NULL table. */
const char *names_find(const struct names *n, const struct addr *addr);
/* When DNS spoke of it; false if it never did. */
bool names_find_time(const struct names *n, const struct addr *addr, int64_t *ret_looked_us);

/*
 * A host name in lower case, of letters, digits, '-' and '_' in labels of at most 63
 * bytes; a dot at the end is taken off.  False for anything else, and for what could be
 * taken for an address or an option: digits only behind the last dot, '-' in front.
 *
 * Refused as a whole, not escaped: no host has such a name, the address beside it says
 * more than a row of escapes, and each format would need an escape of its own.
 */
bool names_clean(const char *raw, char ret_name[static NAMES_TEXT_LEN]);
