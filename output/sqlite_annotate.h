// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes what files know of addresses, systems and places, to their rows, with the file
 * that said so.  A row that has all of that already is not written again.
 */
#pragma once

#include <stdint.h>

#include "output/record.h"

struct asn_db;
struct geo_db;
struct sqlite_annotator;
struct sqlite_db;
struct sqlite_dictionary;

/* `db` must outlive it. */
int sqlite_annotator_new(struct sqlite_db *db, struct sqlite_annotator **ret_annotator);
/* Takes NULL. */
void sqlite_annotator_free(struct sqlite_annotator *a);

/* From now on by these files, each of which may be NULL.  In the transaction that is
 * open, as all that follows; after a rollback it must not be used any more. */
int sqlite_annotator_use(struct sqlite_annotator *a, struct asn_db *asn, struct geo_db *geo);

/* One address. */
int sqlite_annotator_addr(struct sqlite_annotator *a, int64_t addr_id, const struct addr *addr);
/* All addresses of a trace, by the files that it comes with. */
int sqlite_annotator_trace(struct sqlite_annotator *a, struct sqlite_dictionary *dictionary,
			   const struct trace_record *trace);
