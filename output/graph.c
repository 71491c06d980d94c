// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/graph.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/headers.h"

/* What a vertex is made of. */
struct place {
	uint8_t ttl;
	struct addr addr;
	uint32_t index; /* among the record's vertices; single path: 0 */
	bool is_end;
};

bool graph_is_black_hole(const struct graph_vertex *v)
{
	return addr_is_none(&v->addr);
}

bool graph_has_addr(const struct graph_vertex *v, const struct addr *addr)
{
	for (uint32_t i = 0; i < v->addr_count; i++)
		if (addr_equal(&v->addrs[i], addr))
			return true;
	return false;
}

static int compare_spot(uint8_t a_ttl, const struct addr *a, uint8_t b_ttl, const struct addr *b)
{
	if (a_ttl != b_ttl)
		return a_ttl < b_ttl ? -1 : 1;
	if (addr_is_none(a) != addr_is_none(b))
		return addr_is_none(a) ? 1 : -1;
	return memcmp(a, b, sizeof(*a));
}

static int compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	int order = compare_spot(a->ttl, &a->addr, b->ttl, &b->addr);

	if (order != 0)
		return order;
	return a->index < b->index ? -1 : a->index > b->index;
}

static int compare_vertices(const void *left, const void *right)
{
	const struct graph_vertex *a = left, *b = right;

	return compare_spot(a->ttl, &a->addr, b->ttl, &b->addr);
}

static int compare_links(const void *left, const void *right)
{
	const struct graph_link *a = left, *b = right;

	if (a->near != b->near)
		return a->near < b->near ? -1 : 1;
	return a->far < b->far ? -1 : a->far > b->far;
}

void graph_settle_links(struct graph *g)
{
	uint32_t kept = 0;

	if (g->link_count > 0)
		qsort(g->links, g->link_count, sizeof(*g->links), compare_links);
	for (uint32_t i = 0; i < g->link_count; i++) {
		if (kept > 0 && compare_links(&g->links[kept - 1], &g->links[i]) == 0)
			g->links[kept - 1].flows += g->links[i].flows;
		else
			g->links[kept++] = g->links[i];
	}
	g->link_count = kept;
	for (uint32_t v = 0, i = 0; v < g->vertex_count; v++) {
		g->vertices[v].links = g->links + i;
		g->vertices[v].link_count = 0;
		for (; i < kept && g->links[i].near == v; i++)
			g->vertices[v].link_count++;
	}
}

void graph_sum_up(struct graph_vertex *v)
{
	uint64_t sum = 0;

	v->rtt_min_ns = v->rtt_count > 0 ? UINT64_MAX : 0;
	for (uint32_t i = 0; i < v->rtt_count; i++) {
		sum += v->rtts_ns[i];
		if (v->rtts_ns[i] < v->rtt_min_ns)
			v->rtt_min_ns = v->rtts_ns[i];
	}
	v->rtt_mean_ns = v->rtt_count > 0 ? sum / v->rtt_count : 0;
}

static bool is_seen(const struct probe_record *p)
{
	return p->answered || p->arrived;
}

/* ICMP that ends a flow's way: anything but an expired TTL.  0 may be a reset. */
static bool is_final(const struct probe_record *p)
{
	unsigned int exceeded = addr_is_v4(&p->from) ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED;

	return p->answered && p->icmp != 0 && p->icmp >> 8 != exceeded;
}

static bool is_on_path(const struct trace_record *trace, const struct probe_record *p)
{
	return trace->mode != TRACE_SINGLEPATH || p->ttl <= trace->path_len;
}

/* One place a probe, silent ones included; equal ones are joined by make_vertices(). */
static uint32_t places_of_path(const struct trace_record *trace, struct place *places)
{
	uint32_t count = 0;

	places[count++] = (struct place){ .addr = trace->src };
	for (size_t i = 0; i < trace->probe_count; i++) {
		const struct probe_record *p = &trace->probes[i];

		if (!is_on_path(trace, p))
			continue;
		places[count].ttl = p->ttl;
		places[count].is_end = false;
		places[count].addr = (struct addr){ { 0 } };
		if (is_seen(p)) {
			places[count].addr = p->from;
			places[count].is_end =
				p->arrived || is_final(p) || addr_equal(&p->from, &trace->dst);
		}
		places[count++].index = 0;
	}
	return count;
}

static uint32_t places_of_vertices(const struct trace_record *trace, struct place *places)
{
	uint32_t count = 0;

	for (size_t i = 0; i < trace->vertex_count; i++) {
		const struct vertex_record *v = &trace->vertices[i];

		places[count++] = (struct place){
			.ttl = v->ttl,
			.addr = v->ttl == 0 ? trace->src : v->addr,
			.index = (uint32_t)i,
			.is_end = v->is_end,
		};
	}
	if (count == 0)
		places[count++] = (struct place){ .addr = trace->src };
	return count;
}

/* Single path: the silence of some probes is no black hole where others were answered. */
static bool is_superfluous(const struct place *place, const struct graph_vertex *last)
{
	if (place->ttl != last->ttl)
		return false;
	return addr_is_none(&place->addr) || addr_equal(&place->addr, &last->addr);
}

/* map[i]: what became of the record's vertex i. */
static void make_vertices(struct graph *g, const struct trace_record *trace,
			  const struct place *places, uint32_t count, uint32_t *map)
{
	for (uint32_t i = 0; i < count; i++) {
		struct graph_vertex *last = i > 0 ? &g->vertices[g->vertex_count - 1] : NULL;

		if (trace->mode == TRACE_SINGLEPATH && last && is_superfluous(&places[i], last)) {
			last->is_end |= places[i].is_end;
			continue;
		}
		map[places[i].index] = g->vertex_count;
		g->vertices[g->vertex_count++] = (struct graph_vertex){
			.addr = places[i].addr,
			.ttl = places[i].ttl,
			.is_end = places[i].is_end,
		};
	}
}

static struct graph_vertex *find_vertex(const struct graph *g, const struct probe_record *p)
{
	const struct graph_vertex key = { .addr = p->from, .ttl = p->ttl };

	return bsearch(&key, g->vertices, g->vertex_count, sizeof(key), compare_vertices);
}

/*
 * Adds what the probe tells of its vertex.  The first of two passes counts, the
 * second fills lists that have room then.  A vertex's probes come by flow, so that
 * equal flows are neighbours.
 */
static void add_probe(struct graph_vertex *v, const struct probe_record *p, int32_t *last_flow)
{
	if (*last_flow != p->flow) {
		if (v->flows)
			v->flows[v->flow_count] = p->flow;
		v->flow_count++;
		*last_flow = p->flow;
	}
	if (p->has_rtt) {
		if (v->rtts_ns)
			v->rtts_ns[v->rtt_count] = p->rtt_ns;
		v->rtt_count++;
	}
	v->arrived |= p->arrived;
	if (is_final(p) && v->icmp == 0)
		v->icmp = p->icmp;
}

static void add_probes(struct graph *g, const struct trace_record *trace, int32_t *last_flows)
{
	for (uint32_t i = 0; i < g->vertex_count; i++)
		last_flows[i] = -1;
	for (size_t i = 0; i < trace->probe_count; i++) {
		const struct probe_record *p = &trace->probes[i];
		struct graph_vertex *v = NULL;

		if (is_seen(p) && is_on_path(trace, p))
			v = find_vertex(g, p);
		if (v)
			add_probe(v, p, &last_flows[v - g->vertices]);
	}
}

static int make_lists(struct graph *g, const struct trace_record *trace)
{
	int32_t *last_flows = malloc(g->vertex_count * sizeof(*last_flows));
	size_t flows = 0, rtts = 0;

	g->addrs = malloc(g->vertex_count * sizeof(*g->addrs));
	g->flows = malloc((trace->probe_count + 1) * sizeof(*g->flows));
	g->rtts_ns = malloc((trace->probe_count + 1) * sizeof(*g->rtts_ns));
	if (!last_flows || !g->addrs || !g->flows || !g->rtts_ns) {
		free(last_flows);
		return -ENOMEM;
	}
	add_probes(g, trace, last_flows);
	for (uint32_t i = 0; i < g->vertex_count; i++) {
		struct graph_vertex *v = &g->vertices[i];

		g->addrs[i] = v->addr;
		v->addrs = &g->addrs[i];
		v->addr_count = graph_is_black_hole(v) ? 0 : 1;
		v->flows = g->flows + flows;
		v->rtts_ns = g->rtts_ns + rtts;
		flows += v->flow_count;
		rtts += v->rtt_count;
		v->flow_count = v->rtt_count = 0;
	}
	add_probes(g, trace, last_flows);
	for (uint32_t i = 0; i < g->vertex_count; i++)
		graph_sum_up(&g->vertices[i]);
	free(last_flows);
	return 0;
}

/* Behind the last vertex with the TTL of the first. */
static uint32_t hop_end(const struct graph *g, uint32_t first)
{
	uint32_t i = first;

	while (i < g->vertex_count && g->vertices[i].ttl == g->vertices[first].ttl)
		i++;
	return i;
}

/* Between the hop [near, far) and the hop [far, end). */
static void link_hops(struct graph *g, uint32_t near, uint32_t far, uint32_t end)
{
	const struct graph_vertex *a = &g->vertices[near], *b = &g->vertices[far];
	/* What left the root came from it, however many answered. */
	bool is_plain = far - near == 1 && (end - far == 1 || a->ttl == 0);

	for (uint32_t i = near; i < far; i++) {
		for (uint32_t j = far; j < end; j++) {
			bool is_seen_link = is_plain && b->ttl == a->ttl + 1 &&
					    !graph_is_black_hole(&g->vertices[i]) &&
					    !graph_is_black_hole(&g->vertices[j]);

			g->links[g->link_count++] =
				(struct graph_link){ i, j, is_seen_link ? 1 : 0 };
		}
	}
}

static int link_path(struct graph *g)
{
	uint32_t near, far, end;
	size_t count = 0;

	for (near = 0, far = hop_end(g, 0); far < g->vertex_count; near = far, far = end) {
		end = hop_end(g, far);
		count += (size_t)(far - near) * (end - far);
	}
	g->links = malloc((count + 1) * sizeof(*g->links));
	if (!g->links)
		return -ENOMEM;
	for (near = 0, far = hop_end(g, 0); far < g->vertex_count; near = far, far = end) {
		end = hop_end(g, far);
		link_hops(g, near, far, end);
	}
	return 0;
}

static int link_as_recorded(struct graph *g, const struct trace_record *trace, const uint32_t *map)
{
	g->links = malloc((trace->link_count + 1) * sizeof(*g->links));
	if (!g->links)
		return -ENOMEM;
	for (size_t i = 0; i < trace->link_count; i++) {
		const struct link_record *l = &trace->links[i];

		assert(l->near < trace->vertex_count && l->far < trace->vertex_count);
		g->links[g->link_count++] =
			(struct graph_link){ map[l->near], map[l->far], l->flows };
	}
	return 0;
}

int graph_init(struct graph *g, const struct trace_record *trace)
{
	bool is_path = trace->mode == TRACE_SINGLEPATH;
	size_t room = (is_path ? trace->probe_count : trace->vertex_count) + 1;
	struct place *places = malloc(room * sizeof(*places));
	uint32_t *map = calloc(room, sizeof(*map));
	uint32_t count;
	int err = -ENOMEM;

	memset(g, 0, sizeof(*g));
	g->vertices = malloc(room * sizeof(*g->vertices));
	if (!places || !map || !g->vertices)
		goto cleanup;
	count = is_path ? places_of_path(trace, places) : places_of_vertices(trace, places);
	qsort(places, count, sizeof(*places), compare_places);
	make_vertices(g, trace, places, count, map);
	err = make_lists(g, trace);
	if (!err)
		err = is_path ? link_path(g) : link_as_recorded(g, trace, map);
	if (!err)
		graph_settle_links(g);
cleanup:
	free(places);
	free(map);
	if (err)
		graph_fini(g);
	return err;
}

void graph_fini(struct graph *g)
{
	free(g->vertices);
	free(g->links);
	free(g->addrs);
	free(g->flows);
	free(g->rtts_ns);
	memset(g, 0, sizeof(*g));
}
