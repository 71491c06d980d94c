// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A multipath trace through a network of load balancers, without packets and without
 * an engine: struct mda asks, the graph answers.  Fast, for many runs.
 */
#pragma once

#include "prober/engine/mda.h"
#include "tests/support/fake_graph.h"

struct fake_forwarding {
	const struct fake_graph *graph;
	const struct mda_config *config;
	uint64_t seed;	   /* of everything */
	uint32_t loss_ppm; /* of probes or their answers: each is either answered or not */
	bool reorders;
	uint32_t remap_after; /* events, after which all balancers choose anew; 0: never */
};

/* What a run came to. */
struct fake_outcome {
	uint32_t probes;
	uint32_t most_outstanding;
	uint32_t nodes_missed, nodes_false;
	uint32_t links_missed, links_false; /* by what was seen at both ends */
	uint32_t links_assumed;		    /* false ones among them too: */
	uint32_t assumed_false;
	uint32_t holes;
};

/* Room for a trace up to TTL 32; the caller frees it. */
struct mda *fake_mda_new(void);
/* The default settings: eps, TTL 1 to 30, gap limit 3, 3 retries, bursts 20 to 500. */
struct mda_config fake_mda_config(enum mda_method method, double eps);

/* stopping_fill(), remembered: it takes a hundredth of a second. */
const struct stopping *fake_stopping(double eps);

/* Runs until the end, and has an eye on what must always hold; fails the test if it stands still.
 */
void fake_forward(const struct fake_forwarding *f, struct mda *m, struct fake_outcome *ret);
