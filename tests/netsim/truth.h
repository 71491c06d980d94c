// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What there is to find in a synthetic Internet, and how much of it somebody found.  The
 * ground truth is computed from world.h; addresses are in host order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/netsim/world.h"

/* Which way, from where, with what flow. */
struct truth_question {
	struct world world;
	bool is_return; /* from the targets back to the client */
	uint32_t client;
	uint8_t proto; /* of the probes */
	uint32_t word; /* the first after their IP header, where has_word */
	bool has_word; /* else each branch at a balanced hop is right, and to be found */
};

/* The n-th address to probe; no two are in one /24, none is a router's or special. */
struct truth_targets {
	struct world world;
	uint32_t next;
};
struct truth_targets truth_targets(const struct world *world);
/* False when there are no more. */
bool truth_next_target(struct truth_targets *t, uint32_t *ret_target);

/* Hops of the path to or from the target, its end included. */
uint32_t truth_length(const struct truth_question *q, uint32_t target);
/*
 * Who may answer with that TTL, at most WORLD_BRANCHES, those who are silent left out;
 * `ttl` is from 1 to truth_length().
 */
uint32_t truth_hop(const struct truth_question *q, uint32_t target, uint32_t ttl,
		   uint32_t ret_addrs[static WORLD_BRANCHES]);

struct truth_score {
	uint64_t targets;
	uint64_t hops; /* of all targets: those that somebody answers */
	uint64_t hops_found;
	uint64_t nodes; /* the same with each branch by itself */
	uint64_t nodes_found;
	uint64_t lines;	   /* answers that were judged */
	uint64_t repeated; /* said before */
	uint64_t beyond;   /* the end, with more TTL than it takes: right, and nothing new */
	uint64_t wrong;	   /* nobody with that address is there */
	uint64_t foreign;  /* answers for who is no target */
};

struct truth;

/* The targets are copied; no two may be equal. */
int truth_new(const struct truth_question *q, const uint32_t *targets, size_t count,
	      struct truth **ret_truth);
void truth_free(struct truth *t);
/* Somebody says: with that TTL this address answered.  False if it is wrong or foreign. */
bool truth_judge(struct truth *t, uint32_t target, uint32_t ttl, uint32_t addr);
struct truth_score truth_score(const struct truth *t);
