// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Resolves the aliases of a two-way trace when its second direction comes; the first
 * waits here as a copy.
 */
#pragma once

#include "output/alias.h"

struct alias_pairs;

int alias_pairs_new(bool with_private, struct alias_pairs **ret_pairs);
/* Takes NULL. */
void alias_pairs_free(struct alias_pairs *p);

/*
 * *ret_is_resolved is set where this was the second of a pair over IPv4; then the
 * caller owns *ret_result.  Too large traces are passed over, and that is logged.
 */
int alias_pairs_add(struct alias_pairs *p, const struct trace_record *trace,
		    struct alias_result *ret_result, bool *ret_is_resolved);
