// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit/reason.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/utf8.h"

/* C0, DEL, and C1, which is 0xc2 and one of 0x80 to 0x9f in UTF-8. */
static size_t control_len(const char *c)
{
	const unsigned char *u = (const unsigned char *)c;

	if (u[0] < 0x20 || u[0] == 0x7f)
		return 1;
	return u[0] == 0xc2 && u[1] >= 0x80 && u[1] <= 0x9f ? 2 : 0;
}

static size_t character_len(const char *c)
{
	size_t len = 1;

	while ((c[len] & 0xc0) == 0x80)
		len++;
	return len;
}

void reason_clean(const char *text, char ret_reason[static HTTP_REASON_LEN])
{
	char *repaired = utf8_repair(text);
	size_t used = 0;

	for (const char *c = repaired; c && *c;) {
		size_t skip = control_len(c);
		size_t len = skip ? 1 : character_len(c);

		if (used + len >= HTTP_REASON_LEN)
			break;
		if (!skip)
			memcpy(ret_reason + used, c, len);
		else if (used > 0 && ret_reason[used - 1] != ' ')
			ret_reason[used] = ' ';
		else
			len = 0;
		used += len;
		c += skip ? skip : len;
	}
	while (used > 0 && ret_reason[used - 1] == ' ')
		used--;
	ret_reason[used] = '\0';
	free(repaired);
}

void reason_from_answer(long status, const char *text, char ret_reason[static HTTP_REASON_LEN])
{
	char clean[HTTP_REASON_LEN], line[HTTP_REASON_LEN + 64];

	reason_clean(text, clean);
	snprintf(line, sizeof(line), "%ld%s%s%s", status, *clean ? ": " : "",
		 status / 100 == 3 ? "it wants to be called at " : "", clean);
	/* Once more, for what the number before it has pushed over the edge. */
	reason_clean(line, ret_reason);
}
