// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/alias_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "output/alias.h"
#include "output/alias_space.h"
#include "output/graph.h"

enum { NO_NODE = UINT32_MAX };

/* Edges of one direction while they are collected. */
struct edge_list {
	struct alias_edge *items;
	size_t count, room;
};

static int compare_nodes(const void *left, const void *right)
{
	const struct alias_node *a = left, *b = right;

	return a->v4 < b->v4 ? -1 : a->v4 > b->v4;
}

static int compare_edges(const void *left, const void *right)
{
	const struct alias_edge *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

static uint32_t find_node(const struct alias_map *m, const struct addr *addr)
{
	struct alias_node key = { .v4 = be32_to(addr_to_v4(addr)) };
	const struct alias_node *node;

	if (!addr_is_v4(addr))
		return NO_NODE;
	node = bsearch(&key, m->nodes, m->count, sizeof(key), compare_nodes);
	return node ? (uint32_t)(node - m->nodes) : NO_NODE;
}

static void mark_end(struct alias_map *m, const struct addr *addr)
{
	uint32_t node = find_node(m, addr);

	if (node != NO_NODE)
		m->nodes[node].is_end = true;
}

static int collect_nodes(struct alias_map *m, const struct trace_record *const *traces,
			 const struct graph *graphs, size_t count, bool with_private)
{
	size_t room = 1;
	uint32_t kept = 0;

	for (size_t i = 0; i < count; i++)
		room += graphs[i].vertex_count;
	m->nodes = calloc(room, sizeof(*m->nodes));
	if (!m->nodes)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		for (uint32_t j = 0; j < graphs[i].vertex_count; j++) {
			const struct addr *addr = &graphs[i].vertices[j].addr;

			if (!addr_is_v4(addr))
				continue;
			m->nodes[m->count].addr = *addr;
			m->nodes[m->count++].v4 = be32_to(addr_to_v4(addr));
		}
	}
	qsort(m->nodes, m->count, sizeof(*m->nodes), compare_nodes);
	for (uint32_t i = 0; i < m->count; i++)
		if (kept == 0 || m->nodes[kept - 1].v4 != m->nodes[i].v4)
			m->nodes[kept++] = m->nodes[i];
	m->count = kept;
	for (size_t i = 0; i < count; i++) {
		mark_end(m, &traces[i]->src);
		mark_end(m, &traces[i]->dst);
	}
	for (uint32_t i = 0; i < m->count; i++)
		m->nodes[i].is_numbered = alias_space_is_usable(m->nodes[i].v4, with_private);
	return m->count > ALIAS_ADDRS_MAX ? -E2BIG : 0;
}

/* --- who is on one trace with whom --- */

/*
 * By the links: whoever can be reached.  Paths that the links allow and no flow has
 * taken count, too; that is on the safe side.  `reached` has a row a vertex.
 */
static void relate_reached(struct alias_map *m, const struct graph *g, const uint32_t *node_of,
			   struct alias_bits *reached, struct alias_bits *far)
{
	for (uint32_t i = g->vertex_count; i-- > 0;) {
		const struct graph_vertex *v = &g->vertices[i];

		for (uint32_t j = 0; j < v->link_count; j++) {
			uint32_t to = v->links[j].far;

			if (to <= i)
				continue;
			alias_bits_add(far, i, reached, to);
			if (node_of[to] == NO_NODE)
				continue;
			alias_bits_set(reached, i, node_of[to]);
			if (g->vertices[to].ttl > v->ttl + 1)
				alias_bits_set(far, i, node_of[to]);
		}
		alias_bits_add(reached, i, far, i);
		if (node_of[i] != NO_NODE) {
			alias_bits_add(&m->together, node_of[i], reached, i);
			alias_bits_add(&m->far, node_of[i], far, i);
		}
	}
}

struct flow_spot {
	uint32_t node;
	uint16_t flow;
	uint8_t ttl;
};

static int compare_spots(const void *left, const void *right)
{
	const struct flow_spot *a = left, *b = right;

	if (a->flow != b->flow)
		return a->flow < b->flow ? -1 : 1;
	return a->ttl < b->ttl ? -1 : a->ttl > b->ttl;
}

/* By the flows, where a link is missing. */
static int relate_flows(struct alias_map *m, const struct graph *g, const uint32_t *node_of)
{
	struct flow_spot *spots;
	size_t count = 0;

	for (uint32_t i = 0; i < g->vertex_count; i++)
		count += g->vertices[i].flow_count;
	spots = malloc((count + 1) * sizeof(*spots));
	if (!spots)
		return -ENOMEM;
	count = 0;
	for (uint32_t i = 0; i < g->vertex_count; i++) {
		const struct graph_vertex *v = &g->vertices[i];

		for (uint32_t j = 0; j < v->flow_count && node_of[i] != NO_NODE; j++)
			spots[count++] = (struct flow_spot){ node_of[i], v->flows[j], v->ttl };
	}
	qsort(spots, count, sizeof(*spots), compare_spots);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = i + 1; j < count && spots[j].flow == spots[i].flow; j++) {
			alias_bits_relate(&m->together, spots[i].node, spots[j].node);
			if (spots[j].ttl > spots[i].ttl + 1)
				alias_bits_relate(&m->far, spots[i].node, spots[j].node);
		}
	}
	free(spots);
	return 0;
}

static int relate(struct alias_map *m, const struct graph *g, const uint32_t *node_of)
{
	struct alias_bits reached = { 0 }, far = { 0 };
	int err = alias_bits_init(&reached, g->vertex_count, m->count);

	if (!err)
		err = alias_bits_init(&far, g->vertex_count, m->count);
	if (!err) {
		relate_reached(m, g, node_of, &reached, &far);
		err = relate_flows(m, g, node_of);
	}
	alias_bits_fini(&reached);
	alias_bits_fini(&far);
	return err;
}

static void make_symmetric(struct alias_map *m, struct alias_bits *b)
{
	for (uint32_t i = 0; i < m->count; i++)
		for (size_t j = alias_bits_next(b, i, 0, m->count); j < m->count;
		     j = alias_bits_next(b, i, j + 1, m->count))
			alias_bits_set(b, j, i);
}

/* --- neighbours --- */

/* Private space is used many times over: the same address there is not the same router. */
static bool is_telling(const struct alias_map *m, uint32_t node)
{
	return node != NO_NODE && (m->nodes[node].is_numbered || m->nodes[node].is_end);
}

static int add_edges(struct alias_map *m, const struct graph *g, const uint32_t *node_of,
		     struct edge_list *list)
{
	struct alias_edge *grown =
		reallocarray(list->items, list->count + g->link_count + 1, sizeof(*list->items));

	if (!grown)
		return -ENOMEM;
	list->items = grown;
	for (uint32_t i = 0; i < g->link_count; i++) {
		const struct graph_link *l = &g->links[i];

		if (l->flows > 0 && is_telling(m, node_of[l->near]) &&
		    is_telling(m, node_of[l->far]) && node_of[l->near] != node_of[l->far] &&
		    g->vertices[l->far].ttl == g->vertices[l->near].ttl + 1)
			list->items[list->count++] =
				(struct alias_edge){ node_of[l->near], node_of[l->far] };
	}
	return 0;
}

static int make_hops(struct alias_hops *h, struct alias_edge *edges, size_t count, uint32_t nodes)
{
	size_t kept = 0;

	h->edges = malloc((count + 1) * sizeof(*h->edges));
	h->first = calloc((size_t)nodes + 2, sizeof(*h->first));
	if (!h->edges || !h->first)
		return -ENOMEM;
	if (count > 0)
		qsort(edges, count, sizeof(*edges), compare_edges);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || compare_edges(&h->edges[kept - 1], &edges[i]) != 0)
			h->edges[kept++] = edges[i];
	for (size_t i = 0; i < kept; i++)
		h->first[h->edges[i].from + 1]++;
	for (uint32_t i = 0; i < nodes; i++)
		h->first[i + 1] += h->first[i];
	return 0;
}

static int make_neighbours(struct alias_map *m, const struct edge_list *lists)
{
	int err = 0;

	for (int dir = 0; !err && dir < ALIAS_DIRECTIONS; dir++) {
		struct alias_edge *edges = lists[dir].items;
		size_t count = lists[dir].count;

		err = make_hops(&m->next[dir], edges, count, m->count);
		for (size_t i = 0; i < count; i++)
			edges[i] = (struct alias_edge){ edges[i].to, edges[i].from };
		if (!err)
			err = make_hops(&m->prev[dir], edges, count, m->count);
	}
	return err;
}

static int add_trace(struct alias_map *m, const struct trace_record *trace, const struct graph *g,
		     struct edge_list *lists)
{
	uint32_t *node_of = malloc((g->vertex_count + 1) * sizeof(*node_of));
	int dir = trace->direction == TRACE_FORWARD ? ALIAS_FORWARD : ALIAS_REVERSE;
	int err = -ENOMEM;

	if (!node_of)
		return err;
	for (uint32_t i = 0; i < g->vertex_count; i++)
		node_of[i] = find_node(m, &g->vertices[i].addr);
	err = relate(m, g, node_of);
	/* What ignores flows proves no link. */
	if (!err && !trace->is_per_packet)
		err = add_edges(m, g, node_of, &lists[dir]);
	free(node_of);
	return err;
}

static int fill(struct alias_map *m, const struct trace_record *const *traces,
		const struct graph *graphs, size_t count, bool with_private)
{
	struct edge_list lists[ALIAS_DIRECTIONS] = { 0 };
	int err = collect_nodes(m, traces, graphs, count, with_private);

	if (!err)
		err = alias_bits_init(&m->together, m->count, m->count);
	if (!err)
		err = alias_bits_init(&m->far, m->count, m->count);
	for (size_t i = 0; !err && i < count; i++)
		err = add_trace(m, traces[i], &graphs[i], lists);
	if (!err)
		err = make_neighbours(m, lists);
	free(lists[ALIAS_FORWARD].items);
	free(lists[ALIAS_REVERSE].items);
	if (err)
		return err;
	make_symmetric(m, &m->together);
	make_symmetric(m, &m->far);
	for (uint32_t i = 0; i < m->count; i++)
		m->nodes[i].is_looped = alias_bits_get(&m->together, i, i);
	return 0;
}

int alias_map_init(struct alias_map *m, const struct trace_record *const *traces, size_t count,
		   bool with_private)
{
	struct graph *graphs = calloc(count + 1, sizeof(*graphs));
	int err = graphs ? 0 : -ENOMEM;

	memset(m, 0, sizeof(*m));
	for (size_t i = 0; !err && i < count; i++)
		err = graph_init(&graphs[i], traces[i]);
	if (!err)
		err = fill(m, traces, graphs, count, with_private);
	for (size_t i = 0; graphs && i < count; i++)
		graph_fini(&graphs[i]);
	free(graphs);
	if (err)
		alias_map_fini(m);
	return err;
}

void alias_map_fini(struct alias_map *m)
{
	for (int dir = 0; dir < ALIAS_DIRECTIONS; dir++) {
		free(m->next[dir].edges);
		free(m->next[dir].first);
		free(m->prev[dir].edges);
		free(m->prev[dir].first);
	}
	alias_bits_fini(&m->together);
	alias_bits_fini(&m->far);
	free(m->nodes);
	memset(m, 0, sizeof(*m));
}

bool alias_map_is_router(const struct alias_map *m, uint32_t node)
{
	const struct alias_node *n = &m->nodes[node];

	return n->is_numbered && !n->is_end && !n->is_looped;
}
