// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sink that writes a database; docs/database.md has the tables.
 *
 * Traces collect in a transaction that is committed after BATCH_ROWS rows, or by
 * the first record or flush after BATCH_NS.  A trace is in it with all of its
 * probes or not at all.  After an error the transaction is rolled back as a whole
 * and the sink takes nothing more: it could not say any longer what is stored.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/container.h"
#include "base/log.h"
#include "output/sink.h"
#include "output/sqlite_db.h"
#include "output/sqlite_dictionary.h"
#include "output/sqlite_run.h"
#include "wire/headers.h"

enum { BATCH_ROWS = 10000 };
#define BATCH_NS NS_PER_S

struct sqlite_writer {
	struct sqlite_db *db;
	struct sqlite_dictionary *dictionary;
	struct sqlite_run run;
	sqlite3_stmt *begin, *commit, *trace_add, *hop_add;
	int64_t pair_base; /* added to each pair_id: unique in the file */
	mono batch_since;
	uint32_t batch_rows;
	bool in_batch;
	int err; /* the first one; sticky */
};

struct trace_keys {
	int64_t endpoint, src, dst, path;
};

static int prepare(struct sqlite_writer *w)
{
	const struct sqlite_statement list[] = {
		{ "BEGIN IMMEDIATE", &w->begin },
		{ "COMMIT", &w->commit },
		{ "INSERT INTO trace (cycle_id, endpoint_id, direction, mode, proto, src_id, "
		  "dst_id,"
		  " sport, dport, flow, started_us, ended_us, stop, stop_code, reached, path_len,"
		  " arrival_len, sent, lost, checks, check_rtt_ns, path_id, pair_id)"
		  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, nullif(?8, 0), nullif(?9, 0), ?10, ?11, "
		  "?12,"
		  " ?13, ?14, ?15, ?16, nullif(?17, 0), ?18, ?19, ?20, nullif(?21, 0),"
		  " nullif(?22, 0), nullif(?23, 0))",
		  &w->trace_add },
		{ "INSERT INTO hop (trace_id, ttl, flow, try, addr_id, rtt_ns, tx_us, icmp,"
		  " reply_ttl, arrived) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
		  &w->hop_add },
	};
	int err = sqlite_db_prepare(w->db, list, ARRAY_LEN(list));

	if (err)
		return err;
	return sqlite_db_value(w->db, "SELECT max(pair_id) FROM trace WHERE pair_id IS NOT NULL",
			       &w->pair_base);
}

static void writer_free(struct sqlite_writer *w)
{
	if (!w)
		return;
	sqlite3_finalize(w->begin);
	sqlite3_finalize(w->commit);
	sqlite3_finalize(w->trace_add);
	sqlite3_finalize(w->hop_add);
	sqlite_dictionary_free(w->dictionary);
	sqlite_db_close(w->db);
	free(w);
}

static int sqlite_sink_open(const char *path, const struct run_record *run, void **ret_self)
{
	struct sqlite_writer *w = calloc(1, sizeof(*w));
	int err = -ENOMEM;

	if (!w)
		goto fail;
	if (strcmp(path, "-") == 0) {
		log_error("sqlite: a database can't go to standard output");
		err = -EINVAL;
		goto fail;
	}
	err = sqlite_db_open(path, &w->db);
	if (!err)
		err = sqlite_dictionary_new(w->db, &w->dictionary);
	if (!err)
		err = prepare(w);
	if (!err)
		err = sqlite_run_begin(w->db, run, &w->run);
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

static int find_keys(struct sqlite_writer *w, const struct trace_record *trace,
		     struct trace_keys *ret_keys)
{
	struct trace_keys keys;
	int err = sqlite_dictionary_endpoint(w->dictionary, trace, &keys.endpoint);

	if (!err)
		err = sqlite_dictionary_addr(w->dictionary, &trace->src, &keys.src);
	if (!err)
		err = sqlite_dictionary_addr(w->dictionary, &trace->dst, &keys.dst);
	if (!err)
		err = sqlite_dictionary_path(w->dictionary, trace, &keys.path);
	if (err)
		return err;
	*ret_keys = keys;
	return 0;
}

/* Positive, and not 0, which means "no pair". */
static int64_t stored_pair(const struct sqlite_writer *w, uint64_t pair_id)
{
	uint64_t sum = ((uint64_t)w->pair_base + pair_id) & INT64_MAX;

	if (pair_id == 0)
		return 0;
	return sum > 0 ? (int64_t)sum : 1;
}

static int add_trace(struct sqlite_writer *w, const struct trace_record *trace, int64_t *ret_id)
{
	struct trace_keys keys;
	int err = find_keys(w, trace, &keys);

	if (err)
		return err;
	const int64_t values[] = {
		w->run.cycle_id,
		keys.endpoint,
		trace->direction,
		trace->mode,
		trace->proto,
		keys.src,
		keys.dst,
		trace->sport,
		trace->dport,
		trace->flow,
		trace->started_us,
		trace->ended_us,
		trace->stop,
		trace->stop_code,
		trace->reached,
		trace->path_len,
		trace->arrival_len,
		trace->sent,
		trace->lost,
		trace->checks,
		(int64_t)trace->check_rtt_ns,
		keys.path,
		stored_pair(w, trace->pair_id),
	};
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		sqlite3_bind_int64(w->trace_add, (int)i + 1, values[i]);
	err = sqlite_db_step(w->db, w->trace_add);
	if (!err)
		*ret_id = sqlite3_last_insert_rowid(w->db->handle);
	return err;
}

/* The common ICMP type costs no bytes: NULL. */
static bool is_time_exceeded(const struct probe_record *p)
{
	unsigned int type = addr_is_v4(&p->from) ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED;

	return p->icmp == type * 256;
}

static int bind_answer(struct sqlite_writer *w, const struct probe_record *p)
{
	sqlite3_stmt *s = w->hop_add;
	int64_t addr_id;
	int err;

	if (!p->answered)
		return 0;
	err = sqlite_dictionary_addr(w->dictionary, &p->from, &addr_id);
	if (err)
		return err;
	sqlite3_bind_int64(s, 5, addr_id);
	if (p->has_rtt)
		sqlite3_bind_int64(s, 6, (int64_t)p->rtt_ns);
	if (!is_time_exceeded(p))
		sqlite3_bind_int64(s, 8, p->icmp);
	if (p->reply_ttl > 0)
		sqlite3_bind_int64(s, 9, p->reply_ttl);
	return 0;
}

static int add_hop(struct sqlite_writer *w, int64_t trace_id, const struct trace_record *trace,
		   const struct probe_record *p)
{
	sqlite3_stmt *s = w->hop_add;
	int err;

	sqlite3_clear_bindings(s);
	sqlite3_bind_int64(s, 1, trace_id);
	sqlite3_bind_int64(s, 2, p->ttl);
	sqlite3_bind_int64(s, 3, trace->mode == TRACE_SINGLEPATH ? 0 : p->flow);
	sqlite3_bind_int64(s, 4, p->try);
	sqlite3_bind_int64(s, 7, (int64_t)p->sent_us);
	sqlite3_bind_int64(s, 10, p->arrived);
	err = bind_answer(w, p);
	if (err)
		return err;
	return sqlite_db_step(w->db, s);
}

static int add_record(struct sqlite_writer *w, const struct trace_record *trace)
{
	int64_t trace_id;
	int err = batch_begin(w);

	if (!err)
		err = add_trace(w, trace, &trace_id);
	for (size_t i = 0; !err && i < trace->probe_count; i++)
		err = add_hop(w, trace_id, trace, &trace->probes[i]);
	w->batch_rows += 1 + (uint32_t)trace->probe_count;
	return err;
}

static int sqlite_sink_record(void *self, const struct trace_record *trace)
{
	struct sqlite_writer *w = self;
	int err;

	if (w->err)
		return w->err;
	err = add_record(w, trace);
	if (!err &&
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
		err = batch_commit(w);
		if (err)
			give_up(w, err);
	}
	if (err) {
		/* Worth a try: a full disk may have room for this one. */
		struct run_end failed = { RUN_FAILED, end ? end->ended_us : clock_wall_us(),
					  end ? end->counters : NULL };

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
