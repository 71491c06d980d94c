// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/study_reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void study_fail(struct study_reader *r, const char *format, ...)
{
	va_list args;

	if (r->err)
		return;
	r->err = -EINVAL;
	va_start(args, format);
	vsnprintf(r->reason, r->reason_size, format, args);
	va_end(args);
}

static bool is_among(const char *key, const char *const *keys)
{
	for (; *keys; keys++)
		if (strcmp(*keys, key) == 0)
			return true;
	return false;
}

void study_expect_keys(struct study_reader *r, const json_t *object, const char *const *keys,
		       const char *where)
{
	void *at;

	if (!json_is_object(object)) {
		study_fail(r, "%s: not an object", where);
		return;
	}
	for (const char *const *key = keys; *key; key++)
		if (!json_object_get(object, *key))
			study_fail(r, "%s: has no '%s'", where, *key);
	/* Its functions for going through do not take const, and change nothing. */
	for (at = json_object_iter((json_t *)object); at;
	     at = json_object_iter_next((json_t *)object, at)) {
		const char *key = json_object_iter_key(at);
		char shown[40];

		if (!is_among(key, keys))
			study_fail(r, "%s: unknown field '%s'", where,
				   text_show(key, shown, sizeof(shown)));
	}
}

json_int_t study_integer(struct study_reader *r, const json_t *value, json_int_t min,
			 json_int_t max, const char *where)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value))
		study_fail(r, "%s: not an integer", where);
	else if (number < min || number > max)
		study_fail(r, "%s: not from %lld to %lld", where, (long long)min, (long long)max);
	else
		return number;
	return min;
}

json_int_t study_integer_of(struct study_reader *r, const json_t *object, const char *key,
			    json_int_t min, json_int_t max)
{
	return study_integer(r, json_object_get(object, key), min, max, key);
}

double study_number_of(struct study_reader *r, const json_t *object, const char *key, double min,
		       double max)
{
	const json_t *value = json_object_get(object, key);
	double number = json_number_value(value);

	if (!json_is_number(value))
		study_fail(r, "%s: not a number", key);
	else if (!(number >= min && number <= max))
		study_fail(r, "%s: not from %g to %g", key, min, max);
	else
		return number;
	return min;
}

void study_boolean_of(struct study_reader *r, const json_t *object, const char *key)
{
	if (!json_is_boolean(json_object_get(object, key)))
		study_fail(r, "%s: not true or false", key);
}

/* C0, DEL, and C1, which are two bytes in UTF-8. */
static bool has_controls(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0))
			return true;
	return false;
}

const char *study_text(struct study_reader *r, const json_t *value, size_t max, const char *where)
{
	const char *text = json_string_value(value);

	if (!text)
		study_fail(r, "%s: not a string", where);
	else if (!*text)
		study_fail(r, "%s: empty", where);
	else if (json_string_length(value) > max)
		study_fail(r, "%s: longer than %zu bytes", where, max);
	else if (has_controls(text))
		study_fail(r, "%s: has control characters", where);
	else
		return text;
	return "";
}
