// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/study_graph.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct way {
	size_t near;
	size_t far;
};

struct builder {
	struct vertex_record *vertices;
	size_t vertex_count;
	size_t vertex_room;
	struct way *ways;
	size_t way_count;
	size_t way_room;
	int err; /* sticky */
};

static const size_t NOT_YET = SIZE_MAX;

bool study_graph_is_reached(const struct probe_record *probe)
{
	return probe->answered || probe->arrived;
}

/* Room for one more; false if there is no memory. */
static bool make_room(void **items, size_t size, size_t count, size_t *room)
{
	size_t wanted = *room ? *room * 2 : 32;
	void *more;

	if (count < *room)
		return true;
	more = reallocarray(*items, wanted, size);
	if (!more)
		return false;
	*items = more;
	*room = wanted;
	return true;
}

static void add_vertex(struct builder *b, const struct vertex_record *vertex)
{
	void *vertices = b->vertices;

	if (!make_room(&vertices, sizeof(*b->vertices), b->vertex_count, &b->vertex_room)) {
		b->err = -ENOMEM;
		return;
	}
	b->vertices = vertices;
	b->vertices[b->vertex_count++] = *vertex;
}

static void add_way(struct builder *b, size_t near, size_t far)
{
	void *ways = b->ways;

	if (!make_room(&ways, sizeof(*b->ways), b->way_count, &b->way_room)) {
		b->err = -ENOMEM;
		return;
	}
	b->ways = ways;
	b->ways[b->way_count++] = (struct way){ near, far };
}

static bool has_vertex(const struct builder *b, size_t begin, const struct addr *addr)
{
	for (size_t i = begin; i < b->vertex_count; i++)
		if (addr_equal(&b->vertices[i].addr, addr))
			return true;
	return false;
}

/*
 * The vertices of one TTL behind those from `before` on.  All probes are one flow, so
 * each router of a TTL is linked to each of the next.  A silent TTL is a black hole
 * behind each vertex, as the reference has it: nobody knows whether it is the same.
 */
static void add_hop(struct builder *b, size_t before, uint8_t ttl, const struct probe_record *rows,
		    size_t count)
{
	size_t begin = b->vertex_count;
	struct vertex_record vertex = { .ttl = ttl };

	for (size_t i = 0; i < count && !b->err; i++) {
		if (!study_graph_is_reached(&rows[i]) || has_vertex(b, begin, &rows[i].from))
			continue;
		vertex.addr = rows[i].from;
		add_vertex(b, &vertex);
	}
	if (b->vertex_count > begin) {
		for (size_t near = before; near < begin && !b->err; near++)
			for (size_t far = begin; far < b->vertex_count && !b->err; far++)
				add_way(b, near, far);
		return;
	}
	for (size_t near = before; near < begin && !b->err; near++) {
		add_vertex(b, &vertex);
		add_way(b, near, b->vertex_count - 1);
	}
}

static void add_root(struct builder *b, const struct trace_record *trace)
{
	const struct vertex_record root = { .addr = trace->src };

	add_vertex(b, &root);
}

static void add_singlepath(struct builder *b, const struct trace_record *trace)
{
	const struct probe_record *row = trace->probes;
	const struct probe_record *end = row + trace->probe_count;
	size_t before = 0;

	add_root(b, trace);
	if (row == end)
		return;
	for (unsigned int ttl = row->ttl; ttl <= trace->path_len && !b->err; ttl++) {
		const struct probe_record *begin = row;
		size_t count = b->vertex_count;

		while (row < end && row->ttl == ttl)
			row++;
		add_hop(b, before, (uint8_t)ttl, begin, (size_t)(row - begin));
		before = count;
	}
}

static void add_multipath(struct builder *b, const struct trace_record *trace)
{
	if (trace->vertex_count == 0)
		add_root(b, trace);
	for (size_t i = 0; i < trace->vertex_count && !b->err; i++)
		if (trace->vertices[i].ttl <= trace->path_len)
			add_vertex(b, &trace->vertices[i]);
	for (size_t i = 0; i < trace->link_count && !b->err; i++) {
		const struct link_record *link = &trace->links[i];

		/* By TTL: what was left out is behind the others. */
		if (link->near < b->vertex_count && link->far < b->vertex_count &&
		    b->vertices[link->near].ttl < b->vertices[link->far].ttl)
			add_way(b, link->near, link->far);
	}
}

static int compare_ways(const void *a, const void *b)
{
	const struct way *x = a, *y = b;

	if (x->near != y->near)
		return x->near < y->near ? -1 : 1;
	return x->far < y->far ? -1 : x->far > y->far;
}

static void index_ways(struct study_graph *g, struct builder *b)
{
	size_t count = 0;
	size_t at = 0;

	if (b->way_count > 1)
		qsort(b->ways, b->way_count, sizeof(*b->ways), compare_ways);
	for (size_t i = 0; i < g->vertex_count; i++)
		g->predecessors[i] = i;
	for (size_t near = 0; near < g->vertex_count; near++) {
		g->first_successors[near] = count;
		for (; at < b->way_count && b->ways[at].near == near; at++) {
			size_t far = b->ways[at].far;

			if (count > g->first_successors[near] && g->successors[count - 1] == far)
				continue; /* twice */
			g->successors[count++] = far;
			if (g->predecessors[far] == far)
				g->predecessors[far] = near;
		}
	}
	g->first_successors[g->vertex_count] = count;
}

/* Each step leads to a later TTL: it is no deeper than there are TTLs. */
static void walk(struct study_graph *g, size_t vertex, size_t *count)
{
	if (g->places[vertex] != NOT_YET)
		return;
	g->places[vertex] = *count;
	g->order[(*count)++] = vertex;
	for (size_t i = g->first_successors[vertex]; i < g->first_successors[vertex + 1]; i++)
		walk(g, g->successors[i], count);
}

/* Takes the vertices. */
static int arrange(struct study_graph *g, struct builder *b)
{
	size_t count = 0;

	g->vertices = b->vertices;
	g->vertex_count = b->vertex_count;
	b->vertices = NULL;
	g->successors = calloc(b->way_count + 1, sizeof(*g->successors));
	g->first_successors = calloc(g->vertex_count + 1, sizeof(*g->first_successors));
	g->predecessors = calloc(g->vertex_count + 1, sizeof(*g->predecessors));
	g->order = calloc(g->vertex_count + 1, sizeof(*g->order));
	g->places = calloc(g->vertex_count + 1, sizeof(*g->places));
	if (!g->successors || !g->first_successors || !g->predecessors || !g->order || !g->places)
		return -ENOMEM;
	index_ways(g, b);
	for (size_t i = 0; i < g->vertex_count; i++)
		g->places[i] = NOT_YET;
	for (size_t i = 0; i < g->vertex_count; i++)
		walk(g, i, &count);
	return 0;
}

int study_graph_init(struct study_graph *g, const struct trace_record *trace)
{
	struct builder b = { 0 };
	int err;

	memset(g, 0, sizeof(*g));
	if (trace->mode == TRACE_SINGLEPATH)
		add_singlepath(&b, trace);
	else
		add_multipath(&b, trace);
	err = b.err;
	if (!err)
		err = arrange(g, &b);
	if (err)
		study_graph_fini(g);
	free(b.vertices);
	free(b.ways);
	return err;
}

void study_graph_fini(struct study_graph *g)
{
	free(g->vertices);
	free(g->successors);
	free(g->first_successors);
	free(g->predecessors);
	free(g->order);
	free(g->places);
	memset(g, 0, sizeof(*g));
}
