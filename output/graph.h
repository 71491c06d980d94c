// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A trace as a graph, for all who draw or list it.  Made from a record of either
 * mode, and independent of it afterwards: plain data that the graph owns.
 *
 * Where a single path is silent, and where a multipath trace says so, there is a
 * black hole: a vertex without an address.  Two of them are never the same, as
 * nobody knows.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "output/record.h"

struct graph_link {
	uint32_t near; /* index among the vertices */
	uint32_t far;
	uint32_t flows; /* seen at both ends; 0: the link is assumed */
};

struct graph_vertex {
	struct addr addr;    /* none: a black hole; merged: the first of `addrs` */
	uint8_t ttl;	     /* 0: the root, where probes start; merged: the least */
	bool is_end;	     /* flows end here */
	bool arrived;	     /* reverse: seen to come in here */
	uint16_t icmp;	     /* of an answer that ended a flow, as in probe_record; 0: none */
	uint32_t addr_count; /* 0: a black hole; 1 unless merged as a router's */
	uint32_t flow_count;
	uint32_t rtt_count;
	uint32_t link_count;
	struct addr *addrs;   /* distinct, the one nearest to the root first */
	uint16_t *flows;      /* seen to reach it: distinct, ascending */
	uint64_t *rtts_ns;    /* in the order of the probes */
	uint64_t rtt_mean_ns; /* where rtt_count > 0, and so is the next */
	uint64_t rtt_min_ns;
	const struct graph_link *links; /* that start here, by far end */
};

struct graph {
	struct graph_vertex *vertices; /* root first; by TTL and address, black holes last */
	struct graph_link *links;      /* by near and far end */
	uint32_t vertex_count;
	uint32_t link_count;
	struct addr *addrs; /* this and the next two: what the vertices' lists are parts of */
	uint16_t *flows;
	uint64_t *rtts_ns;
	bool is_merged; /* a vertex stands for several TTLs, which are no ranks any more */
};

/*
 * The links of a single path are seen where its flow passed one vertex of each of
 * two neighbouring TTLs; they are assumed across silence, and where a TTL has more
 * than one address, as then not the flow chose the way.
 */
int graph_init(struct graph *g, const struct trace_record *trace);
/* For zeroed memory, too. */
void graph_fini(struct graph *g);

/*
 * Vertices with the same address become one, with the RTTs and flows of all.  Links
 * that fall together add up their flows: one that passes twice counts twice.  What
 * was a path may be a loop now.  After an error the graph is as it was.
 */
int graph_merge(struct graph *g);
/* The same for addresses that have one name, as those of a router have: `name_of` gives
 * each its set's.  The vertex has the addresses of all.  May follow graph_merge(). */
typedef const struct addr *graph_naming(const void *arg, const struct addr *addr);
int graph_merge_as(struct graph *g, graph_naming *name_of, const void *arg);

/* For graph.c and graph_merge.c: sorts the links, adds up those with the same ends,
 * and gives each vertex its own. */
void graph_settle_links(struct graph *g);
/* Mean and least of a vertex's RTTs. */
void graph_sum_up(struct graph_vertex *v);

bool graph_is_black_hole(const struct graph_vertex *v);
/* Is it one of the vertex's addresses? */
bool graph_has_addr(const struct graph_vertex *v, const struct addr *addr);
