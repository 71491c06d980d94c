// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/alias_bits.h"

#include <errno.h>
#include <stdlib.h>

enum { WORD_BITS = 64 };

int alias_bits_init(struct alias_bits *b, size_t rows, size_t columns)
{
	size_t width = (columns + WORD_BITS - 1) / WORD_BITS;

	b->words = calloc(rows * width + 1, sizeof(*b->words));
	b->width = width;
	return b->words ? 0 : -ENOMEM;
}

void alias_bits_fini(struct alias_bits *b)
{
	free(b->words);
	b->words = NULL;
}

bool alias_bits_get(const struct alias_bits *b, size_t row, size_t column)
{
	return b->words[row * b->width + column / WORD_BITS] >> column % WORD_BITS & 1;
}

void alias_bits_set(struct alias_bits *b, size_t row, size_t column)
{
	b->words[row * b->width + column / WORD_BITS] |= UINT64_C(1) << column % WORD_BITS;
}

void alias_bits_relate(struct alias_bits *b, size_t one, size_t two)
{
	alias_bits_set(b, one, two);
	alias_bits_set(b, two, one);
}

void alias_bits_add(struct alias_bits *b, size_t to, const struct alias_bits *other, size_t from)
{
	for (size_t i = 0; i < b->width; i++)
		b->words[to * b->width + i] |= other->words[from * b->width + i];
}

bool alias_bits_meet(const struct alias_bits *b, size_t row, const struct alias_bits *other,
		     size_t other_row)
{
	for (size_t i = 0; i < b->width; i++)
		if (b->words[row * b->width + i] & other->words[other_row * b->width + i])
			return true;
	return false;
}

size_t alias_bits_next(const struct alias_bits *b, size_t row, size_t start, size_t columns)
{
	while (start < columns) {
		uint64_t rest = b->words[row * b->width + start / WORD_BITS] >> start % WORD_BITS;

		if (rest)
			return start + (size_t)__builtin_ctzll(rest);
		start += WORD_BITS - start % WORD_BITS;
	}
	return columns;
}
