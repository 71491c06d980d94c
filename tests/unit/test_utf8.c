// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/utf8.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"

#define FFFD "\xef\xbf\xbd"

static const struct {
	const char *name;
	const char *bytes;
	const char *want;
} samples[] = {
	{ "nothing", "", "" },
	{ "ASCII with controls", "a\x01\x7f\"\\", "a\x01\x7f\"\\" },
	{ "two, three, four bytes", "\xc3\xbc\xe2\x82\xac\xf0\x9f\x8c\x8d",
	  "\xc3\xbc\xe2\x82\xac\xf0\x9f\x8c\x8d" },
	{ "first and last of each length",
	  "\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
	  "\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
	{ "Latin-1", "m\xfcller", "m" FFFD "ller" },
	{ "a lone continuation", "\x80", FFFD },
	{ "overlong slash", "\xc0\xaf", FFFD FFFD },
	{ "overlong in three", "\xe0\x9f\xbf", FFFD FFFD FFFD },
	{ "overlong in four", "\xf0\x8f\xbf\xbf", FFFD FFFD FFFD FFFD },
	{ "surrogate", "\xed\xa0\x80", FFFD FFFD FFFD },
	{ "beyond U+10FFFF", "\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD },
	{ "no first byte", "\xf5\x80\x80\x80", FFFD FFFD FFFD FFFD },
	{ "cut off by the end", "\xe2\x82", FFFD FFFD },
	{ "cut off by a letter", "\xf0\x9f\x8cx", FFFD FFFD FFFD "x" },
	{ "a character follows what is none", "\xe2\xc3\xbc", FFFD "\xc3\xbc" },
};

Test(utf8, characters_stay_and_other_bytes_are_replaced)
{
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		char *text = utf8_repair(samples[i].bytes);

		cr_assert_str_eq(text, samples[i].want, "%s: got %s", samples[i].name, text);
		free(text);
	}
}

/* The JSON library checks for itself; what we pass it must never be refused, and what
 * it accepts must not be touched. */
Test(utf8, json_library_agrees_about_short_texts)
{
	for (uint32_t value = 0; value < 1u << 24; value += 1 + value % 31) {
		char bytes[5] = { (char)0xf1, (char)(value >> 16), (char)(value >> 8),
				  (char)value };

		for (const char *start = bytes; start < bytes + 2; start++) {
			char *text = utf8_repair(start);
			json_t *repaired = json_string(text), *raw = json_string(start);

			cr_assert_not_null(repaired, "%06x", value);
			cr_assert_eq(raw != NULL, strcmp(text, start) == 0, "%06x", value);
			json_decref(repaired);
			json_decref(raw);
			free(text);
		}
	}
}
