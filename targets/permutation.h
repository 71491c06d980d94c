// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The numbers below `count` in an order that a key decides, without a table: a Feistel
 * network over pairs, and what falls outside is mapped again (Black, Rogaway: Ciphers
 * with Arbitrary Finite Domains, CT-RSA 2002).  Spreads load; keeps no secret.
 */
#pragma once

#include <stdint.h>

#define PERMUTATION_KEY_LEN   16
#define PERMUTATION_COUNT_MAX (UINT64_C(1) << 62)

struct permutation {
	uint64_t count;
	uint64_t side; /* the least whose square is not below count */
	uint8_t key[PERMUTATION_KEY_LEN];
};

/* `count` is at most PERMUTATION_COUNT_MAX.  Needs sodium_init() before. */
void permutation_init(struct permutation *p, uint64_t count, uint64_t seed);
/* What stands at place `i`, which is below count; each number has one place. */
uint64_t permutation_at(const struct permutation *p, uint64_t i);
