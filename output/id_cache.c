// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/id_cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKET_LEN = 4 };

struct entry {
	uint8_t key[ID_CACHE_KEY_LEN];
	int64_t id; /* 0: free */
};

/* Most recently used first. */
struct bucket {
	struct entry entries[BUCKET_LEN];
};

struct id_cache {
	unsigned int shift; /* of a 64-bit hash, so that a bucket's number is left */
	struct bucket buckets[];
};

int id_cache_new(unsigned int bits, struct id_cache **ret_cache)
{
	size_t count = ((size_t)1 << bits) / BUCKET_LEN;
	struct id_cache *c = calloc(1, sizeof(*c) + count * sizeof(struct bucket));

	if (!c)
		return -ENOMEM;
	c->shift = 64 - bits + 2;
	*ret_cache = c;
	return 0;
}

void id_cache_free(struct id_cache *c)
{
	free(c);
}

static struct bucket *bucket_of(struct id_cache *c, const uint8_t *key)
{
	uint64_t high, low;

	memcpy(&high, key, 8);
	memcpy(&low, key + 8, 8);
	/* Two odd constants of splitmix64: addresses differ in few, adjacent bits. */
	high = (high ^ (low * 0xbf58476d1ce4e5b9u)) * 0x94d049bb133111ebu;
	high = (high ^ high >> 32) * 0xbf58476d1ce4e5b9u;
	return &c->buckets[high >> c->shift];
}

int64_t id_cache_find(struct id_cache *c, const uint8_t key[static ID_CACHE_KEY_LEN])
{
	struct bucket *b = bucket_of(c, key);

	for (int i = 0; i < BUCKET_LEN; i++) {
		struct entry found = b->entries[i];

		if (found.id == 0 || memcmp(found.key, key, ID_CACHE_KEY_LEN) != 0)
			continue;
		memmove(&b->entries[1], &b->entries[0], (size_t)i * sizeof(found));
		b->entries[0] = found;
		return found.id;
	}
	return 0;
}

void id_cache_add(struct id_cache *c, const uint8_t key[static ID_CACHE_KEY_LEN], int64_t id)
{
	struct bucket *b = bucket_of(c, key);

	memmove(&b->entries[1], &b->entries[0], sizeof(*b) - sizeof(b->entries[0]));
	memcpy(b->entries[0].key, key, ID_CACHE_KEY_LEN);
	b->entries[0].id = id;
}
