// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A synthetic Internet as a pure function: whom a probe meets is computed from its
 * target, its TTL and its flow, and stored nowhere.  The XDP program answers by it, the
 * ground truth is the same code.  Hence: no loops over data, no library, no floating
 * point.  IPv4, addresses in host order.
 *
 * Seen from the one vantage point, paths are a tree.  A target's path has a length of its
 * own, a hash of its /24.  The router at hop t is named by t and by so many first bits of
 * the target's address as world_bits() says: none at hop 1, 16 from hop 14 on.  So targets
 * that share a router share all of the path before it, and no two paths join again.  At
 * hops that are balanced several routers stand side by side; a hash of the flow chooses,
 * and the hop behind is the same again.
 *
 *	address of a router   net (8) | hop (5) | prefix (16) | branch (3)
 *
 * An address says where its router stands: two never share one, none is anybody's target.
 * Paths back to the vantage point are a tree of the same kind, with lengths of their own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define WORLD_LONGEST	31 /* hops, the target included: five bits */
#define WORLD_BRANCHES	8  /* routers side by side: three bits */
#define WORLD_QUOTE_MAX 128

/* The nets of routers, forward and back. */
#define WORLD_ROUTERS 0x0a000000u
#define WORLD_RETURN  0x0b000000u

/* A share of 2^32; WORLD_ALL is everybody. */
#define WORLD_ALL UINT32_MAX

struct world {
	uint32_t seed;
	uint32_t shortest, longest; /* paths: hops, the target included */
	uint32_t branches;	    /* routers side by side at balanced hops */
	uint32_t balanced;	    /* bit t: hop t is */
	uint32_t silent;	    /* share of routers that never answer */
	uint32_t deaf;		    /* share of targets that never answer */
	uint32_t servers;	    /* share of targets that answer reverse traceroute requests */
	uint32_t open;		    /* share of targets that answer a SYN by SYN and ACK */
	uint32_t loss;		    /* share of answers that get lost */
	uint32_t quote;		    /* bytes quoted of what follows the IP header */
	uint32_t error_gap_ns;	    /* a node's ICMP errors, on average; 0: no limit */
	uint32_t error_burst;	    /* that many of them at once */
};

enum world_topic {
	TOPIC_LENGTH = 1,
	TOPIC_RETURN_LENGTH,
	TOPIC_BRANCH,
	TOPIC_SILENT,
	TOPIC_DEAF,
	TOPIC_SERVER,
	TOPIC_OPEN,
	TOPIC_FLOW,
	TOPIC_TARGET,
};

/* The finaliser of SplitMix64 (public domain), a stream for each topic. */
static inline uint32_t world_hash(const struct world *w, enum world_topic topic, uint32_t x)
{
	uint64_t z = ((uint64_t)topic << 32 | x) + (uint64_t)w->seed * 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (uint32_t)(z >> 32);
}

/* Is x among that share? */
static inline bool world_is_among(const struct world *w, enum world_topic topic, uint32_t x,
				  uint32_t share)
{
	return share == WORLD_ALL || world_hash(w, topic, x) < share;
}

static inline uint32_t world_span(const struct world *w, uint32_t hash)
{
	return w->shortest + hash % (w->longest - w->shortest + 1);
}

static inline uint32_t world_length(const struct world *w, uint32_t target)
{
	return world_span(w, world_hash(w, TOPIC_LENGTH, target >> 8));
}

static inline uint32_t world_return_length(const struct world *w, uint32_t server)
{
	return world_span(w, world_hash(w, TOPIC_RETURN_LENGTH, server >> 8));
}

static inline uint32_t world_bits(uint32_t hop)
{
	uint32_t bits = (hop - 1) + (hop - 1) / 4;

	return bits < 16 ? bits : 16;
}

static inline uint32_t world_branches(const struct world *w, uint32_t hop)
{
	return (w->balanced >> (hop & 31)) & 1 ? w->branches : 1;
}

/* Branch 0 of the router `hop` hops from the vantage point. */
static inline uint32_t world_router(uint32_t net, uint32_t target, uint32_t hop)
{
	uint32_t prefix = (uint32_t)((uint64_t)target >> (32 - world_bits(hop)));

	return net | hop << 19 | prefix << 3;
}

/* What a per-flow balancer hashes; `word` is the first after the IP header. */
static inline uint32_t world_flow(const struct world *w, uint32_t src, uint32_t dst, uint8_t proto,
				  uint32_t word)
{
	return world_hash(
		w, TOPIC_FLOW,
		src ^ world_hash(w, TOPIC_FLOW, dst ^ world_hash(w, TOPIC_FLOW, word ^ proto)));
}

static inline uint32_t world_branch(const struct world *w, uint32_t router, uint32_t hop,
				    uint32_t flow)
{
	uint32_t branches = world_branches(w, hop);

	return branches < 2 ? 0 : world_hash(w, TOPIC_BRANCH, flow ^ router) % branches;
}

/* Whom a probe meets. */
struct world_node {
	uint32_t addr;
	uint32_t hop;	   /* its distance from the sender */
	uint32_t ttl_left; /* in the header as it comes in there */
	bool is_end;
};

static inline struct world_node world_forward(const struct world *w, uint32_t target, uint32_t ttl,
					      uint32_t flow)
{
	uint32_t length = world_length(w, target);
	uint32_t router;

	if (ttl >= length)
		return (struct world_node){ target, length, ttl - length + 1, true };
	router = world_router(WORLD_ROUTERS, target, ttl);
	return (struct world_node){ router | world_branch(w, router, ttl, flow), ttl, 1, false };
}

/* On the way from a server back to `client`, the vantage point. */
static inline struct world_node world_return(const struct world *w, uint32_t server,
					     uint32_t client, uint32_t ttl, uint32_t flow)
{
	uint32_t length = world_return_length(w, server);
	uint32_t hop = length - ttl; /* from the vantage point */
	uint32_t router;

	if (ttl >= length)
		return (struct world_node){ client, length, ttl - length + 1, true };
	router = world_router(WORLD_RETURN, server, hop);
	return (struct world_node){ router | world_branch(w, router, hop, flow), ttl, 1, false };
}

static inline bool world_is_silent(const struct world *w, uint32_t router)
{
	return world_is_among(w, TOPIC_SILENT, router, w->silent);
}

static inline bool world_is_deaf(const struct world *w, uint32_t target)
{
	return world_is_among(w, TOPIC_DEAF, target, w->deaf);
}

static inline bool world_is_server(const struct world *w, uint32_t target)
{
	return world_is_among(w, TOPIC_SERVER, target, w->servers);
}

static inline bool world_is_open(const struct world *w, uint32_t target)
{
	return world_is_among(w, TOPIC_OPEN, target, w->open);
}
