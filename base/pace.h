// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A limit of packets per time: one packet every `gap_ns`, by elapsed time.
 *
 * Strict by itself.  With `burst` above 1, up to that many packets, but no more
 * than a second's worth, may leave at once after a second of silence; they are
 * borrowed from the packets to come, so that no second sees more than the gap
 * allows.  What a stall made us miss is lost but for `slack_ns` of it, by which a
 * second may exceed the limit: no catch-up burst.  See docs/adr/0009.
 */
#pragma once

#include <stdbool.h>

#include "base/clock.h"

struct pace_limit {
	uint64_t gap_ns;   /* 0: no limit */
	uint64_t slack_ns; /* how late a packet may be without moving those behind it */
	uint32_t burst;	   /* 1: none */
};

/* Zeroed memory is a pace that was silent for ever. */
struct pace {
	mono next;	 /* when the schedule wants the next packet */
	uint32_t credit; /* packets that may leave before that */
};

/*
 * The limit for one packet every `gap_ns`; 0 is none.  `strict` keeps each gap (but
 * for what timers make of it); else the packets of a second may leave together.
 */
struct pace_limit pace_limit_of_gap(uint64_t gap_ns, bool strict);

/* The moment from which one packet may leave: not after `now` if it may already. */
mono pace_ready_at(const struct pace *p, const struct pace_limit *limit, mono now);
/* One packet leaves now. */
void pace_spend(struct pace *p, const struct pace_limit *limit, mono now);
/* From when on zeroed memory does as well: what was sent before limits nothing more. */
mono pace_forgotten_at(const struct pace *p, const struct pace_limit *limit);
