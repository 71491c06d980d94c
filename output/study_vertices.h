// SPDX-License-Identifier: GPL-2.0-or-later
/* The directions of a document that is being read: vertices, and the ways between them. */
#pragma once

#include "output/study_input.h"
#include "output/study_reader.h"

/* `traces` is the document's object of that name.  Fills in input->paths, unless the reader
 * fails. */
void study_read_paths(struct study_reader *r, const json_t *traces, struct study_input *input);

/* "forward", "reverse": the keys of that object. */
const char *study_direction_name(enum trace_direction direction);
