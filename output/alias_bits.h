// SPDX-License-Identifier: GPL-2.0-or-later
/* A matrix of bits: a relation, or a set in each row. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alias_bits {
	uint64_t *words;
	size_t width; /* words a row */
};

/* All zero.  Returns 0 or -ENOMEM. */
int alias_bits_init(struct alias_bits *b, size_t rows, size_t columns);
void alias_bits_fini(struct alias_bits *b);

bool alias_bits_get(const struct alias_bits *b, size_t row, size_t column);
void alias_bits_set(struct alias_bits *b, size_t row, size_t column);
/* Both ways. */
void alias_bits_relate(struct alias_bits *b, size_t one, size_t two);
/* Adds to row `to` what row `from` of another, equally wide matrix has. */
void alias_bits_add(struct alias_bits *b, size_t to, const struct alias_bits *other, size_t from);
/* Do the rows have a column in common? */
bool alias_bits_meet(const struct alias_bits *b, size_t row, const struct alias_bits *other,
		     size_t other_row);
/* The first column from `start` on that is set; `columns` if none is. */
size_t alias_bits_next(const struct alias_bits *b, size_t row, size_t start, size_t columns);
