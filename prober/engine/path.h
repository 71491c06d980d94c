// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Single path: which probe next, what an answer means, when the trace has seen
 * enough.  Pure decisions on one trace; knows no queues and no other trace.
 *
 * Order of sending.  Try 0 runs ahead through the TTLs, at most PATH_AHEAD hops
 * beyond the last one known; later tries follow through what is known, and as far
 * beyond it as it takes to find a gap.  So probes to one router are spaced by the
 * others, several hops are in flight, and few probes pass the end of the path.
 * With `ahead` set, no try goes further than that beyond the hops that are judged:
 * with 1, none passes the end but those that find a gap.
 *
 * The end.  Whatever ends a trace (its destination, an unreachable, a gap, a loop)
 * sets `end_ttl`: hops up to there are still sent and awaited in full, hops beyond
 * do not matter any more.
 */
#pragma once

#include "prober/engine/method.h"

#define PATH_AHEAD 5

/* path_method, in method.h, is all that others need. */
