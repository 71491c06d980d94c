// SPDX-License-Identifier: GPL-2.0-or-later
/* Trace records for tests of the sinks. */
#pragma once

#include "output/record.h"
#include "output/run.h"
#include "output/sink.h"

struct record_draft {
	struct trace_record trace;
	struct probe_record probes[512];
	struct vertex_record vertices[64];
	struct link_record links[128];
	uint8_t objects[256];
	size_t objects_len;
};

/* A completed UDP trace without probes.  Texts are kept, not copied. */
void draft_init(struct record_draft *d, enum trace_direction direction, const char *target,
		const char *src, const char *dst);
/* The next try at this TTL; `from` is NULL for a lost probe.  Counts what it adds. */
struct probe_record *draft_add(struct record_draft *d, uint8_t ttl, const char *from,
			       uint64_t rtt_us);
/* What a router tells of the labels that a probe came with, in `hex`; kept as long as the
 * draft. */
void draft_objects(struct record_draft *d, struct probe_record *p, const char *hex);
/* A stack of two, label 299824 above 16, then an object of another class with one byte. */
#define DRAFT_LABELS "000c 0101 49330 0 02 00010 b ff 0005 0203 aa"

/* Seen to come in at the destination, though nobody answered. */
struct probe_record *draft_add_arrival(struct record_draft *d, uint8_t ttl);

/* Makes a multipath trace of it, with its root as vertex 0. */
void draft_multipath(struct record_draft *d);
/* A probe of that flow, after those of lesser TTLs and flows. */
struct probe_record *draft_add_flow(struct record_draft *d, uint8_t ttl, uint16_t flow,
				    const char *from, uint64_t rtt_us);
/* Returns its index; `addr` is NULL for a black hole. */
uint16_t draft_vertex(struct record_draft *d, uint8_t ttl, const char *addr);
void draft_link(struct record_draft *d, uint16_t near, uint16_t far, uint16_t flows);

struct addr draft_addr(const char *text);

extern const struct run_record draft_run;
extern const struct sink_options draft_options;
extern const struct run_end draft_end;
