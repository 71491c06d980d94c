// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/container.h"
#include "base/log.h"
#include "output/sqlite_db.h"
#include "output/sqlite_leftover.h"

struct ledger {
	sqlite3 *handle;
	char *path;
	sqlite3_stmt *count;
	struct ledger_run run;
	int64_t cycle_id;
	int64_t last_trace; /* before anybody goes on */
	char *list, *program, *argv, *config;
};

static int ledger_fail(const struct ledger *l)
{
	log_error("%s: %s", l->path, sqlite3_errmsg(l->handle));
	return -EIO;
}

static int ledger_prepare(struct ledger *l, const char *sql, sqlite3_stmt **ret_statement)
{
	if (sqlite3_prepare_v2(l->handle, sql, -1, ret_statement, NULL) != SQLITE_OK)
		return ledger_fail(l);
	return 0;
}

static char *column_text(sqlite3_stmt *s, int column)
{
	const char *text = (const char *)sqlite3_column_text(s, column);

	return strdup(text ? text : "");
}

static int ledger_take_row(struct ledger *l, sqlite3_stmt *s)
{
	l->run.run_id = sqlite3_column_int64(s, 0);
	l->run.last_id = sqlite3_column_int64(s, 1);
	l->run.is_complete = sqlite3_column_int(s, 2) != 0;
	l->cycle_id = sqlite3_column_int64(s, 3);
	l->run.number = sqlite3_column_int64(s, 4);
	l->run.seed = (uint64_t)sqlite3_column_int64(s, 5);
	l->run.list = l->list = column_text(s, 6);
	l->run.program = l->program = column_text(s, 7);
	l->run.argv = l->argv = column_text(s, 8);
	l->run.config = l->config = column_text(s, 9);
	l->last_trace = sqlite3_column_int64(s, 10);
	return l->list && l->program && l->argv && l->config ? 0 : -ENOMEM;
}

static int ledger_find_run(struct ledger *l, int64_t run_id)
{
	sqlite3_stmt *s = NULL;
	int err = ledger_prepare(
		l,
		"SELECT r.run_id, n.run_id, n.state = 'complete', c.cycle_id, c.number, r.seed,"
		" c.list, r.program, r.argv, r.config, (SELECT max(trace_id) FROM trace)"
		" FROM cycle c JOIN run r ON r.run_id = c.run_id"
		" JOIN run n ON n.run_id = (SELECT max(run_id) FROM run"
		"  WHERE run_id = r.run_id OR resumes = r.run_id)"
		" WHERE r.run_id = (SELECT coalesce(resumes, run_id) FROM run WHERE run_id ="
		"  CASE ?1 WHEN 0 THEN (SELECT max(run_id) FROM run) ELSE ?1 END)",
		&s);

	if (err)
		return err;
	sqlite3_bind_int64(s, 1, run_id);
	switch (sqlite3_step(s)) {
	case SQLITE_ROW:
		err = ledger_take_row(l, s);
		break;
	case SQLITE_DONE:
		if (run_id)
			log_error("%s: has no run %lld", l->path, (long long)run_id);
		else
			log_error("%s: has no run", l->path);
		err = -ENOENT;
		break;
	default:
		err = ledger_fail(l);
	}
	sqlite3_finalize(s);
	return err;
}

/* As whoever writes would: so an older schema is upgraded, and nobody writes now. */
static int ledger_visit(const char *path)
{
	struct sqlite_db *db;
	int err;

	if (access(path, F_OK) != 0) {
		err = -errno;
		log_error("%s: %s", path, strerror(-err));
		return err;
	}
	err = sqlite_db_open(path, &db);
	if (err)
		return err;
	sqlite_db_close(db);
	return 0;
}

static int ledger_connect(struct ledger *l, int64_t run_id)
{
	char *absolute = realpath(l->path, NULL);
	int err;

	if (!absolute)
		return -errno;
	err = sqlite3_open_v2(absolute, &l->handle, SQLITE_OPEN_READONLY, NULL);
	free(absolute);
	if (err != SQLITE_OK)
		return ledger_fail(l);
	sqlite3_busy_timeout(l->handle, 5000);
	err = ledger_find_run(l, run_id);
	if (err)
		return err;
	/* A two-way trace is counted once, by its forward direction.  Each + keeps SQLite from
	 * looking through the whole cycle instead of the few traces of the target. */
	return ledger_prepare(
		l,
		"SELECT count(*) FROM endpoint e CROSS JOIN trace t"
		" ON t.endpoint_id = e.endpoint_id WHERE e.name = ?1 AND +t.cycle_id = ?2"
		" AND +t.trace_id <= ?3 AND (t.pair_id IS NULL OR t.direction = 0)"
		" AND NOT " SQLITE_CUT_SHORT,
		&l->count);
}

int ledger_open(const char *path, int64_t run_id, struct ledger **ret_ledger)
{
	struct ledger *l;
	int err = ledger_visit(path);

	if (err)
		return err;
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->path = strdup(path);
	err = l->path ? ledger_connect(l, run_id) : -ENOMEM;
	if (err)
		ledger_close(l);
	else
		*ret_ledger = l;
	return err;
}

void ledger_close(struct ledger *l)
{
	if (!l)
		return;
	sqlite3_finalize(l->count);
	sqlite3_close(l->handle);
	free(l->list);
	free(l->program);
	free(l->argv);
	free(l->config);
	free(l->path);
	free(l);
}

const struct ledger_run *ledger_run(const struct ledger *l)
{
	return &l->run;
}

static int ledger_number(struct ledger *l, sqlite3_stmt *s, uint64_t *ret_number)
{
	int err = sqlite3_step(s) == SQLITE_ROW ? 0 : ledger_fail(l);

	if (!err)
		*ret_number = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return err;
}

int ledger_count(struct ledger *l, const char *target, uint64_t *ret_count)
{
	sqlite3_bind_text(l->count, 1, target, -1, SQLITE_STATIC);
	sqlite3_bind_int64(l->count, 2, l->cycle_id);
	sqlite3_bind_int64(l->count, 3, l->last_trace);
	return ledger_number(l, l->count, ret_count);
}

int ledger_total(struct ledger *l, uint64_t *ret_count)
{
	sqlite3_stmt *s = NULL;
	int err = ledger_prepare(l,
				 "SELECT count(*) FROM trace t WHERE t.cycle_id = ?1"
				 " AND t.trace_id <= ?2 AND (t.pair_id IS NULL OR t.direction = 0)"
				 " AND NOT " SQLITE_CUT_SHORT,
				 &s);

	if (err)
		return err;
	sqlite3_bind_int64(s, 1, l->cycle_id);
	sqlite3_bind_int64(s, 2, l->last_trace);
	err = ledger_number(l, s, ret_count);
	sqlite3_finalize(s);
	return err;
}
