// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/sqlite_leftover.h"

#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "output/sqlite_db.h"

/* ?1 the cycle, ?2 the last trace before this run, ?3 the target.  Each + keeps SQLite from
 * looking through the whole cycle instead of the few traces of the target. */
#define THOSE_OF(column)                                                                 \
	" IN (SELECT t." column " FROM endpoint e CROSS JOIN trace t ON t.endpoint_id =" \
	" e.endpoint_id WHERE e.name = ?3 AND +t.cycle_id = ?1 AND +t.trace_id <= ?2"    \
	" AND " SQLITE_CUT_SHORT ")"

enum { REMOVALS = 7 };

struct sqlite_leftovers {
	struct sqlite_db *db;
	sqlite3_stmt *removals[REMOVALS];
};

static int find_bounds(struct sqlite_db *db, int64_t cycle_id, int64_t *ret_count,
		       int64_t *ret_last)
{
	sqlite3_stmt *count = NULL;
	const struct sqlite_statement list[] = {
		{ "SELECT count(*) FROM trace t WHERE t.cycle_id = ?1 AND " SQLITE_CUT_SHORT,
		  &count },
	};
	int err = sqlite_db_prepare(db, list, ARRAY_LEN(list));

	if (!err) {
		sqlite3_bind_int64(count, 1, cycle_id);
		err = sqlite_db_find(db, count, ret_count);
	}
	sqlite3_finalize(count);
	return err ? err : sqlite_db_value(db, "SELECT max(trace_id) FROM trace", ret_last);
}

int sqlite_leftovers_new(struct sqlite_db *db, int64_t cycle_id,
			 struct sqlite_leftovers **ret_leftovers)
{
	struct sqlite_leftovers *l;
	int64_t count, last;
	int err = find_bounds(db, cycle_id, &count, &last);

	if (err || count == 0) {
		*ret_leftovers = NULL;
		return err;
	}
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->db = db;
	/* The traces last: the others are found by them.  No document is queued of one that
	 * was cut short. */
	const struct sqlite_statement list[REMOVALS] = {
		{ "DELETE FROM hop WHERE trace_id" THOSE_OF("trace_id"), &l->removals[0] },
		{ "DELETE FROM link WHERE trace_id" THOSE_OF("trace_id"), &l->removals[1] },
		{ "DELETE FROM alias WHERE cycle_id = ?1 AND endpoint_id" THOSE_OF("endpoint_id"),
		  &l->removals[2] },
		{ "DELETE FROM alias_pair WHERE cycle_id = ?1 AND endpoint_id" THOSE_OF(
			  "endpoint_id"),
		  &l->removals[3] },
		{ "DELETE FROM ext WHERE trace_id" THOSE_OF("trace_id"), &l->removals[4] },
		{ "DELETE FROM vertex WHERE trace_id" THOSE_OF("trace_id"), &l->removals[5] },
		{ "DELETE FROM trace WHERE trace_id" THOSE_OF("trace_id"), &l->removals[6] },
	};

	err = sqlite_db_prepare(db, list, REMOVALS);
	if (err) {
		sqlite_leftovers_free(l);
		return err;
	}
	for (size_t i = 0; i < REMOVALS; i++) {
		sqlite3_bind_int64(l->removals[i], 1, cycle_id);
		sqlite3_bind_int64(l->removals[i], 2, last);
	}
	*ret_leftovers = l;
	return 0;
}

void sqlite_leftovers_free(struct sqlite_leftovers *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < REMOVALS; i++)
		sqlite3_finalize(l->removals[i]);
	free(l);
}

int sqlite_leftovers_replace(struct sqlite_leftovers *l, const char *target)
{
	int err = 0;

	for (size_t i = 0; l && !err && i < REMOVALS; i++) {
		sqlite3_bind_text(l->removals[i], 3, target, -1, SQLITE_STATIC);
		err = sqlite_db_step(l->db, l->removals[i]);
	}
	return err;
}
