// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A network of load balancers, written down, and how it forwards flows.
 *
 *   S-A A-B1..4 B1..4-C C-@
 *
 * Links in words, from the source S to the destination @.  Each other router is a
 * letter and perhaps a number; "B1..4" are four of them, `-` links all with all, `=`
 * the first with the first and so on.  "A-B:4" gives that way the weight 4.
 *   !A  balances packet by packet      *B  answers nothing
 *   ?B  answers one probe in three     #B  refuses, is the end of its flows
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/random.h"
#include "wire/addr.h"

#define FAKE_NODES_MAX 160
#define FAKE_WAYS_MAX  130

struct fake_node {
	struct addr addr; /* 10.LETTER.0.NUMBER */
	bool is_per_packet, is_silent, is_limited, refuses, is_end;
	uint16_t ways;
	uint32_t weights; /* sum */
	uint8_t next[FAKE_WAYS_MAX];
	uint8_t weight[FAKE_WAYS_MAX];
};

struct fake_graph {
	size_t count;
	struct fake_node nodes[FAKE_NODES_MAX]; /* the source first, the destination next */
};

/* Ends the test if it can't read the text. */
void fake_graph_read(const char *text, struct fake_graph *ret_graph);

/* Who gets a packet of the flow after `ttl` hops; `seed` is the balancers' choice.
 * ret_left, may be NULL: TTL that is left there, 1 if it expired. */
const struct fake_node *fake_graph_walk(const struct fake_graph *g, uint64_t seed, uint16_t flow,
					uint8_t ttl, struct random *dice, uint8_t *ret_left);

/* Which nodes flows can meet at each TTL: bit sets, up to the TTL where all have ended. */
struct fake_reach {
	uint8_t last_ttl;
	bool at[34][FAKE_NODES_MAX];
};
void fake_graph_reach(const struct fake_graph *g, struct fake_reach *ret_reach);
bool fake_graph_has_link(const struct fake_graph *g, size_t near, size_t far);
/* Index of the router with this address; SIZE_MAX if there is none. */
size_t fake_graph_find(const struct fake_graph *g, const struct addr *a);
