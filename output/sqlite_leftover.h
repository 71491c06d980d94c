// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a run that did not come to its end left of a cycle: whole traces, which stay, and
 * traces that were cut short, whose targets are traced anew.  Both by the name of the target,
 * and by no memory but the database's indices.
 */
#pragma once

#include <stdint.h>

struct sqlite_db;
struct sqlite_leftovers;

/*
 * Trace `t` is no outcome: it was interrupted, or the other direction of its pair is
 * missing or was.
 */
#define SQLITE_CUT_SHORT                                                              \
	"(t.stop = 9 OR (t.pair_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM trace p" \
	" WHERE p.pair_id = t.pair_id AND p.direction <> t.direction AND p.stop <> 9)))"

/* NULL for `ret_leftovers` if there is nothing to replace. */
int sqlite_leftovers_new(struct sqlite_db *db, int64_t cycle_id,
			 struct sqlite_leftovers **ret_leftovers);
/* Takes NULL. */
void sqlite_leftovers_free(struct sqlite_leftovers *l);

/* Removes what was cut short of this target's, just before its new outcome is added, in the
 * same transaction.  Takes NULL. */
int sqlite_leftovers_replace(struct sqlite_leftovers *l, const char *target);
