// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/graph.h"

/* An old vertex on its way into a new one. */
struct member {
	struct addr addr;
	uint32_t index; /* among the old */
	uint32_t first; /* of those with its address, the one nearest to the root */
};

static int compare_by_addr(const void *left, const void *right)
{
	const struct member *a = left, *b = right;
	int order = memcmp(&a->addr, &b->addr, sizeof(a->addr));

	if (order != 0)
		return order;
	return a->index < b->index ? -1 : a->index > b->index;
}

static int compare_by_first(const void *left, const void *right)
{
	const struct member *a = left, *b = right;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static int compare_flows(const void *left, const void *right)
{
	return *(const uint16_t *)left - *(const uint16_t *)right;
}

/* Members of one new vertex stand together then, in the order of the new ones. */
static void gather(const struct graph *g, graph_naming *name_of, const void *arg,
		   struct member *members)
{
	for (uint32_t i = 0; i < g->vertex_count; i++) {
		members[i] = (struct member){ .addr = g->vertices[i].addr, .index = i };
		if (name_of && !addr_is_none(&members[i].addr))
			members[i].addr = *name_of(arg, &g->vertices[i].addr);
	}
	qsort(members, g->vertex_count, sizeof(*members), compare_by_addr);
	for (uint32_t i = 0; i < g->vertex_count; i++) {
		bool joins = i > 0 && !addr_is_none(&members[i].addr) &&
			     addr_equal(&members[i].addr, &members[i - 1].addr);

		members[i].first = joins ? members[i - 1].first : members[i].index;
	}
	qsort(members, g->vertex_count, sizeof(*members), compare_by_first);
}

/* Behind the last member of the vertex that starts with this one. */
static uint32_t group_end(const struct member *members, uint32_t count, uint32_t start)
{
	uint32_t i = start;

	while (i < count && members[i].first == members[start].first)
		i++;
	return i;
}

static void add_addrs(struct graph_vertex *v, const struct graph_vertex *old)
{
	for (uint32_t i = 0; i < old->addr_count; i++)
		if (!graph_has_addr(v, &old->addrs[i]))
			v->addrs[v->addr_count++] = old->addrs[i];
}

/* Appends to the lists of the new vertex, which are the last in their arrays. */
static void absorb(struct graph_vertex *v, const struct graph_vertex *old)
{
	add_addrs(v, old);
	memcpy(v->flows + v->flow_count, old->flows, old->flow_count * sizeof(*v->flows));
	memcpy(v->rtts_ns + v->rtt_count, old->rtts_ns, old->rtt_count * sizeof(*v->rtts_ns));
	v->flow_count += old->flow_count;
	v->rtt_count += old->rtt_count;
	v->is_end |= old->is_end;
	v->arrived |= old->arrived;
	if (v->icmp == 0)
		v->icmp = old->icmp;
}

static void make_flows_distinct(struct graph_vertex *v)
{
	uint32_t kept = 0;

	qsort(v->flows, v->flow_count, sizeof(*v->flows), compare_flows);
	for (uint32_t i = 0; i < v->flow_count; i++)
		if (kept == 0 || v->flows[kept - 1] != v->flows[i])
			v->flows[kept++] = v->flows[i];
	v->flow_count = kept;
}

static void merge_vertices(const struct graph *from, struct graph *to, const struct member *members,
			   uint32_t *map)
{
	size_t addrs = 0, flows = 0, rtts = 0;
	uint32_t end;

	for (uint32_t i = 0; i < from->vertex_count; i = end) {
		const struct graph_vertex *first = &from->vertices[members[i].first];
		struct graph_vertex *v = &to->vertices[to->vertex_count];

		end = group_end(members, from->vertex_count, i);
		*v = (struct graph_vertex){
			.addr = first->addr,
			.ttl = first->ttl,
			.addrs = to->addrs + addrs,
			.flows = to->flows + flows,
			.rtts_ns = to->rtts_ns + rtts,
		};
		for (uint32_t j = i; j < end; j++) {
			const struct graph_vertex *old = &from->vertices[members[j].index];

			absorb(v, old);
			to->is_merged |= old->ttl != first->ttl;
			map[members[j].index] = to->vertex_count;
		}
		if (end - i > 1)
			make_flows_distinct(v);
		addrs += v->addr_count;
		flows += v->flow_count;
		rtts += v->rtt_count;
		graph_sum_up(v);
		to->vertex_count++;
	}
}

/* Room for what the old graph has. */
static int make_room(const struct graph *from, struct graph *to)
{
	size_t addrs = 1, flows = 1, rtts = 1;

	for (uint32_t i = 0; i < from->vertex_count; i++) {
		addrs += from->vertices[i].addr_count;
		flows += from->vertices[i].flow_count;
		rtts += from->vertices[i].rtt_count;
	}
	to->vertices = malloc(from->vertex_count * sizeof(*to->vertices));
	to->links = malloc((from->link_count + 1) * sizeof(*to->links));
	to->addrs = malloc(addrs * sizeof(*to->addrs));
	to->flows = malloc(flows * sizeof(*to->flows));
	to->rtts_ns = malloc(rtts * sizeof(*to->rtts_ns));
	return to->vertices && to->links && to->addrs && to->flows && to->rtts_ns ? 0 : -ENOMEM;
}

int graph_merge(struct graph *g)
{
	return graph_merge_as(g, NULL, NULL);
}

int graph_merge_as(struct graph *g, graph_naming *name_of, const void *arg)
{
	struct graph merged = { .is_merged = g->is_merged };
	struct member *members = malloc(g->vertex_count * sizeof(*members));
	uint32_t *map = malloc(g->vertex_count * sizeof(*map));
	int err = make_room(g, &merged);

	if (!members || !map)
		err = -ENOMEM;
	if (err)
		goto cleanup;
	gather(g, name_of, arg, members);
	merge_vertices(g, &merged, members, map);
	merged.link_count = g->link_count;
	for (uint32_t i = 0; i < g->link_count; i++) {
		const struct graph_link *l = &g->links[i];

		merged.links[i] = (struct graph_link){ map[l->near], map[l->far], l->flows };
	}
	graph_settle_links(&merged);
	graph_fini(g);
	*g = merged;
	memset(&merged, 0, sizeof(merged));
cleanup:
	free(members);
	free(map);
	graph_fini(&merged);
	return err;
}
