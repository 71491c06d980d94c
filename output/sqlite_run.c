// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/sqlite_run.h"

#include <errno.h>

#include "base/log.h"
#include "output/sqlite_db.h"

static int add_run(struct sqlite_db *db, const struct run_record *record, int64_t *ret_id)
{
	sqlite3_stmt *add = NULL;
	const struct sqlite_statement list[] = {
		{ "INSERT INTO run (uuid, started_us, program, argv, config, host, seed, resumes)"
		  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, nullif(?8, 0))",
		  &add },
	};
	int err = sqlite_db_prepare(db, list, 1);

	if (err)
		return err;
	sqlite3_bind_text(add, 1, record->uuid, -1, SQLITE_STATIC);
	sqlite3_bind_int64(add, 2, record->started_us);
	sqlite3_bind_text(add, 3, record->program, -1, SQLITE_STATIC);
	sqlite3_bind_text(add, 4, record->argv, -1, SQLITE_STATIC);
	sqlite3_bind_text(add, 5, record->config, -1, SQLITE_STATIC);
	sqlite3_bind_text(add, 6, record->host, -1, SQLITE_STATIC);
	sqlite3_bind_int64(add, 7, (int64_t)record->seed);
	sqlite3_bind_int64(add, 8, record->resumes);
	err = sqlite_db_step(db, add);
	sqlite3_finalize(add);
	if (!err)
		*ret_id = sqlite3_last_insert_rowid(db->handle);
	return err;
}

static int add_cycle(struct sqlite_db *db, const struct run_record *record, int64_t run_id,
		     int64_t *ret_id)
{
	sqlite3_stmt *add = NULL;
	const struct sqlite_statement list[] = {
		{ "INSERT INTO cycle (run_id, list, started_us, number) VALUES (?1, ?2, ?3,"
		  " (SELECT coalesce(max(number), 0) + 1 FROM cycle WHERE list = ?2))",
		  &add },
	};
	int err = sqlite_db_prepare(db, list, 1);

	if (err)
		return err;
	sqlite3_bind_int64(add, 1, run_id);
	sqlite3_bind_text(add, 2, record->list, -1, SQLITE_STATIC);
	sqlite3_bind_int64(add, 3, record->started_us);
	err = sqlite_db_step(db, add);
	sqlite3_finalize(add);
	if (!err)
		*ret_id = sqlite3_last_insert_rowid(db->handle);
	return err;
}

/* The cycle of the run that is gone on with; it runs again. */
static int take_cycle(struct sqlite_db *db, int64_t resumes, int64_t *ret_id)
{
	sqlite3_stmt *find = NULL, *open = NULL;
	const struct sqlite_statement list[] = {
		{ "SELECT cycle_id FROM cycle WHERE run_id = ?1", &find },
		{ "UPDATE cycle SET ended_us = NULL WHERE run_id = ?1", &open },
	};
	int64_t cycle_id = 0;
	int err = sqlite_db_prepare(db, list, 2);

	if (!err) {
		sqlite3_bind_int64(find, 1, resumes);
		sqlite3_bind_int64(open, 1, resumes);
		err = sqlite_db_find(db, find, &cycle_id);
	}
	if (!err && cycle_id == 0) {
		log_error("%s: run %lld has no cycle to go on with", db->path, (long long)resumes);
		err = -EINVAL;
	}
	if (!err)
		err = sqlite_db_step(db, open);
	sqlite3_finalize(find);
	sqlite3_finalize(open);
	if (!err)
		*ret_id = cycle_id;
	return err;
}

int sqlite_run_begin(struct sqlite_db *db, const struct run_record *record,
		     struct sqlite_run *ret_run)
{
	struct sqlite_run run = { 0 };
	int err = sqlite_db_exec(db, "BEGIN IMMEDIATE");

	if (err)
		return err;
	err = sqlite_db_exec(db, "UPDATE run SET state = 'interrupted' WHERE state = 'running'");
	if (!err)
		err = add_run(db, record, &run.run_id);
	run.resumes = record->resumes != 0;
	if (!err)
		err = run.resumes ? take_cycle(db, record->resumes, &run.cycle_id)
				  : add_cycle(db, record, run.run_id, &run.cycle_id);
	if (!err)
		err = sqlite_db_exec(db, "COMMIT");
	if (err)
		return err; /* the caller closes the database, which rolls back */
	*ret_run = run;
	return 0;
}

static const char *state_name(enum run_state state)
{
	switch (state) {
	case RUN_COMPLETE:
		return "complete";
	case RUN_INTERRUPTED:
		return "interrupted";
	case RUN_FAILED:
		return "failed";
	}
	return NULL;
}

int sqlite_run_end(struct sqlite_db *db, const struct sqlite_run *run, const struct run_end *end)
{
	sqlite3_stmt *end_run = NULL, *end_cycle = NULL;
	const struct sqlite_statement list[] = {
		{ "UPDATE run SET state = ?2, ended_us = ?3, counters = ?4, reason = ?5"
		  " WHERE run_id = ?1",
		  &end_run },
		{ "UPDATE cycle SET ended_us = ?2 WHERE cycle_id = ?1", &end_cycle },
	};
	int err = sqlite_db_prepare(db, list, 2);

	if (err)
		goto cleanup;
	sqlite3_bind_int64(end_run, 1, run->run_id);
	sqlite3_bind_text(end_run, 2, state_name(end->state), -1, SQLITE_STATIC);
	sqlite3_bind_int64(end_run, 3, end->ended_us);
	sqlite3_bind_text(end_run, 4, end->counters, -1, SQLITE_STATIC);
	sqlite3_bind_text(end_run, 5, end->reason, -1, SQLITE_STATIC);
	sqlite3_bind_int64(end_cycle, 1, run->cycle_id);
	sqlite3_bind_int64(end_cycle, 2, end->ended_us);
	err = sqlite_db_exec(db, "BEGIN IMMEDIATE");
	if (!err)
		err = sqlite_db_step(db, end_run);
	if (!err)
		err = sqlite_db_step(db, end_cycle);
	if (!err)
		err = sqlite_db_exec(db, "COMMIT");
cleanup:
	sqlite3_finalize(end_run);
	sqlite3_finalize(end_cycle);
	return err;
}

int sqlite_run_forget(struct sqlite_db *db, const struct sqlite_run *run)
{
	sqlite3_stmt *drop_cycle = NULL, *drop_run = NULL;
	const struct sqlite_statement list[] = {
		{ "DELETE FROM cycle WHERE cycle_id = ?1", &drop_cycle },
		{ "DELETE FROM run WHERE run_id = ?1", &drop_run },
	};
	int err = sqlite_db_prepare(db, list, 2);

	if (err)
		goto cleanup;
	sqlite3_bind_int64(drop_cycle, 1, run->cycle_id);
	sqlite3_bind_int64(drop_run, 1, run->run_id);
	err = sqlite_db_exec(db, "BEGIN IMMEDIATE");
	if (!err && !run->resumes)
		err = sqlite_db_step(db, drop_cycle);
	if (!err)
		err = sqlite_db_step(db, drop_run);
	if (!err)
		err = sqlite_db_exec(db, "COMMIT");
cleanup:
	sqlite3_finalize(drop_cycle);
	sqlite3_finalize(drop_run);
	return err;
}
