// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A small Internet, the same each time: 32 autonomous systems, whose addresses
 * tests/asn/world-asn.mmdb and world-geo.mmdb know.  We are in one of them, endpoints are in
 * others; routes there and back often differ, and change from time to time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "output/record.h"

enum {
	WORLD_HOPS_MAX = 32,
	WORLD_WIDTH_MAX = 4,
};

struct world {
	uint32_t endpoints; /* above WORLD_SMALL they have private addresses */
	uint32_t cycles;
};

/* A hop, with a router for each of `width` groups of flows. */
struct world_hop {
	struct addr routers[WORLD_WIDTH_MAX];
	uint8_t width;
	bool is_silent;
	bool is_lossy;	 /* now and then */
	uint32_t rtt_us; /* at best */
};

struct world_route {
	struct world_hop hops[WORLD_HOPS_MAX];
	uint8_t count; /* the last is the far end */
};

struct addr world_here(const struct world *w);
struct addr world_endpoint(const struct world *w, uint32_t endpoint);

bool world_has_server(uint32_t endpoint);
/* Does it answer in that cycle? */
bool world_is_up(const struct world *w, uint32_t endpoint, uint32_t cycle);

void world_find_route(const struct world *w, uint32_t endpoint, enum trace_direction direction,
		      uint32_t cycle, struct world_route *ret_route);

/* A number of these two and nothing else. */
uint64_t world_hash(uint64_t a, uint64_t b);
