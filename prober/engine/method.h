// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a trace chooses its probes and knows its end: along a single path (path.h) or
 * all paths (multi.h).  What the rest of the engine calls, whichever it is.
 */
#pragma once

#include "prober/engine/trace.h"

struct method {
	enum trace_mode mode;
	void (*begin)(struct trace *t, const struct engine_config *config);
	/* Is there something to send now? */
	bool (*wants)(const struct trace *t, const struct engine_config *config);
	/* Takes that probe: sets its TTL, try and flow. */
	void (*take)(struct trace *t, const struct engine_config *config, struct probe *p);
	/* The probe was answered: its fields are set. */
	void (*answered)(struct trace *t, const struct engine_config *config, struct probe *p);
	/* Nobody answered in time. */
	void (*lost)(struct trace *t, const struct engine_config *config, struct probe *p);
	/* When to call late() for a probe that is not answered by then. */
	mono (*late_at)(const struct trace *t, const struct engine_config *config,
			const struct probe *p);
	void (*late)(struct trace *t, const struct engine_config *config, struct probe *p);
	/* A reverse probe came in with `ttl_left`.  False if that contradicts what is
	 * known. */
	bool (*arrived)(struct trace *t, const struct engine_config *config, struct probe *p,
			uint8_t ttl_left, mono at);
	/* Everything that matters is settled. */
	bool (*is_over)(const struct trace *t, const struct engine_config *config);
	/* All that is waited for has arrived here: no reason to wait longer than
	 * t->patience. */
	bool (*waits_for_arrived)(const struct trace *t, const struct engine_config *config);
	/* The value of this probe's flow. */
	uint16_t (*flow)(const struct trace *t, const struct probe *p);
};

extern const struct method path_method;
extern const struct method multi_method;

/* Is that who the probes go to? */
bool method_is_destination(const struct trace *t, const struct addr *from);
/* How long the answers of probes that arrived at that moment are awaited. */
mono method_patience(const struct trace *t, const struct engine_config *config, mono at);
/* Does this answer say that there is no way on? */
bool method_is_unreachable(const struct trace *t, uint16_t icmp);
