// SPDX-License-Identifier: GPL-2.0-or-later
/* All addresses of a prefix in order, the first and the last included, in the
 * memory of two. */
#pragma once

#include <stdbool.h>

#include "base/addr_text.h"

/* Zeroed memory is a walk that is over. */
struct prefix_walk {
	struct addr next;
	struct addr last;
	bool more;
};

void prefix_walk_start(struct prefix_walk *w, const struct prefix *p);
/* False when there is none left. */
bool prefix_walk_next(struct prefix_walk *w, struct addr *ret_addr);
