// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How far a run is, for people: on a terminal one line that is written over once a
 * second, elsewhere a line of the log every ten seconds.
 *
 *   12 s  traces 4103/20000 20.5 %, 47 s to go  sent 5012/s, replies 4710/s (94.0 %)  ...
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "prober/campaign/stats.h"

enum progress_mode { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

#define PROGRESS_TEXT_LEN 256

/* Zeroed but for the first three, it has shown nothing yet. */
struct progress {
	mono started;
	bool is_terminal; /* of what stderr is */
	bool is_off;
	mono shown;		 /* when last */
	uint64_t sent, answered; /* then */
};

/* `shows_results`: the terminal gets the results themselves, so no line is in their way. */
void progress_init(struct progress *p, enum progress_mode mode, bool shows_results, mono now);
/* When the next line is due; MONO_NEVER if none is. */
mono progress_due(const struct progress *p);
/* Writes a line if one is due.  `total`: traces that there will be; 0: unknown. */
void progress_show(struct progress *p, const struct campaign_stats *s, uint32_t in_flight,
		   uint64_t total, mono now);
/* The terminal's line is no longer needed. */
void progress_end(struct progress *p);

/* The line itself, for the time since the last one. */
void progress_text(const struct progress *p, const struct campaign_stats *s, uint32_t in_flight,
		   uint64_t total, mono now, char ret_text[static PROGRESS_TEXT_LEN]);
