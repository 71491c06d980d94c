// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which candidates are accepted, and in which order: the surest rules and the most
 * complete subnets first, as what they find decides about the rest.
 */
#pragma once

#include "output/alias_rule.h"

struct alias_found {
	struct alias_pair *items;
	size_t count, room;
	struct alias_bits known; /* nodes that are paired */
};

/* Joins sets in `w` and lists the pairs.  Returns 0 or -ENOMEM; stops early where the
 * work's steps are used up. */
int alias_pass_all(struct alias_work *w, struct alias_found *found);
void alias_found_fini(struct alias_found *found);
