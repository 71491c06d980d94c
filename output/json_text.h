// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON as it is written, a value at a time, without a tree in memory: for lines by the
 * million.  Everything is printable ASCII, whatever strings hold, so that it may be shown
 * on a terminal.  Errors stay in the file.
 */
#pragma once

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

struct json_text {
	FILE *out;
	bool is_first; /* in the object or array that is open */
};

/* `key` is NULL in an array, and for the outermost value; else plain ASCII without quotes. */
void json_text_open(struct json_text *j, const char *key, char bracket);
void json_text_close(struct json_text *j, char bracket);

/* Any bytes: what is no UTF-8 becomes U+FFFD.  NULL is null. */
void json_text_string(struct json_text *j, const char *key, const char *value);
void json_text_number(struct json_text *j, const char *key, int64_t value);
void json_text_real(struct json_text *j, const char *key, double value);
void json_text_bool(struct json_text *j, const char *key, bool value);
void json_text_null(struct json_text *j, const char *key);
/* null instead of a number that is not known. */
void json_text_known(struct json_text *j, const char *key, bool is_known, int64_t value);
