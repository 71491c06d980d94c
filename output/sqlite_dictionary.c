// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/sqlite_dictionary.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/container.h"
#include "output/id_cache.h"
#include "output/sqlite_db.h"

enum {
	ADDR_CACHE_BITS = 16, /* 1.5 MiB */
	PATH_CACHE_BITS = 14,
	TTL_COUNT = 256,
};

struct sqlite_dictionary {
	struct sqlite_db *db;
	struct id_cache *addrs;
	struct id_cache *paths;
	sqlite3_stmt *addr_find, *addr_add;
	sqlite3_stmt *endpoint_find, *endpoint_add, *endpoint_update;
	sqlite3_stmt *path_find, *path_add, *path_hop_add;
};

/* The one address of each TTL that stands for it in the path; NULL: silent. */
struct path_steps {
	const struct addr *at[TTL_COUNT];
	unsigned int first, last;
};

static int prepare(struct sqlite_dictionary *d)
{
	const struct sqlite_statement list[] = {
		{ "SELECT addr_id FROM addr WHERE ip = ?1", &d->addr_find },
		{ "INSERT INTO addr (ip, text) VALUES (?1, ?2)", &d->addr_add },
		{ "SELECT endpoint_id, coalesce(?3, declared_asn) IS declared_asn"
		  " AND coalesce(?4, contact) IS contact FROM endpoint"
		  " WHERE name = ?1 AND addr_id = ?2",
		  &d->endpoint_find },
		{ "INSERT INTO endpoint (name, addr_id, declared_asn, contact)"
		  " VALUES (?1, ?2, ?3, ?4)",
		  &d->endpoint_add },
		{ "UPDATE endpoint SET declared_asn = coalesce(?3, declared_asn),"
		  " contact = coalesce(?4, contact) WHERE name = ?1 AND addr_id = ?2",
		  &d->endpoint_update },
		{ "SELECT path_id FROM path WHERE hash = ?1", &d->path_find },
		{ "INSERT INTO path (hash, length) VALUES (?1, ?2)", &d->path_add },
		{ "INSERT INTO path_hop (path_id, ttl, addr_id) VALUES (?1, ?2, ?3)",
		  &d->path_hop_add },
	};

	return sqlite_db_prepare(d->db, list, ARRAY_LEN(list));
}

int sqlite_dictionary_new(struct sqlite_db *db, struct sqlite_dictionary **ret_dictionary)
{
	struct sqlite_dictionary *d = calloc(1, sizeof(*d));
	int err = -ENOMEM;

	if (!d)
		goto fail;
	d->db = db;
	err = id_cache_new(ADDR_CACHE_BITS, &d->addrs);
	if (!err)
		err = id_cache_new(PATH_CACHE_BITS, &d->paths);
	if (!err)
		err = prepare(d);
	if (err)
		goto fail;
	*ret_dictionary = d;
	return 0;
fail:
	sqlite_dictionary_free(d);
	return err;
}

void sqlite_dictionary_free(struct sqlite_dictionary *d)
{
	if (!d)
		return;
	sqlite3_finalize(d->addr_find);
	sqlite3_finalize(d->addr_add);
	sqlite3_finalize(d->endpoint_find);
	sqlite3_finalize(d->endpoint_add);
	sqlite3_finalize(d->endpoint_update);
	sqlite3_finalize(d->path_find);
	sqlite3_finalize(d->path_add);
	sqlite3_finalize(d->path_hop_add);
	id_cache_free(d->addrs);
	id_cache_free(d->paths);
	free(d);
}

/* The bytes of the family's own form: 4 or 16. */
static const uint8_t *native_bytes(const struct addr *a, int *ret_len)
{
	*ret_len = addr_is_v4(a) ? 4 : 16;
	return a->bytes + sizeof(a->bytes) - *ret_len;
}

static int addr_lookup(struct sqlite_dictionary *d, const struct addr *addr, int64_t *ret_id)
{
	char text[ADDR_TEXT_LEN];
	int len, err;
	const uint8_t *bytes = native_bytes(addr, &len);
	int64_t id;

	sqlite3_bind_blob(d->addr_find, 1, bytes, len, SQLITE_STATIC);
	err = sqlite_db_find(d->db, d->addr_find, &id);
	if (err)
		return err;
	if (id == 0) {
		sqlite3_bind_blob(d->addr_add, 1, bytes, len, SQLITE_STATIC);
		sqlite3_bind_text(d->addr_add, 2, addr_to_text(addr, text), -1, SQLITE_STATIC);
		err = sqlite_db_step(d->db, d->addr_add);
		if (err)
			return err;
		id = sqlite3_last_insert_rowid(d->db->handle);
	}
	*ret_id = id;
	return 0;
}

int sqlite_dictionary_addr(struct sqlite_dictionary *d, const struct addr *addr, int64_t *ret_id)
{
	int64_t id = id_cache_find(d->addrs, addr->bytes);
	int err;

	if (id == 0) {
		err = addr_lookup(d, addr, &id);
		if (err)
			return err;
		id_cache_add(d->addrs, addr->bytes, id);
	}
	*ret_id = id;
	return 0;
}

static void bind_endpoint(sqlite3_stmt *statement, const struct trace_record *trace,
			  int64_t addr_id)
{
	sqlite3_bind_text(statement, 1, trace->target, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, addr_id);
	if (trace->declared_asn > 0)
		sqlite3_bind_int64(statement, 3, trace->declared_asn);
	else
		sqlite3_bind_null(statement, 3);
	if (trace->contact && trace->contact[0])
		sqlite3_bind_text(statement, 4, trace->contact, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(statement, 4);
}

int sqlite_dictionary_endpoint(struct sqlite_dictionary *d, const struct trace_record *trace,
			       int64_t *ret_id)
{
	const struct addr *far_end = trace->direction == TRACE_REVERSE ? &trace->src : &trace->dst;
	int64_t addr_id, id = 0;
	bool same = true;
	int err, result;

	err = sqlite_dictionary_addr(d, far_end, &addr_id);
	if (err)
		return err;
	bind_endpoint(d->endpoint_find, trace, addr_id);
	result = sqlite3_step(d->endpoint_find);
	err = sqlite_db_fail(d->db, result);
	if (result == SQLITE_ROW) {
		id = sqlite3_column_int64(d->endpoint_find, 0);
		same = sqlite3_column_int(d->endpoint_find, 1) != 0;
	}
	sqlite3_reset(d->endpoint_find);
	if (err)
		return err;
	if (id == 0 || !same) {
		sqlite3_stmt *write = id == 0 ? d->endpoint_add : d->endpoint_update;

		bind_endpoint(write, trace, addr_id);
		err = sqlite_db_step(d->db, write);
		if (err)
			return err;
	}
	*ret_id = id > 0 ? id : sqlite3_last_insert_rowid(d->db->handle);
	return 0;
}

/* The first try that was answered speaks for its TTL; an arrival does where none
 * was. */
static void path_collect(const struct trace_record *trace, struct path_steps *steps)
{
	memset(steps, 0, sizeof(*steps));
	steps->first = trace->probe_count > 0 ? trace->probes[0].ttl : 1;
	steps->last = trace->path_len;
	for (size_t i = 0; i < trace->probe_count; i++) {
		const struct probe_record *p = &trace->probes[i];

		if (p->answered && !steps->at[p->ttl])
			steps->at[p->ttl] = &p->from;
	}
	for (size_t i = 0; i < trace->probe_count; i++) {
		const struct probe_record *p = &trace->probes[i];

		if (p->arrived && !steps->at[p->ttl])
			steps->at[p->ttl] = &trace->dst;
	}
}

/* Over bytes that mean the same in every file: a TTL, the length of an address,
 * the address. */
static void path_hash(const struct path_steps *steps, uint8_t hash[static ID_CACHE_KEY_LEN])
{
	uint8_t bytes[TTL_COUNT * (2 + sizeof(struct addr))];
	size_t count = 0;

	for (unsigned int ttl = steps->first; ttl <= steps->last; ttl++) {
		const uint8_t *native = NULL;
		int len = 0;

		if (steps->at[ttl])
			native = native_bytes(steps->at[ttl], &len);
		bytes[count++] = (uint8_t)ttl;
		bytes[count++] = (uint8_t)len;
		if (native)
			memcpy(bytes + count, native, (size_t)len);
		count += (size_t)len;
	}
	crypto_generichash(hash, ID_CACHE_KEY_LEN, bytes, count, NULL, 0);
}

static int path_add_hop(struct sqlite_dictionary *d, int64_t path_id, unsigned int ttl,
			const struct addr *addr)
{
	int64_t addr_id;
	int err;

	sqlite3_bind_int64(d->path_hop_add, 1, path_id);
	sqlite3_bind_int64(d->path_hop_add, 2, ttl);
	if (addr) {
		err = sqlite_dictionary_addr(d, addr, &addr_id);
		if (err)
			return err;
		sqlite3_bind_int64(d->path_hop_add, 3, addr_id);
	} else {
		sqlite3_bind_null(d->path_hop_add, 3);
	}
	return sqlite_db_step(d->db, d->path_hop_add);
}

static int path_add(struct sqlite_dictionary *d, const struct path_steps *steps,
		    const uint8_t *hash, int64_t *ret_id)
{
	int64_t id;
	int err;

	sqlite3_bind_blob(d->path_add, 1, hash, ID_CACHE_KEY_LEN, SQLITE_STATIC);
	sqlite3_bind_int64(d->path_add, 2, steps->last);
	err = sqlite_db_step(d->db, d->path_add);
	if (err)
		return err;
	id = sqlite3_last_insert_rowid(d->db->handle);
	for (unsigned int ttl = steps->first; ttl <= steps->last; ttl++) {
		err = path_add_hop(d, id, ttl, steps->at[ttl]);
		if (err)
			return err;
	}
	*ret_id = id;
	return 0;
}

int sqlite_dictionary_path(struct sqlite_dictionary *d, const struct trace_record *trace,
			   int64_t *ret_id)
{
	uint8_t hash[ID_CACHE_KEY_LEN];
	struct path_steps steps;
	int64_t id;
	int err;

	if (trace->path_len == 0 || trace->mode != TRACE_SINGLEPATH) {
		*ret_id = 0;
		return 0;
	}
	path_collect(trace, &steps);
	path_hash(&steps, hash);
	id = id_cache_find(d->paths, hash);
	if (id == 0) {
		sqlite3_bind_blob(d->path_find, 1, hash, sizeof(hash), SQLITE_STATIC);
		err = sqlite_db_find(d->db, d->path_find, &id);
		if (!err && id == 0)
			err = path_add(d, &steps, hash, &id);
		if (err)
			return err;
		id_cache_add(d->paths, hash, id);
	}
	*ret_id = id;
	return 0;
}
