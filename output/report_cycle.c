// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/report_cycle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "output/report_state.h"

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

int report_cycle_find(struct report *r)
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
