// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the operator may ask a server that runs: the numbers, as text in the
 * exposition format of Prometheus, and the small web server that hands it out.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "server-bpf/counters.h"

struct event_base;
struct links;

struct metrics_values {
	struct counter_values counters;
	uint64_t sessions_live;
	uint64_t sessions_max;
	uint64_t runs; /* of the program; 0 unless the kernel counts them */
	uint64_t run_ns;
	const struct links *links; /* the interfaces; NULL before there are any */
};

void metrics_print(FILE *out, const struct metrics_values *values, const char *version);

struct metrics_config {
	const char *listen; /* [ADDR:]PORT, the loopback address where there is only a port */
	const char *version;
	/* Fetches the values when somebody asks.  Returns 0 or -errno. */
	int (*fetch)(void *arg, struct metrics_values *ret_values);
	void *arg;
};

struct metrics;

/* Serves /metrics from the loop `base`.  Returns 0, or -errno with the reason logged. */
int metrics_open(struct event_base *base, const struct metrics_config *config,
		 struct metrics **ret_metrics);
/* Takes NULL. */
void metrics_close(struct metrics *m);
