// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define BLANKS " \t\v\f\r\n"

char *text_trim(char *text)
{
	size_t len;

	text += strspn(text, BLANKS);
	len = strlen(text);
	while (len > 0 && strchr(BLANKS, text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

/* By number, not isprint(3): the answer must not depend on the locale. */
static bool is_plain(char c)
{
	return c >= ' ' && c <= '~';
}

bool text_is_plain(const char *text)
{
	while (is_plain(*text))
		text++;
	return *text == '\0';
}

const char *text_show(const char *text, char *ret_shown, size_t size)
{
	size_t len = 0;

	for (; *text != '\0'; text++) {
		size_t need = is_plain(*text) ? 1 : sizeof("\\xHH") - 1;

		if (len + need + sizeof("...") > size) {
			memcpy(ret_shown + len, "...", sizeof("..."));
			return ret_shown;
		}
		if (need == 1)
			ret_shown[len] = *text;
		else
			snprintf(ret_shown + len, size - len, "\\x%02x", (unsigned char)*text);
		len += need;
	}
	ret_shown[len] = '\0';
	return ret_shown;
}
