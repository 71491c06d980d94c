// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values out of a JSON tree that nobody has looked at.  The first that is wrong sets the
 * reason, and all that follow are as if they were right: check at the end, or before a
 * value decides how much is read.
 */
#pragma once

#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct study_reader {
	char *reason;
	size_t reason_size;
	int err; /* -EINVAL: the reason says it; -ENOMEM */
};

/* Field names and numbers only: what the document has is not for a log. */
void study_fail(struct study_reader *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* An object with these keys and no others; `keys` ends with NULL. */
void study_expect_keys(struct study_reader *r, const json_t *object, const char *const *keys,
		       const char *where);
json_int_t study_integer(struct study_reader *r, const json_t *value, json_int_t min,
			 json_int_t max, const char *where);
/* Of a field of an object. */
json_int_t study_integer_of(struct study_reader *r, const json_t *object, const char *key,
			    json_int_t min, json_int_t max);
/* With decimals or without. */
double study_number_of(struct study_reader *r, const json_t *object, const char *key, double min,
		       double max);
void study_boolean_of(struct study_reader *r, const json_t *object, const char *key);
/* From one byte to `max`, without control characters; "" if it is not. */
const char *study_text(struct study_reader *r, const json_t *value, size_t max, const char *where);
