// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/outbox.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/container.h"
#include "base/log.h"
#include "output/outbox_state.h"

static int prepare(struct outbox *o)
{
	const struct sqlite_statement list[] = {
		{ "SELECT upload_id, key, body FROM upload WHERE state = 'queued' AND collector = "
		  "?1"
		  " ORDER BY attempts, upload_id",
		  &o->next },
		/* A row that is settled stays so. */
		{ "UPDATE upload SET state = CASE WHEN ?2 <> 'queued' THEN ?2"
		  "  WHEN ?5 - queued_us > ?6 THEN 'given up' ELSE 'queued' END,"
		  " attempts = attempts + 1, tried_us = ?5, status = nullif(?3, 0), reason = ?4,"
		  " body = CASE ?2 WHEN 'sent' THEN NULL ELSE body END"
		  " WHERE upload_id = ?1 AND state = 'queued'",
		  &o->settle },
	};

	return sqlite_db_prepare(o->db, list, ARRAY_LEN(list));
}

int outbox_open(const char *path, struct outbox **ret_outbox)
{
	struct outbox *o = calloc(1, sizeof(*o));
	int err = -ENOMEM;

	if (!o)
		goto fail;
	/* Opening creates it, which is not what anybody wants of a name mistyped. */
	if (access(path, F_OK) != 0) {
		err = -errno;
		log_error("%s: cannot open: %s", path, strerror(-err));
		goto fail;
	}
	err = sqlite_db_open(path, &o->db);
	if (!err)
		err = prepare(o);
	if (err)
		goto fail;
	*ret_outbox = o;
	return 0;
fail:
	outbox_close(o);
	return err;
}

void outbox_close(struct outbox *o)
{
	if (!o)
		return;
	sqlite3_finalize(o->next);
	sqlite3_finalize(o->settle);
	sqlite_db_close(o->db);
	free(o->collector);
	free(o);
}

int outbox_find_collector(struct outbox *o, char **ret_collector)
{
	sqlite3_stmt *find = NULL;
	const struct sqlite_statement list[] = {
		{ "SELECT min(collector) FROM upload WHERE state = 'queued'"
		  " HAVING count(DISTINCT collector) = 1",
		  &find },
	};
	char *found = NULL;
	int err = sqlite_db_prepare(o->db, list, ARRAY_LEN(list));
	int result = err ? SQLITE_DONE : sqlite3_step(find);

	if (!err)
		err = sqlite_db_fail(o->db, result);
	if (!err && result == SQLITE_ROW) {
		found = strdup((const char *)sqlite3_column_text(find, 0));
		err = found ? 0 : -ENOMEM;
	}
	sqlite3_finalize(find);
	if (!err)
		*ret_collector = found;
	return err;
}

int outbox_choose(struct outbox *o, const char *collector)
{
	char *copy = strdup(collector);

	if (!copy)
		return -ENOMEM;
	free(o->collector);
	o->collector = copy;
	return 0;
}

/* An UPDATE with the collector as ?1 and the time as ?2. */
static int update(struct outbox *o, const char *sql, int64_t now_us)
{
	sqlite3_stmt *change = NULL;
	const struct sqlite_statement list[] = { { sql, &change } };
	int err = sqlite_db_prepare(o->db, list, ARRAY_LEN(list));

	if (!err) {
		sqlite3_bind_text(change, 1, o->collector, -1, SQLITE_STATIC);
		sqlite3_bind_int64(change, 2, now_us);
		err = sqlite_db_step(o->db, change);
	}
	sqlite3_finalize(change);
	return err;
}

/* The days of patience begin anew. */
int outbox_requeue(struct outbox *o, int64_t now_us)
{
	return update(o,
		      "UPDATE upload SET state = 'queued', queued_us = ?2"
		      " WHERE state IN ('rejected', 'given up') AND body IS NOT NULL"
		      " AND (?1 IS NULL OR collector = ?1)",
		      now_us);
}

int outbox_readdress(struct outbox *o, int64_t now_us)
{
	return update(o,
		      "UPDATE upload SET collector = ?1, consented_us = ?2"
		      " WHERE state = 'queued' AND collector <> ?1",
		      now_us);
}

static bool is_in_flight(const struct outbox *o, int64_t id)
{
	for (size_t i = 0; i < o->flight_count; i++)
		if (o->flight[i] == id)
			return true;
	return false;
}

void outbox_forget(struct outbox *o, int64_t id)
{
	for (size_t i = 0; i < o->flight_count; i++)
		if (o->flight[i] == id)
			o->flight[i--] = o->flight[--o->flight_count];
}

static int read_item(sqlite3_stmt *row, struct outbox_item *ret_item)
{
	struct outbox_item item = { .id = sqlite3_column_int64(row, 0) };
	const void *body = sqlite3_column_blob(row, 2);

	item.body_len = (size_t)sqlite3_column_bytes(row, 2);
	strncpy(item.key, (const char *)sqlite3_column_text(row, 1), sizeof(item.key) - 1);
	item.body = malloc(item.body_len + 1);
	if (!item.body)
		return -ENOMEM;
	if (item.body_len > 0)
		memcpy(item.body, body, item.body_len);
	*ret_item = item;
	return 0;
}

int outbox_next(struct outbox *o, struct outbox_item *ret_item)
{
	int err, result;

	assert(o->collector && o->flight_count < OUTBOX_FLIGHT_MAX);
	sqlite3_bind_text(o->next, 1, o->collector, -1, SQLITE_STATIC);
	do
		result = sqlite3_step(o->next);
	while (result == SQLITE_ROW && is_in_flight(o, sqlite3_column_int64(o->next, 0)));
	err = sqlite_db_fail(o->db, result);
	if (!err)
		err = result == SQLITE_ROW ? read_item(o->next, ret_item) : -ENOENT;
	sqlite3_reset(o->next);
	if (!err)
		o->flight[o->flight_count++] = ret_item->id;
	return err;
}

void outbox_item_fini(struct outbox_item *item)
{
	free(item->body);
	item->body = NULL;
}

static int settle(struct outbox *o, int64_t id, const char *state, long status, const char *reason,
		  int64_t now_us)
{
	outbox_forget(o, id);
	sqlite3_bind_int64(o->settle, 1, id);
	sqlite3_bind_text(o->settle, 2, state, -1, SQLITE_STATIC);
	sqlite3_bind_int64(o->settle, 3, status);
	sqlite3_bind_text(o->settle, 4, reason, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(o->settle, 5, now_us);
	sqlite3_bind_int64(o->settle, 6, OUTBOX_KEEP_US);
	return sqlite_db_step(o->db, o->settle);
}

int outbox_sent(struct outbox *o, int64_t id, long status, int64_t now_us)
{
	return settle(o, id, "sent", status, NULL, now_us);
}

int outbox_rejected(struct outbox *o, int64_t id, long status, const char *reason, int64_t now_us)
{
	return settle(o, id, "rejected", status, reason, now_us);
}

int outbox_failed(struct outbox *o, int64_t id, long status, const char *reason, int64_t now_us)
{
	return settle(o, id, "queued", status, reason, now_us);
}
