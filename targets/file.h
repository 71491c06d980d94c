// SPDX-License-Identifier: GPL-2.0-or-later
/* The source behind every file of lines.  The formats differ in how they parse
 * one line, and in nothing else. */
#pragma once

#include <stddef.h>

#include "targets/entry.h"

/*
 * Makes a target of line `number`, which it may cut up; its name is empty before and
 * stays so for a line that is none.  Returns false with a reason.
 */
typedef bool file_parse_line(struct target *ret_target, size_t number, char *line,
			     char ret_reason[static ENTRY_REASON_LEN]);

/* `kind` names the file's format in the log.  Returns 0 or -errno, logged. */
int file_open(const char *kind, const char *path, file_parse_line *parse,
	      struct target_source **ret_source);
