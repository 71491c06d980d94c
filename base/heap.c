// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/heap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

struct heap {
	struct heap_node **nodes;
	uint32_t capacity;
	uint32_t count;
};

int heap_new(uint32_t capacity, struct heap **ret_heap)
{
	struct heap *h = calloc(1, sizeof(*h));

	if (!h)
		return -ENOMEM;
	h->nodes = calloc(capacity ? capacity : 1, sizeof(struct heap_node *));
	if (!h->nodes) {
		free(h);
		return -ENOMEM;
	}
	h->capacity = capacity;
	*ret_heap = h;
	return 0;
}

void heap_free(struct heap *h)
{
	if (!h)
		return;
	free(h->nodes);
	free(h);
}

static void heap_place(struct heap *h, uint32_t at, struct heap_node *node)
{
	h->nodes[at] = node;
	node->place = at + 1;
}

static void heap_up(struct heap *h, uint32_t at, struct heap_node *node)
{
	while (at > 0) {
		uint32_t parent = (at - 1) / 2;

		if (!mono_before(node->due, h->nodes[parent]->due))
			break;
		heap_place(h, at, h->nodes[parent]);
		at = parent;
	}
	heap_place(h, at, node);
}

static void heap_down(struct heap *h, uint32_t at, struct heap_node *node)
{
	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= h->count)
			break;
		if (child + 1 < h->count &&
		    mono_before(h->nodes[child + 1]->due, h->nodes[child]->due))
			child++;
		if (!mono_before(h->nodes[child]->due, node->due))
			break;
		heap_place(h, at, h->nodes[child]);
		at = child;
	}
	heap_place(h, at, node);
}

void heap_set(struct heap *h, struct heap_node *node, mono due)
{
	bool earlier = !heap_has(node) || mono_before(due, node->due);

	if (!heap_has(node)) {
		assert(h->count < h->capacity);
		node->place = ++h->count;
	}
	node->due = due;
	if (earlier)
		heap_up(h, node->place - 1, node);
	else
		heap_down(h, node->place - 1, node);
}

void heap_remove(struct heap *h, struct heap_node *node)
{
	struct heap_node *last;
	uint32_t at;

	if (!heap_has(node))
		return;
	at = node->place - 1;
	node->place = 0;
	last = h->nodes[--h->count];
	if (last == node)
		return;
	if (at > 0 && mono_before(last->due, h->nodes[(at - 1) / 2]->due))
		heap_up(h, at, last);
	else
		heap_down(h, at, last);
}

struct heap_node *heap_first(const struct heap *h)
{
	return h->count ? h->nodes[0] : NULL;
}
