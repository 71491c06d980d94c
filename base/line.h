// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of a file, a pipe or a terminal, one at a time in a buffer of fixed size.
 *
 * Never blocks once open: the descriptor is asked before each read.  Its flags are
 * left alone, because standard input shares them with the shell, and often with
 * standard output and error: made non-blocking, those would start to lose text.
 */
#pragma once

#include <stddef.h>

#define LINE_LEN_MAX 4095 /* bytes, without what ends the line */

enum line_verdict {
	LINE_OK,
	LINE_WAIT,     /* nothing yet: wait until line_fd() is readable */
	LINE_END,      /* from now on for ever */
	LINE_TOO_LONG, /* this line is skipped */
	LINE_HAS_NUL,  /* likewise */
	LINE_FAILED,   /* reading failed, see line_error(); LINE_END follows */
};

struct line_reader;

/* "-" is standard input, which stays open afterwards.  Returns 0 or -errno. */
int line_open(const char *path, struct line_reader **ret_reader);
/* Takes NULL. */
void line_close(struct line_reader *r);

/*
 * The next line without its LF or CR LF, ended by a NUL.  The caller may write to
 * it; it stays valid until the next call.
 */
enum line_verdict line_next(struct line_reader *r, char **ret_line);

/* The number of the line that the last verdict is about, from 1. */
size_t line_number(const struct line_reader *r);
/* Why LINE_FAILED: an errno. */
int line_error(const struct line_reader *r);
int line_fd(const struct line_reader *r);
