// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes host names, as far as they are known, to the addresses of a trace. */
#pragma once

#include "output/record.h"

struct sqlite_db;
struct sqlite_dictionary;
struct sqlite_names;

/* `db` and `dictionary` must outlive it. */
int sqlite_names_new(struct sqlite_db *db, struct sqlite_dictionary *dictionary,
		     struct sqlite_names **ret_names);
/* Takes NULL. */
void sqlite_names_free(struct sqlite_names *s);

/* In the transaction that is open; after a rollback it must not be used any more. */
int sqlite_names_add(struct sqlite_names *s, const struct trace_record *trace);
