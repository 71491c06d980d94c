// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What APAR needs to know of the traces: which addresses there are, who follows whom
 * in each direction, and who is on one trace with whom.
 */
#pragma once

#include "output/alias_bits.h"
#include "output/record.h"

enum { ALIAS_FORWARD, ALIAS_REVERSE, ALIAS_DIRECTIONS };

struct alias_node {
	struct addr addr;
	uint32_t v4;	  /* host order */
	bool is_end;	  /* where probes start or go: a host, no router */
	bool is_numbered; /* of public space, or asked for: part of a subnet */
	bool is_looped;	  /* twice on a trace: no trace for APAR */
};

struct alias_edge {
	uint32_t from, to; /* nodes */
};

/* Neighbours of all nodes, by node: those of n are edges[first[n]] to
 * edges[first[n + 1] - 1], and `to` is the neighbour. */
struct alias_hops {
	struct alias_edge *edges;
	uint32_t *first;
};

struct alias_map {
	struct alias_node *nodes; /* by address */
	uint32_t count;
	/* Proven links between addresses that both may tell something. */
	struct alias_hops next[ALIAS_DIRECTIONS], prev[ALIAS_DIRECTIONS];
	struct alias_bits together; /* on one trace */
	struct alias_bits far;	    /* of those, more than one hop apart */
};

/* Returns 0, -ENOMEM or -E2BIG. */
int alias_map_init(struct alias_map *m, const struct trace_record *const *traces, size_t count,
		   bool with_private);
void alias_map_fini(struct alias_map *m);

/* A router that may belong to a set. */
bool alias_map_is_router(const struct alias_map *m, uint32_t node);
