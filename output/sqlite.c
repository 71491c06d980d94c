// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sink that writes a database; docs/database.md has the tables.
 *
 * Traces collect in a transaction that is committed after BATCH_ROWS rows, or by
 * the first record or flush after BATCH_NS.  A trace is in it with all of its
 * probes or not at all, and so are the two directions of a pair: the first waits for the
 * second.  After an error the transaction is rolled back as a whole
 * and the sink takes nothing more: it could not say any longer what is stored.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/container.h"
#include "base/log.h"
#include "output/alias.h"
#include "output/pairs.h"
#include "output/record_copy.h"
#include "output/sink.h"
#include "output/sqlite_alias.h"
#include "output/sqlite_db.h"
#include "output/sqlite_leftover.h"
#include "output/sqlite_outbox.h"
#include "output/sqlite_run.h"
#include "output/sqlite_trace.h"

enum { BATCH_ROWS = 10000 };
#define BATCH_NS NS_PER_S

struct sqlite_writer {
	struct sqlite_db *db;
	struct sqlite_traces *traces;
	struct sqlite_aliases *aliases;
	struct sqlite_outbox *outbox;	    /* NULL: nothing is to be sent */
	struct sqlite_leftovers *leftovers; /* NULL: nothing is to be replaced */
	struct pairs *halves;		    /* copies of records whose partner is to come */
	struct sqlite_run run;
	sqlite3_stmt *begin, *commit;
	mono batch_since;
	uint32_t batch_rows;
	bool in_batch;
	int err; /* the first one; sticky */
};

static int prepare(struct sqlite_writer *w)
{
	const struct sqlite_statement list[] = {
		{ "BEGIN IMMEDIATE", &w->begin },
		{ "COMMIT", &w->commit },
	};

	return sqlite_db_prepare(w->db, list, ARRAY_LEN(list));
}

static void writer_free(struct sqlite_writer *w)
{
	if (!w)
		return;
	sqlite3_finalize(w->begin);
	sqlite3_finalize(w->commit);
	sqlite_aliases_free(w->aliases);
	sqlite_outbox_free(w->outbox);
	sqlite_leftovers_free(w->leftovers);
	pairs_free(w->halves);
	sqlite_traces_free(w->traces);
	sqlite_db_close(w->db);
	free(w);
}

static int sqlite_sink_open(const char *path, const struct sink_options *options,
			    const struct run_record *run, void **ret_self)
{
	struct sqlite_writer *w = calloc(1, sizeof(*w));
	int err = -ENOMEM;

	(void)options;
	if (!w)
		goto fail;
	if (strcmp(path, "-") == 0) {
		log_error("sqlite: a database can't go to standard output");
		err = -EINVAL;
		goto fail;
	}
	err = sqlite_db_open(path, &w->db);
	if (!err)
		err = sqlite_traces_new(w->db, &w->traces);
	if (!err)
		err = prepare(w);
	if (!err)
		err = sqlite_aliases_new(w->db, sqlite_traces_dictionary(w->traces), &w->aliases);
	if (!err && options->collector)
		err = sqlite_outbox_new(w->db, options, run, &w->outbox);
	if (!err)
		err = pairs_new(free, &w->halves);
	if (!err)
		err = sqlite_run_begin(w->db, run, &w->run);
	if (!err && w->run.resumes)
		err = sqlite_leftovers_new(w->db, w->run.cycle_id, &w->leftovers);
	if (err)
		goto fail;
	*ret_self = w;
	return 0;
fail:
	writer_free(w);
	return err;
}

static int batch_begin(struct sqlite_writer *w)
{
	int err;

	if (w->in_batch)
		return 0;
	err = sqlite_db_step(w->db, w->begin);
	if (err)
		return err;
	w->in_batch = true;
	w->batch_rows = 0;
	w->batch_since = clock_now();
	return 0;
}

static int batch_commit(struct sqlite_writer *w)
{
	int err;

	if (!w->in_batch)
		return 0;
	err = sqlite_db_step(w->db, w->commit);
	if (!err)
		w->in_batch = false;
	return err;
}

/* Some errors make SQLite roll back by itself. */
static int give_up(struct sqlite_writer *w, int err)
{
	w->err = err;
	w->in_batch = false;
	if (!sqlite3_get_autocommit(w->db->handle))
		sqlite3_exec(w->db->handle, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

static int add_aliases(struct sqlite_writer *w, const struct trace_record *trace)
{
	const struct alias_result *result = trace->aliases;

	if (!result)
		return 0;
	w->batch_rows += (uint32_t)(result->set_count + result->pair_count);
	return sqlite_aliases_add(w->aliases, w->run.cycle_id, trace, result);
}

static int add_record(struct sqlite_writer *w, const struct trace_record *trace)
{
	int64_t trace_id;
	int err = sqlite_traces_add(w->traces, w->run.cycle_id, trace, &trace_id);

	if (!err && w->outbox)
		err = sqlite_outbox_add(w->outbox, trace_id, trace);
	if (!err)
		err = add_aliases(w, trace);
	w->batch_rows +=
		1 + (uint32_t)(trace->probe_count + trace->vertex_count + trace->link_count);
	return err;
}

/* One outcome of a target: a trace, and what ended before of its pair or NULL. */
static int add_outcome(struct sqlite_writer *w, const struct trace_record *first,
		       const struct trace_record *trace)
{
	int err = batch_begin(w);

	if (!err)
		err = sqlite_leftovers_replace(w->leftovers, trace->target);
	if (!err && first)
		err = add_record(w, first);
	return err ? err : add_record(w, trace);
}

static int keep_half(struct sqlite_writer *w, const struct trace_record *trace)
{
	struct trace_record *copy;
	int err = record_copy(trace, &copy);

	if (err)
		return err;
	err = pairs_add(w->halves, trace->pair_id, copy);
	if (err)
		free(copy);
	return err;
}

static int take_record(struct sqlite_writer *w, const struct trace_record *trace)
{
	struct trace_record *first;
	int err;

	if (trace->pair_id == 0)
		return add_outcome(w, NULL, trace);
	first = pairs_take(w->halves, trace->pair_id);
	if (!first)
		return keep_half(w, trace);
	err = add_outcome(w, first, trace);
	free(first);
	return err;
}

/* No partner comes any more, as when a run fails. */
static int add_halves(struct sqlite_writer *w)
{
	struct trace_record *half;
	int err = 0;

	while (!err && (half = pairs_take_any(w->halves))) {
		err = add_outcome(w, NULL, half);
		free(half);
	}
	return err;
}

static int sqlite_sink_record(void *self, const struct trace_record *trace)
{
	struct sqlite_writer *w = self;
	int err;

	if (w->err)
		return w->err;
	err = take_record(w, trace);
	if (!err && w->in_batch &&
	    (w->batch_rows >= BATCH_ROWS || mono_since(w->batch_since, clock_now()) >= BATCH_NS))
		err = batch_commit(w);
	return err ? give_up(w, err) : 0;
}

static int sqlite_sink_flush(void *self)
{
	struct sqlite_writer *w = self;
	int err;

	if (w->err)
		return w->err;
	err = batch_commit(w);
	return err ? give_up(w, err) : 0;
}

/* One file remains, ready for queries.  A reader may be in the way: then the WAL
 * stays until it leaves, and nothing is lost. */
static int settle(struct sqlite_writer *w)
{
	int err = sqlite_db_exec(w->db, "PRAGMA analysis_limit = 1000; ANALYZE");

	sqlite3_busy_timeout(w->db->handle, 100);
	sqlite3_wal_checkpoint_v2(w->db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	return err;
}

static int sqlite_sink_close(void *self, const struct run_end *end)
{
	struct sqlite_writer *w = self;
	int err = w->err;

	if (!err) {
		err = add_halves(w);
		if (!err)
			err = batch_commit(w);
		if (err)
			give_up(w, err);
	}
	if (err) {
		/* Worth a try: a full disk may have room for this one. */
		struct run_end failed = { .state = RUN_FAILED,
					  .ended_us = end ? end->ended_us : clock_wall_us(),
					  .counters = end ? end->counters : NULL };

		sqlite_run_end(w->db, &w->run, &failed);
	} else {
		err = end ? sqlite_run_end(w->db, &w->run, end) : sqlite_run_forget(w->db, &w->run);
		if (!err)
			err = settle(w);
	}
	writer_free(w);
	return err;
}

const struct sink_ops sqlite_sink = {
	.name = "sqlite",
	.open = sqlite_sink_open,
	.record = sqlite_sink_record,
	.flush = sqlite_sink_flush,
	.close = sqlite_sink_close,
};
