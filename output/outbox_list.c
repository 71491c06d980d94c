// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "base/log.h"
#include "output/gzip.h"
#include "output/outbox_state.h"

int outbox_count(struct outbox *o, struct outbox_counts *ret_counts)
{
	struct outbox_counts counts = { 0 };
	sqlite3_stmt *count = NULL;
	const struct sqlite_statement list[] = {
		{ "SELECT count(*) FILTER (WHERE state = 'queued' AND collector IS ?1),"
		  " count(*) FILTER (WHERE state = 'sent'),"
		  " count(*) FILTER (WHERE state = 'rejected'),"
		  " count(*) FILTER (WHERE state = 'given up'),"
		  " count(*) FILTER (WHERE state = 'queued' AND collector IS NOT ?1) FROM upload",
		  &count },
	};
	int64_t *const values[] = { &counts.queued, &counts.sent, &counts.rejected,
				    &counts.given_up, &counts.elsewhere };
	int err = sqlite_db_prepare(o->db, list, ARRAY_LEN(list));

	if (!err) {
		sqlite3_bind_text(count, 1, o->collector, -1, SQLITE_STATIC);
		err = sqlite_db_fail(o->db, sqlite3_step(count));
	}
	for (size_t i = 0; !err && i < ARRAY_LEN(values); i++)
		*values[i] = sqlite3_column_int64(count, (int)i);
	sqlite3_finalize(count);
	if (!err)
		*ret_counts = counts;
	return err;
}

static const char *column_text(sqlite3_stmt *row, int column)
{
	return (const char *)sqlite3_column_text(row, column);
}

/* NULL in *ret_text where there is no document any more. */
static int unpack(struct outbox *o, sqlite3_stmt *row, int column, char **ret_text)
{
	size_t len;
	int err;

	*ret_text = NULL;
	if (sqlite3_column_type(row, column) == SQLITE_NULL)
		return 0;
	err = gzip_unpack(sqlite3_column_blob(row, column),
			  (size_t)sqlite3_column_bytes(row, column), OUTBOX_DOCUMENT_MAX, ret_text,
			  &len);
	if (err == -EBADMSG || err == -E2BIG)
		log_error("%s: upload %s: the document is damaged", o->db->path,
			  column_text(row, 0));
	return err;
}

static int visit_row(struct outbox *o, sqlite3_stmt *row, outbox_visit *visit, void *context)
{
	struct outbox_row r = {
		.key = column_text(row, 0),
		.target = column_text(row, 1),
		.state = column_text(row, 2),
		.collector = column_text(row, 3),
		.reason = column_text(row, 4),
		.queued = column_text(row, 5),
		.tried = column_text(row, 6),
		.attempts = sqlite3_column_int64(row, 7),
		.bytes = sqlite3_column_int64(row, 8),
	};
	char *document;
	int err = unpack(o, row, 9, &document);

	if (err)
		return err;
	r.document = document;
	err = visit(context, &r);
	free(document);
	return err;
}

int outbox_list(struct outbox *o, const char *state, bool with_document, outbox_visit *visit,
		void *context)
{
	sqlite3_stmt *rows = NULL;
	const struct sqlite_statement list[] = {
		{ "SELECT v.key, v.target, v.state, v.collector, v.reason, v.queued, v.tried,"
		  " v.attempts, v.bytes, CASE WHEN ?2 THEN u.body END"
		  " FROM v_upload v JOIN upload u USING (upload_id)"
		  " WHERE ?1 IS NULL OR v.state = ?1 ORDER BY upload_id",
		  &rows },
	};
	int err = sqlite_db_prepare(o->db, list, ARRAY_LEN(list));
	int result = SQLITE_DONE;

	if (!err) {
		sqlite3_bind_text(rows, 1, state, -1, SQLITE_STATIC);
		sqlite3_bind_int(rows, 2, with_document);
	}
	while (!err && (result = sqlite3_step(rows)) == SQLITE_ROW)
		err = visit_row(o, rows, visit, context);
	if (!err)
		err = sqlite_db_fail(o->db, result);
	sqlite3_finalize(rows);
	return err;
}
