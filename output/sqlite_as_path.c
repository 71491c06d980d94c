// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/sqlite_as_path.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "output/id_cache.h"
#include "output/sqlite_db.h"

enum {
	CACHE_BITS = 14,   /* 400 KiB */
	SYSTEMS_MAX = 257, /* every TTL and the source */
	TEXT_LEN = SYSTEMS_MAX * sizeof("4294967295"),
	NONE = -1, /* remembered: no system is known */
};

struct sqlite_as_paths {
	struct sqlite_db *db;
	struct id_cache *cache;
	sqlite3_stmt *hops, *end, *find, *add;
};

/* What a path is folded to. */
struct systems {
	int64_t at[SYSTEMS_MAX];
	size_t count;
	int64_t holes;
	int64_t silent; /* hops without one since the last that has one */
};

int sqlite_as_paths_new(struct sqlite_db *db, struct sqlite_as_paths **ret_paths)
{
	struct sqlite_as_paths *p = calloc(1, sizeof(*p));
	int err = -ENOMEM;

	if (!p)
		return err;
	const struct sqlite_statement list[] = {
		{ "SELECT a.asn FROM path_hop h LEFT JOIN addr a USING (addr_id)"
		  " WHERE h.path_id = ?1 ORDER BY h.ttl",
		  &p->hops },
		{ "SELECT asn FROM addr WHERE addr_id = ?1", &p->end },
		{ "SELECT as_path_id FROM as_path WHERE text = ?1 AND holes = ?2", &p->find },
		{ "INSERT INTO as_path (text, reversed, length, holes) VALUES (?1, ?2, ?3, ?4)",
		  &p->add },
	};

	p->db = db;
	err = id_cache_new(CACHE_BITS, &p->cache);
	if (!err)
		err = sqlite_db_prepare(db, list, ARRAY_LEN(list));
	if (err) {
		sqlite_as_paths_free(p);
		return err;
	}
	*ret_paths = p;
	return 0;
}

void sqlite_as_paths_free(struct sqlite_as_paths *p)
{
	if (!p)
		return;
	sqlite3_finalize(p->hops);
	sqlite3_finalize(p->end);
	sqlite3_finalize(p->find);
	sqlite3_finalize(p->add);
	id_cache_free(p->cache);
	free(p);
}

static void systems_add(struct systems *s, int64_t asn)
{
	if (asn == 0) {
		s->silent++;
		return;
	}
	if (s->count == 0 || s->at[s->count - 1] != asn) {
		if (s->count > 0)
			s->holes += s->silent;
		if (s->count < SYSTEMS_MAX)
			s->at[s->count++] = asn;
	}
	s->silent = 0;
}

static int add_end(struct sqlite_as_paths *p, int64_t addr_id, struct systems *systems)
{
	int64_t asn;
	int err;

	sqlite3_bind_int64(p->end, 1, addr_id);
	err = sqlite_db_find(p->db, p->end, &asn);
	if (!err)
		systems_add(systems, asn);
	return err;
}

static int add_hops(struct sqlite_as_paths *p, int64_t path_id, struct systems *systems)
{
	int result;

	sqlite3_bind_int64(p->hops, 1, path_id);
	while ((result = sqlite3_step(p->hops)) == SQLITE_ROW)
		systems_add(systems, sqlite3_column_int64(p->hops, 0));
	result = sqlite_db_fail(p->db, result);
	sqlite3_reset(p->hops);
	return result;
}

/* In the order of the path, or with the last first. */
static void print(const struct systems *s, bool is_reversed, char text[static TEXT_LEN])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < s->count; i++)
		used += (size_t)snprintf(text + used, TEXT_LEN - used, "%s%lld", i ? " " : "",
					 (long long)s->at[is_reversed ? s->count - 1 - i : i]);
}

static int find_row(struct sqlite_as_paths *p, const struct systems *systems, int64_t *ret_id)
{
	char text[TEXT_LEN], reversed[TEXT_LEN];
	int64_t id;
	int err;

	print(systems, false, text);
	sqlite3_bind_text(p->find, 1, text, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(p->find, 2, systems->holes);
	err = sqlite_db_find(p->db, p->find, &id);
	if (!err && id == 0) {
		print(systems, true, reversed);
		sqlite3_bind_text(p->add, 1, text, -1, SQLITE_TRANSIENT);
		sqlite3_bind_text(p->add, 2, reversed, -1, SQLITE_TRANSIENT);
		sqlite3_bind_int64(p->add, 3, (int64_t)systems->count);
		sqlite3_bind_int64(p->add, 4, systems->holes);
		err = sqlite_db_step(p->db, p->add);
		id = sqlite3_last_insert_rowid(p->db->handle);
	}
	if (!err)
		*ret_id = id;
	return err;
}

static int make(struct sqlite_as_paths *p, const struct as_path_key *key, int64_t *ret_id)
{
	struct systems systems = { .count = 0 };
	int err = add_end(p, key->src_id, &systems);

	if (!err)
		err = add_hops(p, key->path_id, &systems);
	if (!err && key->reached)
		err = add_end(p, key->dst_id, &systems);
	if (err || systems.count == 0) {
		*ret_id = NONE;
		return err;
	}
	return find_row(p, &systems, ret_id);
}

int sqlite_as_paths_find(struct sqlite_as_paths *p, const struct as_path_key *key, int64_t *ret_id)
{
	const int64_t parts[] = { key->path_id, key->src_id, key->dst_id, key->reached };
	uint8_t hash[ID_CACHE_KEY_LEN];
	int64_t id;
	int err;

	crypto_generichash(hash, sizeof(hash), (const unsigned char *)parts, sizeof(parts), NULL,
			   0);
	id = id_cache_find(p->cache, hash);
	if (id == 0) {
		err = make(p, key, &id);
		if (err)
			return err;
		id_cache_add(p->cache, hash, id);
	}
	*ret_id = id == NONE ? 0 : id;
	return 0;
}
