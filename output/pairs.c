// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/pairs.h"

#include <errno.h>
#include <stdlib.h>

enum { BUCKETS = 1024 }; /* as many wait as traces are in flight: some thousands */

struct waiting {
	struct waiting *next;
	uint64_t pair_id;
	void *side;
};

struct pairs {
	void (*release)(void *side);
	struct waiting *buckets[BUCKETS];
	size_t first_used; /* no bucket before it has anybody; for pairs_take_any() */
};

int pairs_new(void (*release)(void *side), struct pairs **ret_pairs)
{
	struct pairs *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->release = release;
	*ret_pairs = p;
	return 0;
}

void pairs_free(struct pairs *p)
{
	void *side;

	if (!p)
		return;
	while ((side = pairs_take_any(p)))
		p->release(side);
	free(p);
}

int pairs_add(struct pairs *p, uint64_t pair_id, void *side)
{
	size_t index = pair_id % BUCKETS;
	struct waiting *w = malloc(sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->next = p->buckets[index];
	w->pair_id = pair_id;
	w->side = side;
	p->buckets[index] = w;
	if (index < p->first_used)
		p->first_used = index;
	return 0;
}

static void *unlink_waiting(struct waiting **at)
{
	struct waiting *w = *at;
	void *side = w->side;

	*at = w->next;
	free(w);
	return side;
}

void *pairs_take(struct pairs *p, uint64_t pair_id)
{
	for (struct waiting **at = &p->buckets[pair_id % BUCKETS]; *at; at = &(*at)->next)
		if ((*at)->pair_id == pair_id)
			return unlink_waiting(at);
	return NULL;
}

void *pairs_take_any(struct pairs *p)
{
	for (; p->first_used < BUCKETS; p->first_used++)
		if (p->buckets[p->first_used])
			return unlink_waiting(&p->buckets[p->first_used]);
	return NULL;
}
