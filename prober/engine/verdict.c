// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/verdict.h"

#include <stddef.h>

const char *match_verdict_name(enum match_verdict verdict)
{
	static const char *const names[MATCH_VERDICT_COUNT] = {
		[MATCH_ANSWER] = "answers",
		[MATCH_SENT] = "departures",
		[MATCH_ARRIVAL] = "arrivals",
		[MATCH_DUPLICATE] = "duplicate",
		[MATCH_LATE] = "late",
		[MATCH_UNKNOWN] = "unknown",
		[MATCH_MISFIT] = "misfit",
		[MATCH_FORGED] = "forged",
		[MATCH_IMPLAUSIBLE] = "implausible",
		[MATCH_INCONSISTENT] = "inconsistent",
	};

	return verdict < MATCH_VERDICT_COUNT ? names[verdict] : NULL;
}
