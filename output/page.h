// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON as it is written into a page of HTML, a value at a time, with count of its bytes.
 *
 * Strings come from the network.  Whatever they hold, the text has no '<', '>' or '&', so
 * nothing in it ends the element that it is in; it is valid JSON and UTF-8.  Errors stay
 * in the file.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct page {
	FILE *out;
	uint64_t bytes;
	bool is_first; /* in the object or array that is open */
};

/* A part of the page as it is; not JSON. */
void page_raw(struct page *p, const char *text, size_t len);

/* `bracket` is '{' or '['. */
void page_open(struct page *p, char bracket);
void page_close(struct page *p, char bracket);
/* In an object; one value follows.  Plain ASCII. */
void page_key(struct page *p, const char *key);
void page_number(struct page *p, int64_t value);
/* NULL is null. */
void page_string(struct page *p, const char *text);
