// SPDX-License-Identifier: GPL-2.0-or-later
/* Multipath traces for tests of what lists or draws them. */
#pragma once

#include "tests/unit/records.h"

/*
 * From one hop over two, and two again of which one is silent, to the destination:
 *
 *	.1 - .254 < 203.0.113.1 - 203.0.113.9 ,
 *	          ` 203.0.113.2 - *           ` 198.51.100.7
 *
 * Four flows, two on each branch; the links of the silent one are assumed.
 */
void diamond_draft(struct record_draft *d);

/* The same network seen the other way: the endpoint's probes, one seen to arrive. */
void diamond_draft_reverse(struct record_draft *d);

/* A diamond as wide as that, over and over up to the destination. */
struct wide_draft {
	struct trace_record trace;
	struct probe_record *probes;
	struct vertex_record *vertices;
	struct link_record *links;
	unsigned int width, hops;
};

void wide_init(struct wide_draft *d, enum trace_direction direction, unsigned int width,
	       unsigned int hops);
void wide_fini(struct wide_draft *d);
