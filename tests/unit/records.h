// SPDX-License-Identifier: GPL-2.0-or-later
/* Trace records for tests of the sinks. */
#pragma once

#include "output/record.h"
#include "output/run.h"

struct record_draft {
	struct trace_record trace;
	struct probe_record probes[128];
};

/* A completed UDP trace without probes.  Texts are kept, not copied. */
void draft_init(struct record_draft *d, enum trace_direction direction, const char *target,
		const char *src, const char *dst);
/* The next try at this TTL; `from` is NULL for a lost probe.  Counts what it adds. */
struct probe_record *draft_add(struct record_draft *d, uint8_t ttl, const char *from,
			       uint64_t rtt_us);
/* Seen to come in at the destination, though nobody answered. */
struct probe_record *draft_add_arrival(struct record_draft *d, uint8_t ttl);

struct addr draft_addr(const char *text);

extern const struct run_record draft_run;
extern const struct run_end draft_end;
