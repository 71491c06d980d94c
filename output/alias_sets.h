// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The routers as far as they are known: disjoint sets of nodes, none of which is on a
 * trace with another of its set.
 */
#pragma once

#include "output/alias_map.h"

struct alias_sets {
	const struct alias_map *map;
	uint32_t *set_of;	   /* node: the set, named after one of its nodes */
	struct alias_bits members; /* of a set */
	struct alias_bits foes;	   /* of a set: who is on a trace with a member */
};

/* Each node is a set.  `map` must outlive it. */
int alias_sets_init(struct alias_sets *s, const struct alias_map *map);
void alias_sets_fini(struct alias_sets *s);

bool alias_sets_are_one(const struct alias_sets *s, uint32_t one, uint32_t two);
/* Would a trace hold two nodes of the set that these would make? */
bool alias_sets_would_loop(const struct alias_sets *s, uint32_t one, uint32_t two);
void alias_sets_join(struct alias_sets *s, uint32_t one, uint32_t two);
/* The set's first node from `start` on; the map's count if there is none. */
uint32_t alias_sets_next(const struct alias_sets *s, uint32_t node, uint32_t start);
