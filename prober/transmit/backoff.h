// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When to try again after a failure: a second, then twice as long each time, up to five
 * minutes, and of that a random part, so that many senders that failed together don't
 * come back together.  A collector that says how long to wait is obeyed.
 *
 * Pure: time and chance are passed in.
 */
#pragma once

#include "base/clock.h"

#define BACKOFF_FIRST_NS NS_PER_S
#define BACKOFF_MOST_NS	 (300 * NS_PER_S)

/* Starts as zeroes. */
struct backoff {
	uint32_t failures; /* in a row */
	mono resume_at;	   /* not before */
};

/*
 * An attempt failed now.  Those that were under way together and fail while the pause
 * lasts count as one.  `asked_ns` is what the collector asked for, 0 if nothing; `random`
 * any 32 bits.
 */
void backoff_fail(struct backoff *b, uint64_t asked_ns, uint32_t random, mono now);
/* One went well; a pause that was asked for still holds. */
void backoff_succeed(struct backoff *b);
bool backoff_is_waiting(const struct backoff *b, mono now);
