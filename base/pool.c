// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/pool.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pool {
	uint8_t *slots;
	uint32_t *free; /* a stack: the slot given back last is taken first */
	uint32_t given; /* slots on it */
	uint32_t fresh; /* the first slot that was never taken: their memory is untouched */
	size_t size;
	uint32_t count;
	uint32_t left;
};

int pool_new(uint32_t count, size_t size, struct pool **ret_pool)
{
	struct pool *p = calloc(1, sizeof(*p));

	assert(count < POOL_NONE);
	if (!p)
		return -ENOMEM;
	p->slots = calloc(count ? count : 1, size);
	p->free = calloc(count ? count : 1, sizeof(*p->free));
	if (!p->slots || !p->free) {
		pool_free(p);
		return -ENOMEM;
	}
	p->size = size;
	p->count = p->left = count;
	*ret_pool = p;
	return 0;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	free(p->slots);
	free(p->free);
	free(p);
}

uint32_t pool_take(struct pool *p)
{
	uint32_t slot;

	if (p->left == 0)
		return POOL_NONE;
	slot = p->given ? p->free[--p->given] : p->fresh++;
	p->left--;
	memset(pool_at(p, slot), 0, p->size);
	return slot;
}

void pool_give(struct pool *p, uint32_t slot)
{
	assert(slot < p->count && p->left < p->count);
	p->free[p->given++] = slot;
	p->left++;
}

void *pool_at(const struct pool *p, uint32_t slot)
{
	assert(slot < p->count);
	return p->slots + slot * p->size;
}

uint32_t pool_slot(const struct pool *p, const void *memory)
{
	size_t offset = (size_t)((const uint8_t *)memory - p->slots);

	assert(offset % p->size == 0 && offset / p->size < p->count);
	return (uint32_t)(offset / p->size);
}

uint32_t pool_left(const struct pool *p)
{
	return p->left;
}

uint32_t pool_taken(const struct pool *p)
{
	return p->count - p->left;
}
