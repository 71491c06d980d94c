// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A trace as the study JSON wants it: vertices and the ways between them, also for a
 * single path, whose record has probes only, and an order to write them in.
 */
#pragma once

#include <stddef.h>

#include "output/record.h"

struct study_graph {
	struct vertex_record *vertices; /* by TTL, the root first */
	size_t vertex_count;
	size_t *successors;	  /* of all vertices, as indices, one after the other */
	size_t *first_successors; /* where each vertex's begin; one more is the end */
	size_t *predecessors;	  /* the first one of each vertex; its own index: none */
	/* Depth-first from the root; who is on no way from the root comes last. */
	size_t *order;	/* the vertex of each place */
	size_t *places; /* the place of each vertex */
};

/* Returns 0 or -ENOMEM. */
int study_graph_init(struct study_graph *g, const struct trace_record *trace);
/* For zeroed memory, too. */
void study_graph_fini(struct study_graph *g);

/* Did the probe get to a vertex, that is to whom it is `from`? */
bool study_graph_is_reached(const struct probe_record *probe);
