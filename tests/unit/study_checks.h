// SPDX-License-Identifier: GPL-2.0-or-later
/* What holds for each of the study's documents, the reference client's among them. */
#pragma once

#include <jansson.h>

/* The reference client's documents: files below tests/study. */
extern const char *const study_samples[];
extern const size_t study_sample_count;

json_t *study_sample(const char *name);

/*
 * The same keys and the same JSON types at each level.  Lists are compared by their
 * first elements; keys that are addresses or directions may differ.
 */
void study_expect_shape(json_t *reference, json_t *ours, const char *where);

/* Ids, order, successors, black holes, round trips and flows make sense together. */
void study_expect_sound(json_t *document, const char *where);
