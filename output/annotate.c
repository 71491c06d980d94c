// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/annotate.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/container.h"
#include "base/log.h"
#include "output/sqlite_annotate.h"
#include "output/sqlite_as_path.h"
#include "output/sqlite_db.h"

/* What ip, 4 or 16 bytes, says; false for a row that is damaged. */
static bool read_addr(sqlite3_stmt *row, struct addr *ret_addr)
{
	const void *bytes = sqlite3_column_blob(row, 1);
	int len = sqlite3_column_bytes(row, 1);
	be32 v4;

	if (len == sizeof(v4)) {
		memcpy(&v4, bytes, sizeof(v4));
		*ret_addr = addr_from_v4(v4);
	} else if (len == sizeof(*ret_addr)) {
		memcpy(ret_addr, bytes, sizeof(*ret_addr));
	} else {
		return false;
	}
	return true;
}

/* Reads a table to the end while other statements change it: by steps through its key,
 * so that no row is met twice. */
static int annotate_addrs(struct sqlite_db *db, struct asn_db *asn, struct geo_db *geo)
{
	struct sqlite_annotator *annotator = NULL;
	sqlite3_stmt *next = NULL;
	const struct sqlite_statement list[] = {
		{ "SELECT addr_id, ip FROM addr WHERE addr_id > ?1 ORDER BY addr_id LIMIT 1",
		  &next },
	};
	int err = sqlite_annotator_new(db, &annotator);
	int result = SQLITE_ROW;
	int64_t id = 0;

	if (!err)
		err = sqlite_annotator_use(annotator, asn, geo);
	if (!err)
		err = sqlite_db_prepare(db, list, ARRAY_LEN(list));
	while (!err && result == SQLITE_ROW) {
		struct addr addr;

		sqlite3_bind_int64(next, 1, id);
		result = sqlite3_step(next);
		err = sqlite_db_fail(db, result);
		if (!err && result == SQLITE_ROW) {
			bool is_sound = read_addr(next, &addr);

			id = sqlite3_column_int64(next, 0);
			sqlite3_reset(next);
			if (is_sound)
				err = sqlite_annotator_addr(annotator, id, &addr);
		}
	}
	sqlite3_finalize(next);
	sqlite_annotator_free(annotator);
	return err;
}

/* Returns how the row of the trace was read. */
static int read_trace(struct sqlite_db *db, sqlite3_stmt *next, int64_t *id,
		      struct as_path_key *ret_key, int *ret_err)
{
	int result;

	sqlite3_bind_int64(next, 1, *id);
	result = sqlite3_step(next);
	*ret_err = sqlite_db_fail(db, result);
	if (result == SQLITE_ROW) {
		*id = sqlite3_column_int64(next, 0);
		*ret_key = (struct as_path_key){
			.path_id = sqlite3_column_int64(next, 1),
			.src_id = sqlite3_column_int64(next, 2),
			.dst_id = sqlite3_column_int64(next, 3),
			.reached = sqlite3_column_int(next, 4) != 0,
		};
	}
	sqlite3_reset(next);
	return result;
}

static int write_as_paths(struct sqlite_db *db, struct sqlite_as_paths *paths, sqlite3_stmt *next,
			  sqlite3_stmt *update)
{
	struct as_path_key key;
	int64_t id = 0;
	int err = 0;

	while (!err && read_trace(db, next, &id, &key, &err) == SQLITE_ROW) {
		int64_t as_path = 0;

		err = sqlite_as_paths_find(paths, &key, &as_path);
		sqlite3_bind_int64(update, 1, id);
		sqlite3_bind_int64(update, 2, as_path);
		if (!err)
			err = sqlite_db_step(db, update);
	}
	return err;
}

static int annotate_traces(struct sqlite_db *db)
{
	struct sqlite_as_paths *paths = NULL;
	sqlite3_stmt *next = NULL, *update = NULL;
	const struct sqlite_statement list[] = {
		{ "SELECT trace_id, path_id, src_id, dst_id, reached FROM trace"
		  " WHERE trace_id > ?1 AND path_id IS NOT NULL ORDER BY trace_id LIMIT 1",
		  &next },
		{ "UPDATE trace SET as_path_id = nullif(?2, 0)"
		  " WHERE trace_id = ?1 AND as_path_id IS NOT nullif(?2, 0)",
		  &update },
	};
	int err = sqlite_as_paths_new(db, &paths);

	if (!err)
		err = sqlite_db_prepare(db, list, ARRAY_LEN(list));
	if (!err)
		err = write_as_paths(db, paths, next, update);
	sqlite3_finalize(next);
	sqlite3_finalize(update);
	sqlite_as_paths_free(paths);
	return err;
}

/* What nothing names any more. */
static int forget_unused(struct sqlite_db *db)
{
	return sqlite_db_exec(db, "DELETE FROM as_path WHERE as_path_id NOT IN"
				  " (SELECT as_path_id FROM trace WHERE as_path_id IS NOT NULL);"
				  "DELETE FROM asn WHERE asn NOT IN"
				  " (SELECT asn FROM addr WHERE asn IS NOT NULL);"
				  "DELETE FROM mmdb WHERE mmdb_id NOT IN"
				  " (SELECT asn_by FROM addr WHERE asn_by IS NOT NULL"
				  "  UNION SELECT geo_by FROM addr WHERE geo_by IS NOT NULL)");
}

static int count(struct sqlite_db *db, struct annotate_counts *ret_counts)
{
	int err = sqlite_db_value(db, "SELECT count(*) FROM addr", &ret_counts->addrs);

	if (!err)
		err = sqlite_db_value(db, "SELECT count(asn) FROM addr", &ret_counts->with_asn);
	if (!err)
		err = sqlite_db_value(
			db, "SELECT count(*) FROM addr WHERE coalesce(country, city) IS NOT NULL",
			&ret_counts->with_place);
	if (!err)
		err = sqlite_db_value(db, "SELECT count(as_path_id) FROM trace",
				      &ret_counts->paths);
	return err;
}

static int annotate_all(struct sqlite_db *db, struct asn_db *asn, struct geo_db *geo,
			struct annotate_counts *ret_counts)
{
	int err = sqlite_db_exec(db, "BEGIN IMMEDIATE");

	if (!err)
		err = annotate_addrs(db, asn, geo);
	if (!err && asn)
		err = annotate_traces(db);
	if (!err)
		err = forget_unused(db);
	if (!err)
		err = count(db, ret_counts);
	if (!err)
		err = sqlite_db_exec(db, "COMMIT; PRAGMA analysis_limit = 1000; ANALYZE");
	return err; /* closing rolls back what is not committed */
}

int annotate_database(const char *path, struct asn_db *asn, struct geo_db *geo,
		      struct annotate_counts *ret_counts)
{
	struct annotate_counts counts = { 0 };
	struct sqlite_db *db = NULL;
	int err;

	/* Opening creates it, which is not what anybody wants of a name mistyped. */
	if (access(path, F_OK) != 0) {
		err = -errno;
		log_error("%s: cannot open: %s", path, strerror(-err));
		return err;
	}
	err = sqlite_db_open(path, &db);
	if (!err)
		err = annotate_all(db, asn, geo, &counts);
	sqlite_db_close(db);
	if (!err)
		*ret_counts = counts;
	return err;
}
