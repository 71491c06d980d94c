// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When a run has to end itself: what it sends does not leave, what comes back is not heard, or
 * hardly anybody answers any more.  Judged by what was counted in the last seconds, so a
 * moment's trouble is none, and what went well before excuses nothing.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

#define HALT_TICK_NS	NS_PER_S
#define HALT_WINDOW	10 /* ticks that are judged together */
#define HALT_TICKS	128
#define HALT_REASON_LEN 128

/* More than this share of them lost is too much. */
#define HALT_FAILED_SHARE  0.5 /* packets that the kernel refused */
#define HALT_DROPPED_SHARE 0.1 /* captured packets that there was no room for */
#define HALT_PACKETS_MIN   100 /* fewer than that say nothing about answers */
#define HALT_FAILED_MIN	   10  /* nor these about failures */

struct halt_counts {
	uint64_t sent;
	uint64_t failed;
	uint64_t received;
	uint64_t dropped; /* of the received */
	uint64_t answered;
};

/* Of the caller's memory; begins with halt_init(). */
struct halt {
	double min_hitrate;		      /* 0: whatever is answered will do */
	uint32_t lag;			      /* ticks that an answer may take */
	struct halt_counts ticks[HALT_TICKS]; /* ring: counts up to the end of each */
	uint64_t count;			      /* of ticks so far */
	mono next;
};

void halt_init(struct halt *h, double min_hitrate, uint64_t timeout_ns, mono now);
/* Is it time to look? */
bool halt_is_due(const struct halt *h, mono now);
/*
 * Takes the counts since the start.  True if the run has to end, for the reason in
 * `ret_reason`, as a clause: "no packet ...".
 */
bool halt_look(struct halt *h, const struct halt_counts *counts, mono now,
	       char ret_reason[static HALT_REASON_LEN]);
