// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Single path: which probe next, what an answer means, when the trace has seen
 * enough.  Pure decisions on one trace; knows no queues and no other trace.
 *
 * Order of sending.  Try 0 runs ahead through the TTLs, at most PATH_AHEAD hops
 * beyond the last one known; later tries follow through what is known, and as far
 * beyond it as it takes to find a gap.  So probes to one router are spaced by the
 * others, several hops are in flight, and few probes pass the end of the path.
 *
 * The end.  Whatever ends a trace (its destination, an unreachable, a gap, a loop)
 * sets `end_ttl`: hops up to there are still sent and awaited in full, hops beyond
 * do not matter any more.
 */
#pragma once

#include "prober/engine/trace.h"

#define PATH_AHEAD 5

void path_begin(struct trace *t, const struct engine_config *config);

/* The next probe: true with its TTL and try, if there is one to send now. */
bool path_peek(const struct trace *t, const struct engine_config *config, uint8_t *ret_ttl,
	       uint8_t *ret_try);
/* That probe was sent. */
void path_sent(struct trace *t, uint8_t ttl, uint8_t try);

/* The probe was answered: its fields are set. */
void path_answered(struct trace *t, const struct engine_config *config, const struct probe *p);
/* Nobody answered in time. */
void path_lost(struct trace *t, const struct engine_config *config, const struct probe *p);
/* A reverse probe came in with `ttl_left`.  False if that contradicts the path. */
bool path_arrived(struct trace *t, const struct engine_config *config, struct probe *p,
		  uint8_t ttl_left, mono at);

/* Everything that matters is settled. */
bool path_is_over(const struct trace *t, const struct engine_config *config);
/* All that is waited for has arrived here: no reason to wait longer than t->patience. */
bool path_waits_for_arrived(const struct trace *t, const struct engine_config *config);
