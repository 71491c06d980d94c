// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where connections come in: how many there may be, and for how long.  libevent's web
 * server has a limit of silence only, so that a client who sends a byte a second could stay
 * for days; here each has a deadline from its first second to its last, and a shorter one
 * when there is no room for others.
 */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "prober/collect/counts.h"

struct event_base;
struct evhttp;
struct gate;

struct gate_config {
	const char *host; /* an address */
	uint16_t port;	  /* 0: the system chooses */
	uint32_t connections_max;
	uint64_t deadline_ns;
};

/* All files that the process needs must be open by now.  Returns 0, or -errno with the
 * reason logged. */
int gate_open(struct event_base *base, struct evhttp *http, const struct gate_config *config,
	      struct counts *counts, struct gate **ret_gate);
/* No new connections; those that are there go on. */
void gate_shut(struct gate *g);
/* Takes NULL.  After the evhttp was freed. */
void gate_close(struct gate *g);
