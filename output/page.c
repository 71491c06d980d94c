// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output/utf8.h"

void page_raw(struct page *p, const char *text, size_t len)
{
	p->bytes += fwrite(text, 1, len, p->out);
}

static void put(struct page *p, const char *text)
{
	page_raw(p, text, strlen(text));
}

static void separate(struct page *p)
{
	if (!p->is_first)
		put(p, ",");
	p->is_first = false;
}

void page_open(struct page *p, char bracket)
{
	separate(p);
	page_raw(p, &bracket, 1);
	p->is_first = true;
}

void page_close(struct page *p, char bracket)
{
	put(p, bracket == '{' ? "}" : "]");
	p->is_first = false;
}

void page_key(struct page *p, const char *key)
{
	separate(p);
	put(p, "\"");
	put(p, key);
	put(p, "\":");
	p->is_first = true; /* no comma before the value */
}

void page_number(struct page *p, int64_t value)
{
	char text[32];

	separate(p);
	snprintf(text, sizeof(text), "%" PRId64, value);
	put(p, text);
}

/* What JSON must escape, and what HTML may see: "</script>", "<!--". */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c != 0x7f && !strchr("\"\\<>&", c);
}

static void put_escaped(struct page *p, const char *text)
{
	while (*text) {
		size_t plain = 0;
		char escape[8];

		while (text[plain] && is_plain((unsigned char)text[plain]))
			plain++;
		page_raw(p, text, plain);
		text += plain;
		if (!*text)
			return;
		snprintf(escape, sizeof(escape), "\\u%04x", (unsigned int)(unsigned char)*text++);
		put(p, escape);
	}
}

void page_string(struct page *p, const char *text)
{
	char *sound = text ? utf8_repair(text) : NULL;

	separate(p);
	if (!sound) {
		put(p, "null");
		return;
	}
	put(p, "\"");
	put_escaped(p, sound);
	put(p, "\"");
	free(sound);
}
