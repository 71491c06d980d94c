// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Remembers which row a key of 16 bytes has, in bounded memory: what is used
 * least in its bucket is forgotten, and the caller asks the database again.
 */
#pragma once

#include <stdint.h>

#define ID_CACHE_KEY_LEN 16

struct id_cache;

/* Room for 2^`bits` keys, 24 bytes each; 3 bits at least. */
int id_cache_new(unsigned int bits, struct id_cache **ret_cache);
void id_cache_free(struct id_cache *c);

/* 0: not remembered. */
int64_t id_cache_find(struct id_cache *c, const uint8_t key[static ID_CACHE_KEY_LEN]);
/* `id` is not 0; the key is not in the cache. */
void id_cache_add(struct id_cache *c, const uint8_t key[static ID_CACHE_KEY_LEN], int64_t id);
