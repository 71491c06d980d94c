// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers that look random and are the same in every run (SplitMix64). */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct random {
	uint64_t state; /* the seed; any value will do */
};

static inline uint64_t random_u64(struct random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* 0 to limit - 1. */
static inline uint32_t random_below(struct random *r, uint32_t limit)
{
	return (uint32_t)((random_u64(r) >> 32) * limit >> 32);
}

static inline void random_fill(struct random *r, void *bytes, size_t len)
{
	uint8_t *at = bytes;

	for (size_t i = 0; i < len; i++)
		at[i] = (uint8_t)random_u64(r);
}
