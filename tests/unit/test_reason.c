// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever a collector says becomes one harmless line. */
#include "prober/transmit/reason.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
	const char *text, *wanted;
} cases[] = {
	{ "", "" },
	{ "abort: not an integer", "abort: not an integer" },
	{ "one\r\ntwo\n\n", "one two" },
	{ "\n\tx", "x" },
	{ "\x1b[2J\x07red\x7f", "[2J red" },
	{ "m\xc3\xbcller", "m\xc3\xbcller" },
	{ "c1 \xc2\x9b"
	  "2J",
	  "c1 2J" },
	{ "bad \xff\xfe", "bad \xef\xbf\xbd\xef\xbf\xbd" },
};

Test(reason, is_one_line_without_control_characters)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char reason[HTTP_REASON_LEN];

		reason_clean(cases[i].text, reason);
		cr_assert_str_eq(reason, cases[i].wanted, "%zu", i);
		for (const char *c = reason; *c; c++)
			cr_assert((unsigned char)*c >= 0x20 && *c != 0x7f);
		cr_assert_null(strstr(reason, "\xc2\x9b"));
	}
}

/* Whole characters, up to the last byte. */
Test(reason, too_much_is_cut_between_characters)
{
	for (size_t shift = 0; shift < 4; shift++) {
		char text[4 * HTTP_REASON_LEN] = "", reason[HTTP_REASON_LEN];

		memset(text, 'x', shift);
		while (strlen(text) < 2 * HTTP_REASON_LEN)
			strcat(text, "\xf0\x9f\x8c\x8d");
		reason_clean(text, reason);
		cr_assert_eq((strlen(reason) - shift) % 4, 0);
		cr_assert_gt(strlen(reason), HTTP_REASON_LEN - 5);
	}
}

Test(reason, status_comes_first)
{
	char reason[HTTP_REASON_LEN], text[2 * HTTP_REASON_LEN];

	reason_from_answer(400, "no\n", reason);
	cr_assert_str_eq(reason, "400: no");
	reason_from_answer(503, "", reason);
	cr_assert_str_eq(reason, "503");
	reason_from_answer(301, "https://other.example.net/", reason);
	cr_assert_str_eq(reason, "301: it wants to be called at https://other.example.net/");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	reason_from_answer(400, text, reason);
	cr_assert_eq(strlen(reason), HTTP_REASON_LEN - 1);
	cr_assert_eq(strncmp(reason, "400: xxx", 8), 0);
}
