// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SipHash-2-4 over whole 64-bit words (Aumasson, Bernstein: SipHash, a fast
 * short-input PRF, 2012): what comes out cannot be foreseen without the key.
 * The kernel's random numbers for BPF can: they are a linear generator.
 */
#pragma once

#include <stdint.h>

static inline uint64_t sip_rotate(uint64_t x, unsigned int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void sip_round(uint64_t v[static 4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = sip_rotate(v[1], 13) ^ v[0];
	v[3] = sip_rotate(v[3], 16) ^ v[2];
	v[0] = sip_rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = sip_rotate(v[1], 17) ^ v[2];
	v[3] = sip_rotate(v[3], 21) ^ v[0];
	v[2] = sip_rotate(v[2], 32);
}

static inline void sip_word(uint64_t v[static 4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	sip_round(v);
	v[0] ^= word;
}

/* `words` are host integers, read little-endian by whoever compares with the paper. */
static inline uint64_t siphash(const uint64_t key[static 2], const uint64_t *words, uint32_t count)
{
	uint64_t v[4] = {
		key[0] ^ 0x736f6d6570736575ull,
		key[1] ^ 0x646f72616e646f6dull,
		key[0] ^ 0x6c7967656e657261ull,
		key[1] ^ 0x7465646279746573ull,
	};

	for (uint32_t i = 0; i < count; i++)
		sip_word(v, words[i]);
	sip_word(v, (uint64_t)(count * 8) << 56);
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
