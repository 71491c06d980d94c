// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/inbox_state.h"

static int add_hop(struct inbox_rows *r, struct writing *w, const struct study_vertex *v,
		   uint16_t flow, int64_t addr_id, const uint64_t *rtt_ns)
{
	sqlite3_stmt *s = r->hop_add;

	sqlite3_clear_bindings(s);
	sqlite3_bind_int64(s, 1, w->trace_id);
	sqlite3_bind_int64(s, 2, v->ttl);
	sqlite3_bind_int64(s, 3, flow);
	sqlite3_bind_int64(s, 4, r->tries[flow]++);
	if (addr_id > 0)
		sqlite3_bind_int64(s, 5, addr_id);
	if (rtt_ns)
		sqlite3_bind_int64(s, 6, (int64_t)*rtt_ns);
	return sqlite_db_step(r->db, s);
}

/*
 * Which round trip is of which flow is not told.  Where there is one flow a row has both;
 * else the flows have rows without a time, and the times rows of flow 0.
 */
static int add_vertex(struct inbox_rows *r, struct writing *w, const struct study_vertex *v)
{
	const uint16_t *flows = w->path->flows + v->first_flow;
	const uint64_t *rtts = w->path->rtts_ns + v->first_rtt;
	bool is_single = w->input->mode == TRACE_SINGLEPATH;
	bool is_apart = !is_single && v->flow_count > 1;
	uint16_t flow = is_single || is_apart || v->flow_count == 0 ? 0 : flows[0];
	int64_t addr_id = 0;
	int err = v->is_hole ? 0 : sqlite_dictionary_addr(r->dictionary, &v->addr, &addr_id);

	for (size_t i = 0; is_apart && i < v->flow_count && !err; i++)
		err = add_hop(r, w, v, flows[i], addr_id, NULL);
	for (size_t i = 0; i < v->rtt_count && !err; i++)
		err = add_hop(r, w, v, flow, addr_id, &rtts[i]);
	if (v->rtt_count == 0 && !is_apart && !err)
		err = add_hop(r, w, v, flow, addr_id, NULL);
	return err;
}

static void forget_tries(struct inbox_rows *r, const struct writing *w,
			 const struct study_vertex *v)
{
	r->tries[0] = 0;
	for (size_t i = 0; i < v->flow_count; i++)
		r->tries[w->path->flows[v->first_flow + i]] = 0;
}

/* All but the root, by TTL. */
int inbox_add_hops(struct inbox_rows *r, struct writing *w)
{
	const struct study_vertex *vertices = w->path->vertices;
	size_t begin = 1, end;
	int err = 0;

	for (; begin < w->path->placed_count && !err; begin = end) {
		uint8_t ttl = vertices[w->order[begin]].ttl;

		for (end = begin; end < w->path->placed_count && vertices[w->order[end]].ttl == ttl;
		     end++)
			if (!err)
				err = add_vertex(r, w, &vertices[w->order[end]]);
		for (size_t i = begin; i < end; i++)
			forget_tries(r, w, &vertices[w->order[i]]);
	}
	return err;
}

void inbox_count_hops(struct writing *w)
{
	for (size_t i = 1; i < w->path->placed_count; i++) {
		const struct study_vertex *v = &w->path->vertices[w->order[i]];
		bool is_apart = w->input->mode != TRACE_SINGLEPATH && v->flow_count > 1;
		size_t rows = v->rtt_count + (is_apart ? v->flow_count : v->rtt_count == 0);

		w->rows += rows;
		w->silent += v->is_hole;
	}
}

/* Both are ascending. */
static uint32_t count_shared(const struct study_path *path, const struct study_vertex *a,
			     const struct study_vertex *b)
{
	const uint16_t *x = path->flows + a->first_flow, *y = path->flows + b->first_flow;
	const uint16_t *x_end = x + a->flow_count, *y_end = y + b->flow_count;
	uint32_t count = 0;

	while (x < x_end && y < y_end) {
		uint16_t low = *x < *y ? *x : *y;

		count += *x == *y;
		x += *x == low;
		y += *y == low;
	}
	return count;
}

static int find_id(struct inbox_rows *r, const struct study_vertex *v, int64_t *ret_id)
{
	*ret_id = 0;
	return v->is_hole ? 0 : sqlite_dictionary_addr(r->dictionary, &v->addr, ret_id);
}

/* Flows end where no way goes on. */
int inbox_add_vertices(struct inbox_rows *r, const struct writing *w)
{
	sqlite3_stmt *s = r->vertex_add;
	int err = 0;

	for (size_t i = 0; i < w->path->placed_count && !err; i++) {
		const struct study_vertex *v = &w->path->vertices[w->order[i]];
		int64_t addr_id;

		err = find_id(r, v, &addr_id);
		if (err)
			break;
		sqlite3_bind_int64(s, 1, w->trace_id);
		sqlite3_bind_int64(s, 2, (int64_t)i);
		sqlite3_bind_int64(s, 3, v->ttl);
		sqlite3_bind_int64(s, 4, addr_id);
		sqlite3_bind_int64(s, 5, !v->is_hole && v->successor_count == 0);
		err = sqlite_db_step(r->db, s);
	}
	return err;
}

static int add_link(struct inbox_rows *r, const struct writing *w, const struct study_vertex *near,
		    const struct study_vertex *far)
{
	sqlite3_stmt *s = r->link_add;
	int64_t near_id, far_id;
	int err = find_id(r, near, &near_id);

	if (!err)
		err = find_id(r, far, &far_id);
	if (err)
		return err;
	sqlite3_bind_int64(s, 1, w->trace_id);
	sqlite3_bind_int64(s, 2, near->ttl);
	sqlite3_bind_int64(s, 3, near_id);
	sqlite3_bind_int64(s, 4, far_id);
	sqlite3_bind_int64(s, 5, count_shared(w->path, near, far));
	return sqlite_db_step(r->db, s);
}

int inbox_add_links(struct inbox_rows *r, const struct writing *w)
{
	int err = 0;

	for (size_t i = 0; i < w->path->vertex_count && !err; i++) {
		const struct study_vertex *near = &w->path->vertices[i];

		for (size_t s = 0; near->is_placed && s < near->successor_count && !err; s++)
			err = add_link(
				r, w, near,
				&w->path->vertices[w->path->successors[near->first_successor + s]]);
	}
	return err;
}
