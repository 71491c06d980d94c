// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A bounds-checked reader over bytes that somebody else owns.
 *
 * A take past the end returns NULL and empties the cursor, so that each later
 * take fails as well: a parser may check every step, or only the last one.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct cursor {
	const uint8_t *at;
	const uint8_t *end;
};

static inline struct cursor cursor_over(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	return (struct cursor){ at, at + len };
}

static inline size_t cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

static inline const void *cursor_take(struct cursor *c, size_t len)
{
	const uint8_t *taken = c->at;

	if (len > cursor_left(c)) {
		c->at = c->end = NULL;
		return NULL;
	}
	c->at += len;
	return taken;
}

/* Forgets what lies behind the next `len` bytes: trailers, Ethernet padding. */
static inline void cursor_truncate(struct cursor *c, size_t len)
{
	if (len < cursor_left(c))
		c->end = c->at + len;
}

#define CURSOR_TAKE(c, type) ((const type *)cursor_take((c), sizeof(type)))
