// SPDX-License-Identifier: GPL-2.0-or-later
/* The rows of aliases: sets of addresses, and the pairs that made them. */
#pragma once

#include "output/alias.h"

struct sqlite_aliases;
struct sqlite_db;
struct sqlite_dictionary;

/* Both must outlive it. */
int sqlite_aliases_new(struct sqlite_db *db, struct sqlite_dictionary *dictionary,
		       struct sqlite_aliases **ret_aliases);
/* Takes NULL. */
void sqlite_aliases_free(struct sqlite_aliases *a);

/* Those found by way of a trace.  After an error the transaction must be rolled back. */
int sqlite_aliases_add(struct sqlite_aliases *a, int64_t cycle_id, const struct trace_record *trace,
		       const struct alias_result *result);
