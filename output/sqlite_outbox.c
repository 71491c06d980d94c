// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/sqlite_outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/gzip.h"
#include "output/sqlite_db.h"
#include "output/study_maker.h"
#include "output/uuid.h"

struct sqlite_outbox {
	struct sqlite_db *db;
	struct study_maker *maker;
	sqlite3_stmt *add;
	char *collector;
	int64_t consented_us;
	const struct trace_record *trace; /* that is added now */
	int64_t trace_id;
};

/* Takes `body`. */
static int add_row(struct sqlite_outbox *o, size_t len, void *body, size_t body_len)
{
	char key[UUID_TEXT_LEN];

	uuid_make(key);
	sqlite3_bind_text(o->add, 1, key, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(o->add, 2, o->trace_id);
	sqlite3_bind_text(o->add, 3, o->collector, -1, SQLITE_STATIC);
	sqlite3_bind_int64(o->add, 4, o->consented_us);
	sqlite3_bind_int64(o->add, 5, o->trace->ended_us);
	sqlite3_bind_int64(o->add, 6, (int64_t)len);
	sqlite3_bind_blob64(o->add, 7, body, body_len, free);
	return sqlite_db_step(o->db, o->add);
}

static int take_document(void *context, const char *target, json_t *document, bool is_finished)
{
	struct sqlite_outbox *o = context;
	size_t len, body_len;
	void *body;
	char *text;
	int err;

	(void)target;
	if (!document || !is_finished)
		return 0;
	text = json_dumps(document, STUDY_SEND_FLAGS);
	if (!text)
		return -ENOMEM;
	len = strlen(text);
	err = gzip_pack(text, len, &body, &body_len);
	free(text);
	return err ? err : add_row(o, len, body, body_len);
}

int sqlite_outbox_new(struct sqlite_db *db, const struct sink_options *options,
		      const struct run_record *run, struct sqlite_outbox **ret_outbox)
{
	struct sqlite_outbox *o = calloc(1, sizeof(*o));
	int err = -ENOMEM;

	if (!o)
		goto fail;
	const struct sqlite_statement add = {
		"INSERT INTO upload (key, trace_id, collector, consented_us, queued_us, bytes,"
		" body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		&o->add,
	};
	o->db = db;
	o->consented_us = options->consented_us;
	o->collector = strdup(options->collector);
	if (!o->collector)
		goto fail;
	err = study_maker_new(run->config, &options->names, options->redact_source, take_document,
			      o, &o->maker);
	if (!err)
		err = sqlite_db_prepare(db, &add, 1);
	if (err)
		goto fail;
	*ret_outbox = o;
	return 0;
fail:
	sqlite_outbox_free(o);
	return err;
}

void sqlite_outbox_free(struct sqlite_outbox *o)
{
	if (!o)
		return;
	sqlite3_finalize(o->add);
	study_maker_free(o->maker);
	free(o->collector);
	free(o);
}

int sqlite_outbox_add(struct sqlite_outbox *o, int64_t trace_id, const struct trace_record *trace)
{
	o->trace = trace;
	o->trace_id = trace_id;
	return study_maker_add(o->maker, trace);
}
