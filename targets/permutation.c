// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/permutation.h"

#include <assert.h>
#include <math.h>
#include <sodium.h>
#include <string.h>

#define ROUNDS 4 /* Luby, Rackoff: as good as random to whoever asks both ways */

_Static_assert(PERMUTATION_KEY_LEN == crypto_shorthash_KEYBYTES, "SipHash");

static uint64_t square_root_up(uint64_t n)
{
	uint64_t root = (uint64_t)sqrt((double)n);

	while (root * root < n)
		root++;
	while (root > 0 && (root - 1) * (root - 1) >= n)
		root--;
	return root;
}

void permutation_init(struct permutation *p, uint64_t count, uint64_t seed)
{
	assert(count <= PERMUTATION_COUNT_MAX);
	memset(p, 0, sizeof(*p));
	p->count = count;
	p->side = square_root_up(count);
	memcpy(p->key, &seed, sizeof(seed));
}

static uint64_t round_value(const struct permutation *p, uint64_t round, uint64_t half)
{
	const uint64_t in[] = { round, half };
	uint64_t out;

	_Static_assert(sizeof(out) == crypto_shorthash_BYTES, "SipHash");
	crypto_shorthash((uint8_t *)&out, (const uint8_t *)in, sizeof(in), p->key);
	return out % p->side;
}

static uint64_t permute_pairs(const struct permutation *p, uint64_t n)
{
	uint64_t left = n / p->side;
	uint64_t right = n % p->side;

	for (uint64_t round = 0; round < ROUNDS; round++) {
		uint64_t mixed = (left + round_value(p, round, right)) % p->side;

		left = right;
		right = mixed;
	}
	return left * p->side + right;
}

uint64_t permutation_at(const struct permutation *p, uint64_t i)
{
	assert(i < p->count);
	do
		i = permute_pairs(p, i);
	while (i >= p->count);
	return i;
}
