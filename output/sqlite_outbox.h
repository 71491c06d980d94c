// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Puts measurements into the outbox of a database: the study's document of each, in the
 * transaction that has its results.  outbox.h takes them out again.
 */
#pragma once

#include <stdint.h>

#include "output/sink.h"

struct sqlite_db;
struct sqlite_outbox;

/* `db` must outlive it; the consent is copied.  Returns 0, or -errno with the reason
 * logged. */
int sqlite_outbox_new(struct sqlite_db *db, const struct sink_options *options,
		      const struct run_record *run, struct sqlite_outbox **ret_outbox);
/* Takes NULL. */
void sqlite_outbox_free(struct sqlite_outbox *o);

/*
 * After the rows of the trace were added, as `trace_id`, in the same transaction.  What
 * was interrupted, what never got to a trace, and who waits for a partner that does not
 * come, is not queued.
 */
int sqlite_outbox_add(struct sqlite_outbox *o, int64_t trace_id, const struct trace_record *trace);
