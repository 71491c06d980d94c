// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/report_db.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/container.h"
#include "base/log.h"
#include "output/report_state.h"

enum { APPLICATION_ID = 0x52545230, BUSY_TIMEOUT_MS = 5000 };

static int open_to_read(const char *path, struct sqlite_db **ret_db)
{
	struct sqlite_db *db = calloc(1, sizeof(*db));
	int64_t application_id = 0;
	int err = -ENOMEM;

	if (!db)
		return err;
	db->lock_fd = -1;
	db->path = strdup(path);
	if (db->path)
		err = sqlite_db_fail(
			db, sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READONLY, NULL));
	if (!err) {
		sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
		err = sqlite_db_value(db, "PRAGMA application_id", &application_id);
	}
	if (!err && application_id != APPLICATION_ID) {
		log_error("%s: the database of another program", path);
		err = -EINVAL;
	}
	if (err)
		sqlite_db_close(db);
	else
		*ret_db = db;
	return err;
}

/* Opening to write upgrades. */
static int upgrade(const char *path)
{
	struct sqlite_db *db;
	int err = sqlite_db_open(path, &db);

	if (!err)
		sqlite_db_close(db);
	return err;
}

int report_db_open(const char *path, struct sqlite_db **ret_db)
{
	struct sqlite_db *db;
	int64_t is_new;
	int err;

	if (access(path, F_OK) != 0) {
		err = -errno;
		log_error("%s: cannot open: %s", path, strerror(-err));
		return err;
	}
	err = open_to_read(path, &db);
	if (err)
		return err;
	err = sqlite_db_value(db,
			      "SELECT count(*) FROM pragma_table_info('trace')"
			      " WHERE name = 'as_path_id'",
			      &is_new);
	if (err || !is_new)
		sqlite_db_close(db);
	if (!err && !is_new) {
		err = upgrade(path);
		if (!err)
			err = open_to_read(path, &db);
	}
	if (!err)
		*ret_db = db;
	return err;
}

static int find_row(struct report *r)
{
	sqlite3_stmt *find = NULL;
	const struct sqlite_statement list[] = {
		{ "SELECT cycle_id, list FROM cycle WHERE (?1 IS NULL OR list = ?1)"
		  " AND (?2 = 0 OR number = ?2)"
		  " AND EXISTS (SELECT 1 FROM trace t WHERE t.cycle_id = cycle.cycle_id)"
		  " ORDER BY cycle_id DESC LIMIT 1",
		  &find },
	};
	int err = sqlite_db_prepare(r->db, list, ARRAY_LEN(list));
	int result;

	if (err)
		return err;
	sqlite3_bind_text(find, 1, r->options->list, -1, SQLITE_STATIC);
	sqlite3_bind_int64(find, 2, r->options->cycle);
	result = sqlite3_step(find);
	err = sqlite_db_fail(r->db, result);
	if (result == SQLITE_ROW) {
		r->cycle_id = sqlite3_column_int64(find, 0);
		r->list = strdup((const char *)sqlite3_column_text(find, 1));
		err = r->list ? 0 : -ENOMEM;
	} else if (!err) {
		log_error("%s: no such cycle with traces%s%s", r->options->database,
			  r->options->list ? " in list " : "",
			  r->options->list ? r->options->list : "");
		err = -ENOENT;
	}
	sqlite3_finalize(find);
	return err;
}

/* One number about the cycle. */
static int find_number(struct report *r, const char *sql, int64_t last, int64_t *ret_number)
{
	sqlite3_stmt *find = NULL;
	const struct sqlite_statement list[] = { { sql, &find } };
	int err = sqlite_db_prepare(r->db, list, ARRAY_LEN(list));

	if (!err) {
		sqlite3_bind_int64(find, 1, r->cycle_id);
		sqlite3_bind_text(find, 2, r->list, -1, SQLITE_STATIC);
		sqlite3_bind_int64(find, 3, last);
		err = sqlite_db_find(r->db, find, ret_number);
	}
	sqlite3_finalize(find);
	return err;
}

int report_db_find_cycle(struct report *r)
{
	int err = find_row(r);

	if (!err)
		err = find_number(
			r, "SELECT max(cycle_id) FROM cycle WHERE cycle_id < ?1 AND list = ?2", 0,
			&r->before_id);
	if (!err)
		err = find_number(r,
				  "SELECT min(cycle_id) FROM (SELECT cycle_id FROM cycle WHERE"
				  " cycle_id <= ?1 AND list = ?2 ORDER BY cycle_id DESC LIMIT ?3)",
				  r->options->history, &r->first_id);
	if (!err)
		err = find_number(
			r, "SELECT count(DISTINCT endpoint_id) FROM trace WHERE cycle_id = ?1", 0,
			&r->counts.endpoints);
	return err;
}
