// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/json_text.h"

#include "output/utf8.h"

#define REPLACEMENT 0xfffdu

/* One thread writes, and nobody else has the file: no need to lock it for each byte.
 *
 * What separates the value from the one before, and its name. */
static void begin(struct json_text *j, const char *key)
{
	if (!j->is_first)
		putc_unlocked(',', j->out);
	j->is_first = false;
	if (!key)
		return;
	putc_unlocked('"', j->out);
	fputs_unlocked(key, j->out);
	fputs_unlocked("\":", j->out);
}

void json_text_open(struct json_text *j, const char *key, char bracket)
{
	begin(j, key);
	putc_unlocked(bracket, j->out);
	j->is_first = true;
}

void json_text_close(struct json_text *j, char bracket)
{
	putc_unlocked(bracket, j->out);
	j->is_first = false;
}

static void print_character(FILE *out, uint32_t c)
{
	if (c == '"' || c == '\\')
		fprintf(out, "\\%c", (char)c);
	else if (c >= 0x20 && c < 0x7f)
		putc_unlocked((int)c, out);
	else if (c < 0x10000)
		fprintf(out, "\\u%04x", c);
	else /* RFC 8259 section 7: two surrogates */
		fprintf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
			0xdc00 + ((c - 0x10000) & 0x3ff));
}

void json_text_string(struct json_text *j, const char *key, const char *value)
{
	if (!value) {
		json_text_null(j, key);
		return;
	}
	begin(j, key);
	putc_unlocked('"', j->out);
	while (*value) {
		uint32_t c;
		size_t len = utf8_decode(value, &c);

		print_character(j->out, len > 0 ? c : REPLACEMENT);
		value += len > 0 ? len : 1;
	}
	putc_unlocked('"', j->out);
}

void json_text_number(struct json_text *j, const char *key, int64_t value)
{
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
	char digits[24];
	char *at = digits + sizeof(digits) - 1;

	begin(j, key);
	*at = '\0';
	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (value < 0)
		*--at = '-';
	fputs_unlocked(at, j->out);
}

/* As many digits as tell it from its neighbours. */
void json_text_real(struct json_text *j, const char *key, double value)
{
	begin(j, key);
	fprintf(j->out, "%.15g", value);
}

void json_text_bool(struct json_text *j, const char *key, bool value)
{
	begin(j, key);
	fputs_unlocked(value ? "true" : "false", j->out);
}

void json_text_null(struct json_text *j, const char *key)
{
	begin(j, key);
	fputs_unlocked("null", j->out);
}

void json_text_known(struct json_text *j, const char *key, bool is_known, int64_t value)
{
	if (is_known)
		json_text_number(j, key, value);
	else
		json_text_null(j, key);
}
