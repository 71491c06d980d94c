// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/inbox_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "base/addr_text.h"
#include "base/container.h"
#include "output/inbox_state.h"

enum {
	TTL_COUNT = 256,
	FLOW_COUNT = 65536,
};

/* Where a trace goes from and to, as far as the document tells. */
struct ends {
	struct addr src, dst;
	bool is_dst_known; /* told, and not just the last that was seen */
};

static int prepare(struct inbox_rows *r)
{
	const struct sqlite_statement list[] = {
		{ "INSERT INTO trace (cycle_id, endpoint_id, direction, mode, proto, src_id, "
		  "dst_id,"
		  " flow, started_us, ended_us, stop, reached, path_len, sent, lost, checks, eps,"
		  " per_packet, path_id, pair_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
		  " nullif(?8, 0), ?9, ?9, ?10, ?11, ?12, ?13, ?14, 0, ?15, ?16, nullif(?17, 0),"
		  " nullif(?18, 0))",
		  &r->trace_add },
		{ "INSERT INTO hop (trace_id, ttl, flow, try, addr_id, rtt_ns, icmp, arrived)"
		  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, CASE WHEN ?5 IS NULL THEN NULL ELSE 0 END, 0)",
		  &r->hop_add },
		{ "INSERT INTO vertex (trace_id, n, ttl, addr_id, is_end)"
		  " VALUES (?1, ?2, ?3, ?4, ?5)",
		  &r->vertex_add },
		/* Two black holes of one hop can't be told apart. */
		{ "INSERT OR IGNORE INTO link (trace_id, near_ttl, near_id, far_id, flows)"
		  " VALUES (?1, ?2, ?3, ?4, ?5)",
		  &r->link_add },
		{ "UPDATE addr SET ptr = ?2, annotated_us = ?3 WHERE addr_id = ?1"
		  " AND (annotated_us IS NULL OR annotated_us < ?3)",
		  &r->name_set },
	};

	return sqlite_db_prepare(r->db, list, ARRAY_LEN(list));
}

int inbox_rows_new(struct sqlite_db *db, struct inbox_rows **ret_rows)
{
	struct inbox_rows *r = calloc(1, sizeof(*r));
	int err = -ENOMEM;

	if (!r)
		return err;
	r->db = db;
	r->tries = calloc(FLOW_COUNT, sizeof(*r->tries));
	if (r->tries)
		err = sqlite_dictionary_new(db, &r->dictionary);
	if (!err)
		err = prepare(r);
	if (err) {
		inbox_rows_free(r);
		return err;
	}
	*ret_rows = r;
	return 0;
}

void inbox_rows_free(struct inbox_rows *r)
{
	if (!r)
		return;
	sqlite3_finalize(r->trace_add);
	sqlite3_finalize(r->hop_add);
	sqlite3_finalize(r->vertex_add);
	sqlite3_finalize(r->link_add);
	sqlite3_finalize(r->name_set);
	sqlite_dictionary_free(r->dictionary);
	free(r->tries);
	free(r);
}

/* --- what the document does not say ----------------------------------------------------- */

static bool find_named(const struct study_input *input, struct addr *ret_addr)
{
	for (size_t i = 0; i < input->name_count; i++)
		if (strcasecmp(input->names[i].name, input->target) == 0) {
			*ret_addr = input->names[i].addr;
			return true;
		}
	return false;
}

/* The last that was seen on the way, else the root. */
static struct addr last_address(const struct writing *w)
{
	for (size_t i = w->path->placed_count; i > 0; i--) {
		const struct study_vertex *v = &w->path->vertices[w->order[i - 1]];

		if (!v->is_hole)
			return v->addr;
	}
	return w->path->vertices[0].addr;
}

/* The root of the other direction is where this one leads to. */
static struct ends find_ends(const struct writing *w, enum trace_direction direction)
{
	const struct study_input *input = w->input;
	const struct study_path *other = &input->paths[!direction];
	struct ends ends = { .src = w->path->vertices[0].addr, .is_dst_known = true };

	if (other->vertex_count > 0)
		ends.dst = other->vertices[0].addr;
	else if (direction == TRACE_REVERSE ||
		 (!addr_from_text(input->target, &ends.dst) && !find_named(input, &ends.dst)))
		ends.is_dst_known = false;
	if (!ends.is_dst_known)
		ends.dst = last_address(w);
	return ends;
}

static bool is_reached(const struct writing *w, const struct ends *ends)
{
	for (size_t i = 1; ends->is_dst_known && i < w->path->vertex_count; i++) {
		const struct study_vertex *v = &w->path->vertices[i];

		if (v->is_placed && !v->is_hole && addr_equal(&v->addr, &ends->dst))
			return true;
	}
	return false;
}

/* Counting: TTLs are bytes. */
static int sort_vertices(struct writing *w)
{
	size_t starts[TTL_COUNT + 1] = { 0 };

	w->order = calloc(w->path->placed_count + 1, sizeof(*w->order));
	if (!w->order)
		return -ENOMEM;
	for (size_t i = 0; i < w->path->vertex_count; i++)
		if (w->path->vertices[i].is_placed)
			starts[w->path->vertices[i].ttl + 1]++;
	for (size_t ttl = 0; ttl < TTL_COUNT; ttl++)
		starts[ttl + 1] += starts[ttl];
	for (uint32_t i = 0; i < w->path->vertex_count; i++)
		if (w->path->vertices[i].is_placed)
			w->order[starts[w->path->vertices[i].ttl]++] = i;
	return 0;
}

/* --- the trace -------------------------------------------------------------------------- */

/* One probe for each vertex, as far as the path is concerned. */
static int find_path(struct inbox_rows *r, const struct writing *w, struct trace_record *trace,
		     int64_t *ret_id)
{
	size_t count = w->path->placed_count;
	struct probe_record *probes = calloc(count + 1, sizeof(*probes));
	int err;

	if (!probes)
		return -ENOMEM;
	for (size_t i = 1; i < count; i++) {
		const struct study_vertex *v = &w->path->vertices[w->order[i]];

		probes[i - 1] = (struct probe_record){ .ttl = v->ttl, .answered = !v->is_hole };
		probes[i - 1].from = v->addr;
	}
	trace->probes = probes;
	trace->probe_count = count - 1;
	err = sqlite_dictionary_path(r->dictionary, trace, ret_id);
	trace->probes = NULL;
	free(probes);
	return err;
}

static int add_trace(struct inbox_rows *r, struct writing *w, const struct inbox_origin *origin,
		     enum trace_direction direction)
{
	const struct study_input *input = w->input;
	struct ends ends = find_ends(w, direction);
	bool reached = is_reached(w, &ends);
	struct trace_record trace = {
		.target = input->target,
		.contact = "",
		.direction = direction,
		.mode = input->mode,
		.src = ends.src,
		.dst = ends.dst,
		.path_len = w->path->last_ttl,
	};
	int64_t endpoint_id, src_id, dst_id, path_id;
	int err = sqlite_dictionary_endpoint(r->dictionary, &trace, &endpoint_id);

	if (!err)
		err = sqlite_dictionary_addr(r->dictionary, &ends.src, &src_id);
	if (!err)
		err = sqlite_dictionary_addr(r->dictionary, &ends.dst, &dst_id);
	if (!err)
		err = find_path(r, w, &trace, &path_id);
	if (err)
		return err;
	inbox_count_hops(w);
	const int64_t values[] = {
		origin->cycle_id,
		endpoint_id,
		direction,
		input->mode,
		input->proto,
		src_id,
		dst_id,
		input->flow,
		origin->received_us,
		reached ? STOP_COMPLETED : STOP_NOT_TOLD,
		reached,
		w->path->last_ttl,
		(int64_t)w->rows,
		(int64_t)w->silent,
	};

	sqlite3_clear_bindings(r->trace_add);
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		sqlite3_bind_int64(r->trace_add, (int)i + 1, values[i]);
	if (input->mode == TRACE_MDA) {
		sqlite3_bind_double(r->trace_add, 15, input->confidence);
		sqlite3_bind_int(r->trace_add, 16, w->path->placed_count < w->path->vertex_count);
	}
	sqlite3_bind_int64(r->trace_add, 17, path_id);
	sqlite3_bind_int64(r->trace_add, 18, origin->pair_id);
	err = sqlite_db_step(r->db, r->trace_add);
	if (!err)
		w->trace_id = sqlite3_last_insert_rowid(r->db->handle);
	return err;
}

int inbox_rows_add(struct inbox_rows *r, const struct inbox_origin *origin,
		   const struct study_input *input, enum trace_direction direction,
		   int64_t *ret_trace_id)
{
	struct writing w = { .input = input, .path = &input->paths[direction] };
	int err = sort_vertices(&w);

	if (!err)
		err = add_trace(r, &w, origin, direction);
	if (!err)
		err = inbox_add_hops(r, &w);
	if (!err && input->mode == TRACE_MDA)
		err = inbox_add_vertices(r, &w);
	if (!err && input->mode == TRACE_MDA)
		err = inbox_add_links(r, &w);
	if (!err)
		*ret_trace_id = w.trace_id;
	free(w.order);
	return err;
}
