// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file that is written from its start to its end, or standard output ("-").  The first
 * error is logged with the file's name, stays, and ends all writing.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct stream {
	FILE *out;  /* write here; errors stay in it until the next call below */
	char *name; /* for messages */
	bool is_stdout;
	int err; /* the first one */
};

/* Empties a file that is there. */
int stream_open(const char *path, struct stream *ret_stream);
/* Of a stream that was opened, or is all zero: returns its first error. */
int stream_close(struct stream *s);

/* "FILE: cannot ACT: reason"; returns the first error. */
int stream_fail(struct stream *s, const char *act, int err);
/* Did all go well that was written so far? */
int stream_check(struct stream *s);
int stream_flush(struct stream *s);
