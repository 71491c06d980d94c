// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/inbox.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "output/gzip.h"
#include "output/inbox_rows.h"
#include "output/sqlite_db.h"
#include "output/sqlite_run.h"

enum {
	HASH_LEN = 16,
	KEY_ROOM = 5 + 2 * HASH_LEN + 1, /* "hash:", digits, NUL */
};

struct inbox {
	struct sqlite_db *db;
	struct sqlite_run run;
	struct inbox_rows *rows; /* NULL: to be made, for there was an error */
	sqlite3_stmt *find, *add, *begin, *commit;
	int64_t last_pair;
	bool in_batch;
};

static int prepare(struct inbox *b)
{
	const struct sqlite_statement list[] = {
		{ "SELECT received_id, hash FROM received WHERE sender = ?1 AND key = ?2",
		  &b->find },
		{ "INSERT INTO received (sender, key, received_us, forward_id, reverse_id,"
		  " unplaced, hash, bytes, body) VALUES (?1, ?2, ?3, nullif(?4, 0),"
		  " nullif(?5, 0), ?6, ?7, ?8, ?9)",
		  &b->add },
		{ "BEGIN IMMEDIATE", &b->begin },
		{ "COMMIT", &b->commit },
	};

	return sqlite_db_prepare(b->db, list, ARRAY_LEN(list));
}

int inbox_open(const char *path, const struct run_record *run, struct inbox **ret_inbox)
{
	struct inbox *b = calloc(1, sizeof(*b));
	int err = -ENOMEM;

	if (!b)
		goto fail;
	err = sqlite_db_open(path, &b->db);
	/* Who sent a document throws it away when we have said that we have it. */
	if (!err)
		err = sqlite_db_exec(b->db, "PRAGMA synchronous = FULL");
	if (!err)
		err = sqlite_db_value(b->db, "SELECT coalesce(max(pair_id), 0) FROM trace",
				      &b->last_pair);
	if (!err)
		err = prepare(b);
	if (!err)
		err = sqlite_run_begin(b->db, run, &b->run);
	if (err)
		goto fail;
	*ret_inbox = b;
	return 0;
fail:
	inbox_close(b, NULL);
	return err;
}

int inbox_close(struct inbox *b, const struct run_end *end)
{
	int err = 0;

	if (!b)
		return 0;
	if (b->in_batch)
		sqlite3_exec(b->db->handle, "ROLLBACK", NULL, NULL, NULL);
	if (end)
		err = sqlite_run_end(b->db, &b->run, end);
	if (end && !err)
		err = sqlite_db_exec(b->db, "PRAGMA analysis_limit = 1000; ANALYZE");
	inbox_rows_free(b->rows);
	sqlite3_finalize(b->find);
	sqlite3_finalize(b->add);
	sqlite3_finalize(b->begin);
	sqlite3_finalize(b->commit);
	sqlite_db_close(b->db);
	free(b);
	return err;
}

/* Some errors make SQLite roll back by itself.  The rows object knows ids that are no more. */
static int give_up(struct inbox *b, int err)
{
	b->in_batch = false;
	if (!sqlite3_get_autocommit(b->db->handle))
		sqlite3_exec(b->db->handle, "ROLLBACK", NULL, NULL, NULL);
	inbox_rows_free(b->rows);
	b->rows = NULL;
	b->db->complained = false; /* the next one is news */
	return err;
}

static int begin(struct inbox *b)
{
	int err = b->rows ? 0 : inbox_rows_new(b->db, &b->rows);

	if (err || b->in_batch)
		return err;
	err = sqlite_db_step(b->db, b->begin);
	b->in_batch = !err;
	return err;
}

/* -ENOENT: it is new. */
static int find(struct inbox *b, const char *sender, const char *key, const uint8_t *hash,
		enum inbox_verdict *ret_verdict, int64_t *ret_id)
{
	int err, result;

	sqlite3_bind_text(b->find, 1, sender, -1, SQLITE_STATIC);
	sqlite3_bind_text(b->find, 2, key, -1, SQLITE_STATIC);
	result = sqlite3_step(b->find);
	err = sqlite_db_fail(b->db, result);
	if (!err && result != SQLITE_ROW)
		err = -ENOENT;
	if (!err) {
		bool is_same = sqlite3_column_bytes(b->find, 1) == HASH_LEN &&
			       memcmp(sqlite3_column_blob(b->find, 1), hash, HASH_LEN) == 0;

		*ret_verdict = is_same ? INBOX_REPEATED : INBOX_CONFLICT;
		*ret_id = sqlite3_column_int64(b->find, 0);
	}
	sqlite3_reset(b->find);
	return err;
}

static int add_traces(struct inbox *b, const struct inbox_document *d, int64_t ids[static 2],
		      size_t *ret_unplaced)
{
	const struct study_input *input = d->input;
	struct inbox_origin origin = { .cycle_id = b->run.cycle_id, .received_us = d->received_us };
	size_t unplaced = 0;
	int err = 0;

	if (input->paths[0].vertex_count > 0 && input->paths[1].vertex_count > 0)
		origin.pair_id = ++b->last_pair;
	for (int i = 0; i < 2 && !err; i++) {
		const struct study_path *path = &input->paths[i];

		ids[i] = 0;
		unplaced += path->vertex_count - path->placed_count;
		if (path->vertex_count > 0)
			err = inbox_rows_add(b->rows, &origin, input, (enum trace_direction)i,
					     &ids[i]);
	}
	if (!err)
		err = inbox_rows_add_names(b->rows, input, d->received_us);
	if (!err)
		*ret_unplaced = unplaced;
	return err;
}

static int add_document(struct inbox *b, const struct inbox_document *d, const char *key,
			const uint8_t *hash)
{
	size_t unplaced = 0, packed_len;
	int64_t ids[2];
	void *packed;
	int err = add_traces(b, d, ids, &unplaced);

	if (!err)
		err = gzip_pack(d->text, d->len, &packed, &packed_len);
	if (err)
		return err;
	sqlite3_bind_text(b->add, 1, d->sender, -1, SQLITE_STATIC);
	sqlite3_bind_text(b->add, 2, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(b->add, 3, d->received_us);
	sqlite3_bind_int64(b->add, 4, ids[TRACE_FORWARD]);
	sqlite3_bind_int64(b->add, 5, ids[TRACE_REVERSE]);
	sqlite3_bind_int64(b->add, 6, (int64_t)unplaced);
	sqlite3_bind_blob(b->add, 7, hash, HASH_LEN, SQLITE_STATIC);
	sqlite3_bind_int64(b->add, 8, (int64_t)d->len);
	sqlite3_bind_blob64(b->add, 9, packed, packed_len, free);
	return sqlite_db_step(b->db, b->add);
}

int inbox_add(struct inbox *b, const struct inbox_document *d, enum inbox_verdict *ret_verdict,
	      int64_t *ret_id)
{
	char own_key[KEY_ROOM] = "hash:";
	const char *key = d->key ? d->key : own_key;
	uint8_t hash[HASH_LEN];
	int err;

	crypto_generichash(hash, sizeof(hash), (const unsigned char *)d->text, d->len, NULL, 0);
	sodium_bin2hex(own_key + 5, sizeof(own_key) - 5, hash, sizeof(hash));
	err = begin(b);
	if (!err)
		err = find(b, d->sender, key, hash, ret_verdict, ret_id);
	if (err == -ENOENT) {
		err = add_document(b, d, key, hash);
		*ret_verdict = INBOX_STORED;
		*ret_id = sqlite3_last_insert_rowid(b->db->handle);
	}
	return err ? give_up(b, err) : 0;
}

int inbox_commit(struct inbox *b)
{
	int err;

	if (!b->in_batch)
		return 0;
	err = sqlite_db_step(b->db, b->commit);
	b->in_batch = false;
	return err ? give_up(b, err) : 0;
}
