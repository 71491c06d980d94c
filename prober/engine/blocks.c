// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/blocks.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/pool.h"

/* Blocks are small, so that little of them is unused; larger where lists are long, so that
 * their tables of blocks are short. */
#define BITS_SMALL 3
#define BITS_LARGE 8
#define MOST_SMALL 1024

struct blocks {
	struct pool *pool;
	uint8_t **tables; /* of blocks, `table_len` for each list */
	uint32_t table_len;
	uint32_t bits;
};

int blocks_new(uint32_t lists, uint32_t most, size_t item_size, struct blocks **ret_blocks)
{
	struct blocks *b = calloc(1, sizeof(*b));
	int err = -ENOMEM;

	if (!b)
		return err;
	b->bits = most <= MOST_SMALL ? BITS_SMALL : BITS_LARGE;
	b->table_len = (most + (1u << b->bits) - 1) >> b->bits;
	b->tables = calloc((size_t)lists * b->table_len, sizeof(*b->tables));
	if (b->tables)
		err = pool_new(lists * b->table_len, item_size << b->bits, &b->pool);
	if (err) {
		blocks_free(b);
		return err;
	}
	*ret_blocks = b;
	return 0;
}

void blocks_free(struct blocks *b)
{
	if (!b)
		return;
	pool_free(b->pool);
	free(b->tables);
	free(b);
}

struct block_list blocks_begin(const struct blocks *b, uint32_t number)
{
	return (struct block_list){ .blocks = b->tables + (size_t)number * b->table_len,
				    .bits = b->bits };
}

void blocks_reach(struct blocks *b, struct block_list *list, uint32_t index)
{
	while (list->count <= index >> list->bits) {
		uint32_t slot = pool_take(b->pool);

		assert(list->count < b->table_len && slot != POOL_NONE);
		list->blocks[list->count++] = pool_at(b->pool, slot);
	}
}

void blocks_end(struct blocks *b, struct block_list *list)
{
	while (list->count > 0)
		pool_give(b->pool, pool_slot(b->pool, list->blocks[--list->count]));
}

uint32_t block_list_index(const struct block_list *list, const void *item, size_t item_size)
{
	size_t size = item_size << list->bits;

	for (uint32_t i = list->count; i-- > 0;) {
		uintptr_t offset = (uintptr_t)item - (uintptr_t)list->blocks[i];

		if (offset < size)
			return (i << list->bits) + (uint32_t)(offset / item_size);
	}
	abort(); /* it is not in the list */
}
