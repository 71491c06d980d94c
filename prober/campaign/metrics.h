// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The numbers of a run for whoever asks by HTTP while it goes on: /metrics for Prometheus,
 * /status as JSON.  They are those that are stored when it ends.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "prober/campaign/stats.h"

struct event_base;
struct metrics;

/* How it stands. */
struct metrics_values {
	struct campaign_stats stats;
	uint32_t in_flight; /* traces */
	uint64_t total;	    /* traces that there will be, at most; 0: not known */
	double seconds;	    /* since it began */
	const char *state;  /* "running", "ending" */
};

struct metrics_config {
	const char *listen; /* base/listen_address.h */
	void (*fetch)(void *arg, struct metrics_values *ret_values);
	void *arg;
};

/* Serves from the loop `base`.  Returns 0, or -errno with the reason logged. */
int metrics_open(struct event_base *base, const struct metrics_config *config,
		 struct metrics **ret_metrics);
/* Takes NULL. */
void metrics_close(struct metrics *m);

/* In Prometheus' text format. */
void metrics_print(FILE *out, const struct metrics_values *values);
/* As a JSON object; the caller frees it.  NULL without memory. */
char *metrics_status(const struct metrics_values *values);
