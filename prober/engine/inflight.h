// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From what a reply carries to its probe: (host, identifier) to (trace, probe).
 *
 * Room for the most there can be is reserved at the start; memory is used for what is
 * in flight.  The table grows with that, a bucket for each new entry (linear hashing:
 * Litwin, VLDB 1980), so no entry costs more than another.  It owns nothing it points to.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct inflight;

struct inflight_probe {
	uint32_t trace; /* slot of the trace */
	uint32_t probe; /* index among its probes: at most UINT16_MAX */
};

/* Room for `capacity` probes. */
int inflight_new(uint32_t capacity, struct inflight **ret_table);
void inflight_free(struct inflight *t);

/* A newer probe under the same identifier takes the place of the older. */
void inflight_set(struct inflight *t, uint32_t host, uint16_t id, struct inflight_probe probe);
bool inflight_find(const struct inflight *t, uint32_t host, uint16_t id,
		   struct inflight_probe *ret_probe);
/* Removes the entry if it still names this probe. */
void inflight_remove(struct inflight *t, uint32_t host, uint16_t id, struct inflight_probe probe);
uint32_t inflight_count(const struct inflight *t);
