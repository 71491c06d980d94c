// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/analysis/world.h"

#include <string.h>

enum {
	SMALL = 2000, /* endpoints that the public addresses have room for */
	SYSTEMS = 32,
	OUR_SYSTEM = 8,
	FIRST_FAR = 9, /* systems of endpoints, up to the last */
	WAY_MAX = 5,
	EPOCH = 5, /* cycles that a route holds */
};

/* The systems that a route passes, first to last. */
struct way {
	uint8_t systems[WAY_MAX];
	uint8_t count;
};

/* Finalizer of splitmix64, twice. */
uint64_t world_hash(uint64_t a, uint64_t b)
{
	uint64_t x = a;

	for (int i = 0; i < 2; i++) {
		x += 0x9e3779b97f4a7c15u + (i ? b : 0);
		x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
		x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
		x ^= x >> 31;
	}
	return x;
}

/* As tests/asn/make gives them to systems: /20s of 198.18.0.0/15, or /13s of 10.0.0.0/8. */
static struct addr addr_in(const struct world *w, uint32_t system, uint32_t number)
{
	if (w->endpoints > SMALL)
		return addr_from_v4(be32_from(0x0a000000u + (system << 19) + (number & 0x7ffff)));
	return addr_from_v4(be32_from(0xc6120000u + (system << 12) + (number & 0xfff)));
}

static uint32_t system_of(uint32_t endpoint)
{
	return FIRST_FAR + endpoint % (SYSTEMS - FIRST_FAR);
}

struct addr world_here(const struct world *w)
{
	return addr_in(w, OUR_SYSTEM, 10);
}

/* Above the routers of its system. */
struct addr world_endpoint(const struct world *w, uint32_t endpoint)
{
	return addr_in(w, system_of(endpoint), 1024 + endpoint / (SYSTEMS - FIRST_FAR));
}

bool world_has_server(uint32_t endpoint)
{
	return endpoint % 13 != 6;
}

bool world_is_up(const struct world *w, uint32_t endpoint, uint32_t cycle)
{
	uint32_t lost_since = w->cycles - 1 - endpoint % 3;

	return endpoint % 17 != 4 || cycle < lost_since;
}

static void find_way(uint32_t endpoint, enum trace_direction direction, uint32_t cycle,
		     struct way *way)
{
	uint32_t far = system_of(endpoint);
	uint64_t choice = world_hash(endpoint, 1);
	uint64_t now = world_hash(world_hash(endpoint, direction), (cycle + endpoint) / EPOCH);
	/* One in three comes back another way; now and then a route moves. */
	bool other = (direction == TRACE_REVERSE && endpoint % 3 == 1) ^ (now % 6 == 0);
	uint8_t backbone = (uint8_t)((choice + other) % 2);
	uint8_t systems[] = { OUR_SYSTEM, (uint8_t)(2 + (choice >> 8) % 3), backbone,
			      (uint8_t)(5 + far % 3), (uint8_t)far };

	way->count = 0;
	for (size_t i = 0; i < sizeof(systems); i++)
		if (i != 2 || far % 4 != 0) /* some are reached without a backbone */
			way->systems[way->count++] = systems[i];
	if (direction == TRACE_FORWARD)
		return;
	for (uint8_t i = 0; i < way->count / 2; i++) {
		uint8_t swapped = way->systems[i];

		way->systems[i] = way->systems[way->count - 1 - i];
		way->systems[way->count - 1 - i] = swapped;
	}
}

/* Router `index` of a system; most answer with the address of the side that they are come
 * at by. */
static struct addr router(const struct world *w, uint8_t system, uint8_t from, uint8_t index,
			  uint8_t member)
{
	bool has_one_address = world_hash(system, index) % 3 == 0;
	uint32_t side = has_one_address ? 0 : from + 1u;

	return addr_in(w, system, side * 16 + index * 4u + member + 64);
}

static void add_hop(const struct world *w, struct world_route *r, uint8_t system, uint8_t from,
		    uint8_t index, enum trace_direction direction, uint32_t rtt_us)
{
	struct world_hop *h = &r->hops[r->count++];
	uint64_t kind = world_hash(system * 8u + index, 7);

	h->width = index == 1 && system < 8 ? (system < 2 ? 4 : 2) : 1;
	for (uint8_t i = 0; i < h->width; i++)
		h->routers[i] = router(w, system, from, index, i);
	h->is_silent = kind % 9 == 0 || (kind % 9 == 1 && direction == TRACE_REVERSE);
	h->is_lossy = kind % 7 == 2;
	h->rtt_us = rtt_us;
}

/* Between two systems there and back, the same in both directions.  One link is slow. */
static uint32_t distance_us(uint8_t a, uint8_t b)
{
	uint8_t near = a < b ? a : b, far = a < b ? b : a;

	if (near == 1 && far == 6)
		return 45000;
	return 800 + (uint32_t)(world_hash(near, far) % 9000);
}

void world_find_route(const struct world *w, uint32_t endpoint, enum trace_direction direction,
		      uint32_t cycle, struct world_route *ret_route)
{
	struct world_hop *last;
	uint32_t rtt_us = 300;
	struct way way;

	memset(ret_route, 0, sizeof(*ret_route));
	find_way(endpoint, direction, cycle, &way);
	for (uint8_t i = 0; i < way.count; i++) {
		uint8_t system = way.systems[i], from = i ? way.systems[i - 1] : SYSTEMS;
		uint8_t routers = (uint8_t)(1 + world_hash(system, 3) % 3);

		if (i)
			rtt_us += distance_us(system, from);
		for (uint8_t k = 0; k < routers; k++, rtt_us += 250)
			add_hop(w, ret_route, system, from, k, direction, rtt_us);
	}
	last = &ret_route->hops[ret_route->count++];
	last->width = 1;
	last->routers[0] = direction == TRACE_FORWARD ? world_endpoint(w, endpoint) : world_here(w);
	last->rtt_us = rtt_us;
}
