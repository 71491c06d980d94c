// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* Of the character at `c`, which ends with NUL at the latest; 0: it is none. */
static size_t utf8_len(const unsigned char *c)
{
	/* RFC 3629 section 4: the second byte has other bounds after these. */
	unsigned int second_min = *c == 0xe0 ? 0xa0 : *c == 0xf0 ? 0x90 : 0x80;
	unsigned int second_max = *c == 0xed ? 0x9f : *c == 0xf4 ? 0x8f : 0xbf;
	size_t len;

	if (*c < 0x80)
		return 1;
	if (*c < 0xc2 || *c > 0xf4)
		return 0;
	len = *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : 4;
	if (c[1] < second_min || c[1] > second_max)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

size_t utf8_decode(const char *at, uint32_t *ret_character)
{
	const unsigned char *c = (const unsigned char *)at;
	size_t len = utf8_len(c);
	uint32_t character = len == 1 ? *c : *c & (0xffu >> (len + 1));

	for (size_t i = 1; i < len; i++)
		character = character << 6 | (c[i] & 0x3fu);
	if (len > 0)
		*ret_character = character;
	return len;
}

char *utf8_repair(const char *bytes)
{
	const unsigned char *c = (const unsigned char *)bytes;
	char *text = malloc(strlen(bytes) * strlen(replacement) + 1);
	char *at = text;

	if (!text)
		return NULL;
	while (*c) {
		size_t len = utf8_len(c);

		if (len > 0) {
			memcpy(at, c, len);
			at += len;
			c += len;
		} else {
			memcpy(at, replacement, strlen(replacement));
			at += strlen(replacement);
			c++;
		}
	}
	*at = '\0';
	return text;
}
