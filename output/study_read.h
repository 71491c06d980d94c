// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a document of the study that a stranger has sent.  Each field is looked at, its
 * type and its range, and those that study.h's documents do not have are refused; so is
 * what does not fit together.  docs/collect.md has the rules.
 *
 * Pure, and bounded: what is too deep or has too many values is refused before it costs
 * memory.
 */
#pragma once

#include "output/study_input.h"

#define STUDY_REASON_LEN 160

/* What no document of a measurement comes near. */
#define STUDY_DEPTH_MAX 8
#define STUDY_NODES_MAX 262144

/*
 * Returns 0, -EBADMSG (no JSON), -EINVAL (not the study's), -E2BIG (too deep or too many)
 * or -ENOMEM.  The reason is one line of printable ASCII, and names the field.  The caller
 * calls study_input_fini().
 */
int study_read(const char *text, size_t len, struct study_input *ret_input,
	       char reason[static STUDY_REASON_LEN]);
