// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A document of the study as somebody else has sent it, read and found sound: plain data
 * for whoever stores it.  study_read.h makes it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/record.h"
#include "wire/addr.h"

struct json_t;

struct study_vertex {
	struct addr addr; /* not of a black hole */
	bool is_hole;	  /* somebody who did not answer */
	bool is_placed;	  /* the root leads to it: its TTL is known */
	uint8_t ttl;	  /* 0: the root */
	/* Its parts of the lists of the path. */
	size_t first_rtt, rtt_count;
	size_t first_flow, flow_count;
	size_t first_successor, successor_count;
};

/* One direction.  Its ways make no circle, and the root, the first, is nobody's successor. */
struct study_path {
	struct study_vertex *vertices; /* in the order of the document */
	size_t vertex_count;	       /* 0: there is no such direction */
	uint64_t *rtts_ns;
	size_t rtt_count;
	uint16_t *flows; /* of one vertex: each once, ascending */
	size_t flow_count;
	uint32_t *successors; /* as places among the vertices; of one vertex: each once */
	size_t successor_count;
	uint8_t last_ttl;    /* the highest of any vertex */
	size_t placed_count; /* of the vertices */
};

struct study_name {
	struct addr addr;
	const char *name; /* the first of its names; may be any text without control characters */
};

struct study_input {
	const char *target; /* no control characters */
	enum trace_mode mode;
	uint8_t proto; /* enum ip_proto */
	uint8_t min_ttl, max_ttl;
	uint16_t flow;	   /* single path */
	double confidence; /* multipath */
	bool is_v6;
	struct study_path paths[2]; /* by enum trace_direction */
	struct study_name *names;
	size_t name_count;
	struct json_t *document; /* what the texts belong to */
};

/* For zeroes, too. */
void study_input_fini(struct study_input *input);
