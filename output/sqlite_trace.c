// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/sqlite_trace.h"

#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "output/objects.h"
#include "output/sqlite_annotate.h"
#include "output/sqlite_as_path.h"
#include "output/sqlite_db.h"
#include "output/sqlite_dictionary.h"
#include "output/sqlite_names.h"
#include "wire/headers.h"

struct sqlite_traces {
	struct sqlite_db *db;
	struct sqlite_dictionary *dictionary;
	struct sqlite_names *names;
	struct sqlite_annotator *annotator;
	struct sqlite_as_paths *as_paths;
	sqlite3_stmt *trace_add, *hop_add, *ext_add, *vertex_add, *link_add;
	int64_t pair_base; /* added to each pair_id: unique in the file */
};

struct trace_keys {
	int64_t endpoint, src, dst, path, as_path;
};

static int prepare(struct sqlite_traces *t)
{
	const struct sqlite_statement list[] = {
		{ "INSERT INTO trace (cycle_id, endpoint_id, direction, mode, proto, src_id,"
		  " dst_id, sport, dport, flow, started_us, ended_us, stop, stop_code, reached,"
		  " path_len, arrival_len, sent, lost, checks, check_rtt_ns, path_id, pair_id,"
		  " per_packet, eps, eps_trace, as_path_id)"
		  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, nullif(?8, 0), nullif(?9, 0),"
		  " CASE ?4 WHEN 0 THEN ?10 END, ?11, ?12, ?13, ?14, ?15, ?16, nullif(?17, 0),"
		  " ?18, ?19, ?20, nullif(?21, 0), nullif(?22, 0), nullif(?23, 0),"
		  " CASE ?4 WHEN 0 THEN NULL ELSE ?24 END, CASE ?4 WHEN 0 THEN NULL ELSE ?25 END,"
		  " nullif(?26, 0.0), nullif(?27, 0))",
		  &t->trace_add },
		{ "INSERT INTO hop (trace_id, ttl, flow, try, addr_id, rtt_ns, tx_us, icmp,"
		  " reply_ttl, arrived, reply_tos, quoted_ttl)"
		  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
		  &t->hop_add },
		{ "INSERT INTO ext (trace_id, ttl, flow, try, n, class, type, data)"
		  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		  &t->ext_add },
		{ "INSERT INTO vertex (trace_id, n, ttl, addr_id, is_end)"
		  " VALUES (?1, ?2, ?3, ?4, ?5)",
		  &t->vertex_add },
		/* Nobody can tell two silent vertices of a hop apart. */
		{ "INSERT INTO link (trace_id, near_ttl, near_id, far_id, flows)"
		  " VALUES (?1, ?2, ?3, ?4, ?5)"
		  " ON CONFLICT DO UPDATE SET flows = flows + excluded.flows",
		  &t->link_add },
	};
	int err = sqlite_db_prepare(t->db, list, ARRAY_LEN(list));

	if (err)
		return err;
	return sqlite_db_value(t->db, "SELECT max(pair_id) FROM trace WHERE pair_id IS NOT NULL",
			       &t->pair_base);
}

int sqlite_traces_new(struct sqlite_db *db, struct sqlite_traces **ret_traces)
{
	struct sqlite_traces *t = calloc(1, sizeof(*t));
	int err = -ENOMEM;

	if (!t)
		goto fail;
	t->db = db;
	err = sqlite_dictionary_new(db, &t->dictionary);
	if (!err)
		err = sqlite_names_new(db, t->dictionary, &t->names);
	if (!err)
		err = sqlite_annotator_new(db, &t->annotator);
	if (!err)
		err = sqlite_as_paths_new(db, &t->as_paths);
	if (!err)
		err = prepare(t);
	if (err)
		goto fail;
	*ret_traces = t;
	return 0;
fail:
	sqlite_traces_free(t);
	return err;
}

void sqlite_traces_free(struct sqlite_traces *t)
{
	if (!t)
		return;
	sqlite3_finalize(t->trace_add);
	sqlite3_finalize(t->hop_add);
	sqlite3_finalize(t->ext_add);
	sqlite3_finalize(t->vertex_add);
	sqlite3_finalize(t->link_add);
	sqlite_names_free(t->names);
	sqlite_annotator_free(t->annotator);
	sqlite_as_paths_free(t->as_paths);
	sqlite_dictionary_free(t->dictionary);
	free(t);
}

struct sqlite_dictionary *sqlite_traces_dictionary(struct sqlite_traces *t)
{
	return t->dictionary;
}

/* Not without a file: rows that an older one filled in are not all of a path. */
static int find_as_path(struct sqlite_traces *t, const struct trace_record *trace,
			struct trace_keys *keys)
{
	const struct as_path_key key = { keys->path, keys->src, keys->dst, trace->reached };
	int err = sqlite_annotator_trace(t->annotator, t->dictionary, trace);

	keys->as_path = 0;
	if (err || !trace->asn || keys->path == 0)
		return err;
	return sqlite_as_paths_find(t->as_paths, &key, &keys->as_path);
}

static int find_keys(struct sqlite_traces *t, const struct trace_record *trace,
		     struct trace_keys *ret_keys)
{
	struct trace_keys keys;
	int err = sqlite_dictionary_endpoint(t->dictionary, trace, &keys.endpoint);

	if (!err)
		err = sqlite_dictionary_addr(t->dictionary, &trace->src, &keys.src);
	if (!err)
		err = sqlite_dictionary_addr(t->dictionary, &trace->dst, &keys.dst);
	if (!err)
		err = sqlite_dictionary_path(t->dictionary, trace, &keys.path);
	if (!err)
		err = find_as_path(t, trace, &keys);
	if (err)
		return err;
	*ret_keys = keys;
	return 0;
}

/* Positive, and not 0, which means "no pair". */
static int64_t stored_pair(const struct sqlite_traces *t, uint64_t pair_id)
{
	uint64_t sum = ((uint64_t)t->pair_base + pair_id) & INT64_MAX;

	if (pair_id == 0)
		return 0;
	return sum > 0 ? (int64_t)sum : 1;
}

static int add_trace(struct sqlite_traces *t, int64_t cycle_id, const struct trace_record *trace,
		     int64_t *ret_id)
{
	struct trace_keys keys;
	int err = find_keys(t, trace, &keys);

	if (err)
		return err;
	const int64_t values[] = {
		cycle_id,
		keys.endpoint,
		trace->direction,
		trace->mode,
		trace->proto,
		keys.src,
		keys.dst,
		trace->sport,
		trace->dport,
		trace->flow,
		trace->started_us,
		trace->ended_us,
		trace->stop,
		trace->stop_code,
		trace->reached,
		trace->path_len,
		trace->arrival_len,
		trace->sent,
		trace->lost,
		trace->checks,
		(int64_t)trace->check_rtt_ns,
		keys.path,
		stored_pair(t, trace->pair_id),
		trace->is_per_packet,
	};
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		sqlite3_bind_int64(t->trace_add, (int)i + 1, values[i]);
	sqlite3_bind_double(t->trace_add, (int)ARRAY_LEN(values) + 1, trace->eps);
	sqlite3_bind_double(t->trace_add, (int)ARRAY_LEN(values) + 2, trace->eps_trace);
	sqlite3_bind_int64(t->trace_add, (int)ARRAY_LEN(values) + 3, keys.as_path);
	err = sqlite_db_step(t->db, t->trace_add);
	if (!err)
		*ret_id = sqlite3_last_insert_rowid(t->db->handle);
	return err;
}

/* The common ICMP type costs no bytes: NULL. */
static bool is_time_exceeded(const struct probe_record *p)
{
	unsigned int type = addr_is_v4(&p->from) ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED;

	return p->icmp == type * 256;
}

static int bind_answer(struct sqlite_traces *t, const struct probe_record *p)
{
	sqlite3_stmt *s = t->hop_add;
	int64_t addr_id;
	int err;

	if (!p->answered)
		return 0;
	err = sqlite_dictionary_addr(t->dictionary, &p->from, &addr_id);
	if (err)
		return err;
	sqlite3_bind_int64(s, 5, addr_id);
	if (p->has_rtt)
		sqlite3_bind_int64(s, 6, (int64_t)p->rtt_ns);
	if (!is_time_exceeded(p))
		sqlite3_bind_int64(s, 8, p->icmp);
	if (p->reply_ttl == 0)
		return 0;
	sqlite3_bind_int64(s, 9, p->reply_ttl);
	sqlite3_bind_int64(s, 11, p->reply_tos);
	if (p->icmp != 0)
		sqlite3_bind_int64(s, 12, p->quoted_ttl);
	return 0;
}

static int add_objects(struct sqlite_traces *t, int64_t trace_id, const struct trace_record *trace,
		       const struct probe_record *p)
{
	struct objects objects = objects_of(p);
	sqlite3_stmt *s = t->ext_add;
	struct object object;
	int err = 0;

	for (int n = 0; !err && objects_next(&objects, &object); n++) {
		sqlite3_bind_int64(s, 1, trace_id);
		sqlite3_bind_int64(s, 2, p->ttl);
		sqlite3_bind_int64(s, 3, trace->mode == TRACE_SINGLEPATH ? 0 : p->flow);
		sqlite3_bind_int64(s, 4, p->try);
		sqlite3_bind_int64(s, 5, n);
		sqlite3_bind_int64(s, 6, object.class);
		sqlite3_bind_int64(s, 7, object.type);
		sqlite3_bind_blob(s, 8, object.len > 0 ? object.data : (const void *)"", object.len,
				  SQLITE_STATIC);
		err = sqlite_db_step(t->db, s);
	}
	return err;
}

static int add_hop(struct sqlite_traces *t, int64_t trace_id, const struct trace_record *trace,
		   const struct probe_record *p)
{
	sqlite3_stmt *s = t->hop_add;
	int err;

	sqlite3_clear_bindings(s);
	sqlite3_bind_int64(s, 1, trace_id);
	sqlite3_bind_int64(s, 2, p->ttl);
	sqlite3_bind_int64(s, 3, trace->mode == TRACE_SINGLEPATH ? 0 : p->flow);
	sqlite3_bind_int64(s, 4, p->try);
	sqlite3_bind_int64(s, 7, (int64_t)p->sent_us);
	sqlite3_bind_int64(s, 10, p->arrived);
	err = bind_answer(t, p);
	if (!err)
		err = sqlite_db_step(t->db, s);
	return err ? err : add_objects(t, trace_id, trace, p);
}

/* 0 for a black hole. */
static int find_vertex(struct sqlite_traces *t, const struct vertex_record *v, int64_t *ret_id)
{
	if (addr_is_none(&v->addr)) {
		*ret_id = 0;
		return 0;
	}
	return sqlite_dictionary_addr(t->dictionary, &v->addr, ret_id);
}

/* Nobody can tell two silent vertices of a hop apart: one stands for them, as in `link`. */
static bool is_second_hole(const struct trace_record *trace, size_t index)
{
	const struct vertex_record *v = trace->vertices;

	if (!addr_is_none(&v[index].addr))
		return false;
	for (size_t i = index; i > 0 && v[i - 1].ttl == v[index].ttl; i--)
		if (addr_is_none(&v[i - 1].addr))
			return true;
	return false;
}

static int add_vertices(struct sqlite_traces *t, int64_t trace_id, const struct trace_record *trace)
{
	sqlite3_stmt *s = t->vertex_add;
	int err = 0;

	for (size_t i = 0; !err && i < trace->vertex_count; i++) {
		int64_t addr_id;

		if (is_second_hole(trace, i))
			continue;
		err = find_vertex(t, &trace->vertices[i], &addr_id);
		if (err)
			break;
		sqlite3_bind_int64(s, 1, trace_id);
		sqlite3_bind_int64(s, 2, (int64_t)i);
		sqlite3_bind_int64(s, 3, trace->vertices[i].ttl);
		sqlite3_bind_int64(s, 4, addr_id);
		sqlite3_bind_int64(s, 5, trace->vertices[i].is_end);
		err = sqlite_db_step(t->db, s);
	}
	return err;
}

static int add_link(struct sqlite_traces *t, int64_t trace_id, const struct trace_record *trace,
		    const struct link_record *link)
{
	const struct vertex_record *near = &trace->vertices[link->near];
	sqlite3_stmt *s = t->link_add;
	int64_t near_id, far_id;
	int err = find_vertex(t, near, &near_id);

	if (!err)
		err = find_vertex(t, &trace->vertices[link->far], &far_id);
	if (err)
		return err;
	sqlite3_bind_int64(s, 1, trace_id);
	sqlite3_bind_int64(s, 2, near->ttl);
	sqlite3_bind_int64(s, 3, near_id);
	sqlite3_bind_int64(s, 4, far_id);
	sqlite3_bind_int64(s, 5, link->flows);
	return sqlite_db_step(t->db, s);
}

int sqlite_traces_add(struct sqlite_traces *t, int64_t cycle_id, const struct trace_record *trace,
		      int64_t *ret_trace_id)
{
	int64_t trace_id;
	int err = add_trace(t, cycle_id, trace, &trace_id);

	for (size_t i = 0; !err && i < trace->probe_count; i++)
		err = add_hop(t, trace_id, trace, &trace->probes[i]);
	if (!err)
		err = add_vertices(t, trace_id, trace);
	for (size_t i = 0; !err && i < trace->link_count; i++)
		err = add_link(t, trace_id, trace, &trace->links[i]);
	if (!err)
		err = sqlite_names_add(t->names, trace);
	if (!err)
		*ret_trace_id = trace_id;
	return err;
}
