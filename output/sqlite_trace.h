// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rows of one trace: itself, its probes, its links.  Written in the
 * transaction that is open; sqlite.c says which.
 */
#pragma once

#include <stdint.h>

#include "output/record.h"

struct sqlite_db;
struct sqlite_dictionary;
struct sqlite_traces;

/* `db` must outlive it. */
int sqlite_traces_new(struct sqlite_db *db, struct sqlite_traces **ret_traces);
/* Takes NULL. */
void sqlite_traces_free(struct sqlite_traces *t);

/* For who adds rows to the same database; lives as long as the traces. */
struct sqlite_dictionary *sqlite_traces_dictionary(struct sqlite_traces *t);

/* After an error nobody knows what was written: the transaction must be rolled back. */
int sqlite_traces_add(struct sqlite_traces *t, int64_t cycle_id, const struct trace_record *trace,
		      int64_t *ret_trace_id);
