// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What speaks for two addresses being one router's.
 *
 * One direction goes w, a, b; the other x, c, d; and b and c are in one subnet.  Then
 * the router that answered as a has c on the link towards b:
 *
 *	      w -- a [ router ] c -- b
 *	      d -- ?            ? -- x
 *
 * w and d are what the rules look at: "the other side".
 */
#pragma once

#include "output/alias.h"
#include "output/alias_sets.h"
#include "output/alias_subnet.h"

struct alias_work {
	struct alias_map map;
	struct alias_subnets subnets;
	struct alias_sets sets;
	uint64_t steps;
};

struct alias_candidate {
	uint32_t a, c;
	uint8_t dir;	/* in which a comes before b */
	bool is_silent; /* nobody telling is on the other side */
	enum alias_rule rule;
	uint32_t second; /* the other side's subnet; else ALIAS_NO_SUBNET */
	uint32_t support;
};

struct alias_candidates {
	struct alias_candidate *items; /* by c and a */
	size_t count, room;
};

/* All pairs that the subnet proposes, each with the surest rule that holds.  Replaces
 * what was there.  Returns 0 or -ENOMEM. */
int alias_candidates_find(struct alias_work *w, uint32_t subnet, struct alias_candidates *list);
void alias_candidates_fini(struct alias_candidates *c);
