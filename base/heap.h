// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is due first: a binary min-heap of nodes that live inside the caller's
 * structures.  Room for all nodes is allocated once; each operation costs
 * O(log n) and no allocation.  The heap owns no node.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct heap_node {
	mono due;
	uint32_t place; /* 1 + index in the heap; 0 while outside, so zeroed memory is right */
};

struct heap;

int heap_new(uint32_t capacity, struct heap **ret_heap);
void heap_free(struct heap *h);

/* Adds the node, or moves it if it is inside already. */
void heap_set(struct heap *h, struct heap_node *node, mono due);
/* Does nothing for a node that is outside. */
void heap_remove(struct heap *h, struct heap_node *node);
/* The node that is due first; NULL if the heap is empty. */
struct heap_node *heap_first(const struct heap *h);

static inline bool heap_has(const struct heap_node *node)
{
	return node->place != 0;
}
