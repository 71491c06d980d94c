// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/sqlite_annotate.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/container.h"
#include "output/asn.h"
#include "output/geo.h"
#include "output/id_cache.h"
#include "output/sqlite_db.h"
#include "output/sqlite_dictionary.h"
#include "output/utf8.h"

enum {
	WRITTEN_CACHE_BITS = 16, /* 1.5 MiB */
};

struct sqlite_annotator {
	struct sqlite_db *db;
	struct id_cache *written; /* addresses, to the row that has what is known of them */
	struct asn_db *asn;
	struct geo_db *geo;
	int64_t asn_by, geo_by; /* their rows */
	sqlite3_stmt *mmdb_add, *mmdb_find, *system_add, *asn_update, *geo_update;
};

static int prepare(struct sqlite_annotator *a)
{
	const struct sqlite_statement list[] = {
		{ "INSERT INTO mmdb (kind, type, built_us, first_us) VALUES (?1, ?2, ?3, ?4)"
		  " ON CONFLICT DO NOTHING",
		  &a->mmdb_add },
		{ "SELECT mmdb_id FROM mmdb WHERE kind = ?1 AND type = ?2 AND built_us = ?3",
		  &a->mmdb_find },
		/* Of an organisation that was renamed, the new name. */
		{ "INSERT INTO asn (asn, name) VALUES (?1, ?2) ON CONFLICT DO UPDATE"
		  " SET name = excluded.name WHERE excluded.name IS NOT NULL"
		  " AND name IS NOT excluded.name",
		  &a->system_add },
		/* What is unknown now is written, too: it may have been known before. */
		{ "UPDATE addr SET asn = ?2, asn_by = ?3"
		  " WHERE addr_id = ?1 AND (asn IS NOT ?2 OR asn_by IS NOT ?3)",
		  &a->asn_update },
		{ "UPDATE addr SET country = ?2, city = ?3, geo_by = ?4"
		  " WHERE addr_id = ?1 AND (country IS NOT ?2 OR city IS NOT ?3 OR geo_by IS NOT "
		  "?4)",
		  &a->geo_update },
	};

	return sqlite_db_prepare(a->db, list, ARRAY_LEN(list));
}

int sqlite_annotator_new(struct sqlite_db *db, struct sqlite_annotator **ret_annotator)
{
	struct sqlite_annotator *a = calloc(1, sizeof(*a));
	int err = -ENOMEM;

	if (!a)
		return err;
	a->db = db;
	err = id_cache_new(WRITTEN_CACHE_BITS, &a->written);
	if (!err)
		err = prepare(a);
	if (err) {
		sqlite_annotator_free(a);
		return err;
	}
	*ret_annotator = a;
	return 0;
}

void sqlite_annotator_free(struct sqlite_annotator *a)
{
	if (!a)
		return;
	sqlite3_finalize(a->mmdb_add);
	sqlite3_finalize(a->mmdb_find);
	sqlite3_finalize(a->system_add);
	sqlite3_finalize(a->asn_update);
	sqlite3_finalize(a->geo_update);
	id_cache_free(a->written);
	free(a);
}

/* Any bytes, as UTF-8; NULL where there are none. */
static int bind_text(sqlite3_stmt *s, int index, const char *bytes)
{
	char *text;

	if (!bytes[0]) {
		sqlite3_bind_null(s, index);
		return 0;
	}
	text = utf8_repair(bytes);
	if (!text)
		return -ENOMEM;
	sqlite3_bind_text(s, index, text, -1, free);
	return 0;
}

static int bind_file(sqlite3_stmt *s, const char *kind, const struct mmdb_about *about)
{
	char *type = utf8_repair(about->type);

	if (!type)
		return -ENOMEM;
	sqlite3_bind_text(s, 1, kind, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, type, -1, free);
	sqlite3_bind_int64(s, 3, (int64_t)(about->built_s * 1000000));
	return 0;
}

/* The row of a file. */
static int find_file(struct sqlite_annotator *a, const char *kind, const struct mmdb_about *about,
		     int64_t *ret_id)
{
	int err = bind_file(a->mmdb_add, kind, about);

	if (!err)
		err = bind_file(a->mmdb_find, kind, about);
	if (err)
		return err;
	sqlite3_bind_int64(a->mmdb_add, 4, clock_wall_us());
	err = sqlite_db_step(a->db, a->mmdb_add);
	return err ? err : sqlite_db_find(a->db, a->mmdb_find, ret_id);
}

int sqlite_annotator_use(struct sqlite_annotator *a, struct asn_db *asn, struct geo_db *geo)
{
	int err = 0;

	if (asn != a->asn || geo != a->geo) {
		struct id_cache *empty;

		err = id_cache_new(WRITTEN_CACHE_BITS, &empty);
		if (err)
			return err;
		id_cache_free(a->written);
		a->written = empty;
	}
	if (asn && asn != a->asn)
		err = find_file(a, "asn", asn_about(asn), &a->asn_by);
	if (!err && geo && geo != a->geo)
		err = find_file(a, "geo", geo_about(geo), &a->geo_by);
	if (err)
		return err;
	a->asn = asn;
	a->geo = geo;
	return 0;
}

static int write_system(struct sqlite_annotator *a, int64_t addr_id, const struct addr *addr)
{
	struct asn_entry entry;
	int err = 0;

	sqlite3_bind_int64(a->asn_update, 1, addr_id);
	sqlite3_bind_null(a->asn_update, 2);
	sqlite3_bind_int64(a->asn_update, 3, a->asn_by);
	if (asn_find(a->asn, addr, &entry)) {
		sqlite3_bind_int64(a->asn_update, 2, entry.number);
		sqlite3_bind_int64(a->system_add, 1, entry.number);
		err = bind_text(a->system_add, 2, entry.name);
		if (!err)
			err = sqlite_db_step(a->db, a->system_add);
	}
	return err ? err : sqlite_db_step(a->db, a->asn_update);
}

static int write_place(struct sqlite_annotator *a, int64_t addr_id, const struct addr *addr)
{
	struct geo_entry entry = { 0 };
	sqlite3_stmt *s = a->geo_update;
	int err;

	geo_find(a->geo, addr, &entry);
	sqlite3_bind_int64(s, 1, addr_id);
	err = bind_text(s, 2, entry.country);
	if (!err)
		err = bind_text(s, 3, entry.city);
	sqlite3_bind_int64(s, 4, a->geo_by);
	return err ? err : sqlite_db_step(a->db, s);
}

int sqlite_annotator_addr(struct sqlite_annotator *a, int64_t addr_id, const struct addr *addr)
{
	int err = a->asn ? write_system(a, addr_id, addr) : 0;

	if (!err && a->geo)
		err = write_place(a, addr_id, addr);
	return err;
}

static int write_addr(struct sqlite_annotator *a, struct sqlite_dictionary *dictionary,
		      const struct addr *addr)
{
	int64_t id;
	int err;

	if (id_cache_find(a->written, addr->bytes))
		return 0;
	err = sqlite_dictionary_addr(dictionary, addr, &id);
	if (!err)
		err = sqlite_annotator_addr(a, id, addr);
	if (!err)
		id_cache_add(a->written, addr->bytes, id);
	return err;
}

int sqlite_annotator_trace(struct sqlite_annotator *a, struct sqlite_dictionary *dictionary,
			   const struct trace_record *trace)
{
	int err;

	if (!trace->asn && !trace->geo)
		return 0;
	err = sqlite_annotator_use(a, trace->asn, trace->geo);
	if (!err)
		err = write_addr(a, dictionary, &trace->src);
	if (!err)
		err = write_addr(a, dictionary, &trace->dst);
	for (size_t i = 0; !err && i < trace->probe_count; i++)
		if (trace->probes[i].answered)
			err = write_addr(a, dictionary, &trace->probes[i].from);
	return err;
}
