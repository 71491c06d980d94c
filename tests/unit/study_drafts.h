// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of traces with a graph, for tests of the study's document. */
#pragma once

#include <jansson.h>

#include "output/study.h"
#include "tests/unit/records.h"

struct study_draft {
	struct record_draft draft;
	struct vertex_record vertices[64];
	struct link_record links[128];
};

extern const struct study_settings study_draft_settings;
/* The same by names of options, as a run has them. */
extern const char study_draft_config[];
extern const char study_draft_config_multipath[];

/* A single path with silence in the middle. */
void study_draft_forward(struct record_draft *d);
/* Our document of the traces; either may be NULL. */
json_t *study_draft_document(const struct record_draft *forward,
			     const struct record_draft *reverse);

/* Makes a multipath trace of it; vertices and links are added below. */
void study_draft_multipath(struct study_draft *d);
/* NULL: a black hole.  Returns its index. */
uint16_t study_draft_vertex(struct study_draft *d, uint8_t ttl, const char *address);
void study_draft_link(struct study_draft *d, uint16_t near, uint16_t far);

/* The record that a direction of one of the reference's documents came from; false if
 * it has no such direction. */
bool study_draft_read(struct study_draft *d, const json_t *document,
		      enum trace_direction direction);
/* And the settings. */
struct study_settings study_draft_read_settings(const json_t *document);
