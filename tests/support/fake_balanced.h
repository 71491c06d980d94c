// SPDX-License-Identifier: GPL-2.0-or-later
/* A world of load balancers around an engine, and the judgement of its records. */
#pragma once

#include "prober/engine/engine.h"
#include "tests/support/fake_graph.h"
#include "tests/support/fake_world.h"

/* Each host is behind balancers of its own, which spread flows differently. */
struct fake_balanced {
	struct fake_graph forward, reverse;
	uint64_t seed;
	struct fake_host host; /* what each is like */
	uint64_t step_ns;      /* round trip to each hop; 0: 3 ms */
	struct random *dice;   /* of balancers by packet */
};

/* Both directions by the same text; a server at the other end. */
void fake_balanced_init(struct fake_balanced *b, const char *text, uint64_t seed);
struct fake_world fake_balanced_world(const struct fake_balanced *b);

struct fake_judgement {
	uint32_t nodes_missed, nodes_false;
	uint32_t links_missed, links_false;
	uint32_t holes;
};

/* The record against the graph; fails the test where it contradicts itself. */
void fake_balanced_judge(const struct fake_balanced *b, const struct trace_record *record,
			 struct fake_judgement *ret);
bool fake_balanced_is_exact(const struct fake_balanced *b, const struct trace_record *record);
