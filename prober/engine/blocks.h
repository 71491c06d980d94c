// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists that grow, of items of one size: a trace's probes.  A list is made of blocks, and
 * takes one more when they are full, so that items stay where they are.  Room for the most
 * there can be is reserved at the start: growing costs no allocation, and memory is used
 * for what lists have become.  Owns all blocks.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct blocks;

struct block_list {
	uint8_t **blocks; /* of 2^bits items each */
	uint32_t count;	  /* of blocks */
	uint32_t bits;
};

/* For `lists` lists at once, each of `most` items at most. */
int blocks_new(uint32_t lists, uint32_t most, size_t item_size, struct blocks **ret_blocks);
void blocks_free(struct blocks *b);

/* The list of that number, below `lists`; empty. */
struct block_list blocks_begin(const struct blocks *b, uint32_t number);
/* Makes sure that there is an item of that index, below `most`; new ones are zero. */
void blocks_reach(struct blocks *b, struct block_list *list, uint32_t index);
/* Gives all of it back; it is empty then. */
void blocks_end(struct blocks *b, struct block_list *list);

static inline void *block_list_at(const struct block_list *list, uint32_t index, size_t item_size)
{
	return list->blocks[index >> list->bits] + (index & ((1u << list->bits) - 1)) * item_size;
}

/* The index of an item that is in the list; looks from the end. */
uint32_t block_list_index(const struct block_list *list, const void *item, size_t item_size);
