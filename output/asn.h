// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which autonomous system an address belongs to, by a file in MaxMind's format:
 * GeoLite2-ASN, and any other with the same fields.
 *
 * Others made the file, and it may be damaged: nothing outside of it is read, and what
 * it calls a name is any bytes.  Whoever prints one makes it harmless.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "output/mmdb.h"

#define ASN_NAME_LEN 128 /* of a name as it is kept, with its NUL */

struct asn_db;

struct asn_entry {
	uint32_t number;	 /* never 0 */
	char name[ASN_NAME_LEN]; /* of the organisation, cut if longer; "": not known */
};

/*
 * Returns 0 or -errno, and then it has logged what is wrong: no such file, not whole, or
 * without a single number of an autonomous system; -ENOTSUP: not built in.  The file
 * stays mapped: to renew it, replace it, don't write into it.
 */
int asn_open(const char *path, struct asn_db **ret_db);
/* Takes NULL. */
void asn_close(struct asn_db *db);

/* Valid as long as the database. */
const struct mmdb_about *asn_about(const struct asn_db *db);

/* False where the file knows no number for the address.  Damage that is met on the way is
 * logged, once.  Takes a NULL database. */
bool asn_find(struct asn_db *db, const struct addr *addr, struct asn_entry *ret_entry);
