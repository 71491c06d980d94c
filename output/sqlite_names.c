// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/sqlite_names.h"

#include <errno.h>
#include <stdlib.h>

#include "output/id_cache.h"
#include "output/names.h"
#include "output/sqlite_db.h"
#include "output/sqlite_dictionary.h"

enum {
	WRITTEN_CACHE_BITS = 14, /* 400 KiB */
};

struct sqlite_names {
	struct sqlite_db *db;
	struct sqlite_dictionary *dictionary;
	struct id_cache *written; /* addresses, to the row that has what is known of them */
	sqlite3_stmt *update;
};

int sqlite_names_new(struct sqlite_db *db, struct sqlite_dictionary *dictionary,
		     struct sqlite_names **ret_names)
{
	struct sqlite_names *s = calloc(1, sizeof(*s));
	int err = -ENOMEM;

	if (!s)
		return err;
	/* A row that is up to date is not written again. */
	const struct sqlite_statement update = {
		"UPDATE addr SET ptr = ?2, annotated_us = ?3"
		" WHERE addr_id = ?1 AND annotated_us IS NOT ?3",
		&s->update,
	};

	s->db = db;
	s->dictionary = dictionary;
	err = id_cache_new(WRITTEN_CACHE_BITS, &s->written);
	if (!err)
		err = sqlite_db_prepare(db, &update, 1);
	if (err) {
		sqlite_names_free(s);
		return err;
	}
	*ret_names = s;
	return 0;
}

void sqlite_names_free(struct sqlite_names *s)
{
	if (!s)
		return;
	sqlite3_finalize(s->update);
	id_cache_free(s->written);
	free(s);
}

/* "No name" is written, too: it may have had one before.  Where nobody answered the row
 * stays as it is. */
static int write_name(struct sqlite_names *s, const struct names *names, const struct addr *addr)
{
	int64_t id, looked_us;
	int err;

	if (!names_find_time(names, addr, &looked_us) || id_cache_find(s->written, addr->bytes))
		return 0;
	err = sqlite_dictionary_addr(s->dictionary, addr, &id);
	if (err)
		return err;
	sqlite3_bind_int64(s->update, 1, id);
	sqlite3_bind_text(s->update, 2, names_find(names, addr), -1, SQLITE_STATIC);
	sqlite3_bind_int64(s->update, 3, looked_us);
	err = sqlite_db_step(s->db, s->update);
	if (!err)
		id_cache_add(s->written, addr->bytes, id);
	return err;
}

int sqlite_names_add(struct sqlite_names *s, const struct trace_record *trace)
{
	int err;

	if (!trace->names)
		return 0;
	err = write_name(s, trace->names, &trace->src);
	if (!err)
		err = write_name(s, trace->names, &trace->dst);
	for (size_t i = 0; !err && i < trace->probe_count; i++)
		if (trace->probes[i].answered)
			err = write_name(s, trace->names, &trace->probes[i].from);
	return err;
}
