// SPDX-License-Identifier: GPL-2.0-or-later
/* What a campaign counted, by name.  Plain data. */
#pragma once

#include <stdint.h>

#include "prober/campaign/intake.h"
#include "prober/campaign/namer.h"
#include "prober/engine/verdict.h"
#include "prober/net/capture.h"
#include "prober/net/sender.h"
#include "prober/probe/parse.h"

struct campaign_stats {
	struct intake_stats intake;
	struct sender_stats sender;
	struct capture_stats capture;
	struct namer_stats names;
	uint64_t parsed[PARSE_VERDICT_COUNT];
	uint64_t matched[MATCH_VERDICT_COUNT];
	uint64_t traces;       /* that ended with a record */
	uint64_t reached;      /* of those: their destination */
	uint64_t objects_lost; /* of answers: too many of them */
};

/* Each value with its name, "packets-sent"; the same for all who show them. */
void stats_each(const struct campaign_stats *stats,
		void (*put)(void *arg, const char *name, uint64_t value), void *arg);

/* A JSON object, {"targets": 3, …}; the caller frees it.  NULL without memory. */
char *stats_to_json(const struct campaign_stats *stats);

/* One line for people, after the run; warnings where something was lost. */
void stats_log(const struct campaign_stats *stats, double seconds);
