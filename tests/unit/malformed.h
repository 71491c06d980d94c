// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of malformed documents, tests/study/malformed: one a row, made. */
#pragma once

#include <stddef.h>

struct malformed {
	int err; /* -errno of study_read() */
	char *reason;
	char *text;
	size_t len;
};

/* Calls `visit` for each row; returns how many there are. */
size_t malformed_each(void (*visit)(const struct malformed *row, size_t line));
