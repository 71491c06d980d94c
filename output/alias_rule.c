// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/alias_rule.h"

#include <errno.h>
#include <stdlib.h>

/* Matches on the other side. */
struct evidence {
	uint32_t common, second, accepted;
	uint32_t subnet;
};

static const struct alias_edge *hops_begin(const struct alias_hops *h, uint32_t node)
{
	return &h->edges[h->first[node]];
}

static const struct alias_edge *hops_end(const struct alias_hops *h, uint32_t node)
{
	return &h->edges[h->first[node + 1]];
}

static bool has_hops(const struct alias_hops *h, uint32_t node)
{
	return h->first[node] != h->first[node + 1];
}

/* `last`: less complete subnets come later and prove nothing yet. */
static void look_at_subnets(struct alias_work *w, const struct alias_candidate *k, uint32_t last,
			    struct evidence *e)
{
	const struct alias_hops *after = &w->map.next[!k->dir];

	for (const struct alias_edge *d = hops_begin(after, k->c); d < hops_end(after, k->c); d++) {
		uint32_t subnet = ALIAS_NO_SUBNET;

		w->steps++;
		if (d->to != k->a)
			subnet = alias_subnets_shared(&w->subnets, k->a, d->to);
		if (subnet == ALIAS_NO_SUBNET || subnet > last)
			continue;
		e->second++;
		if (subnet < e->subnet)
			e->subnet = subnet;
	}
}

static void look_at_neighbours(struct alias_work *w, const struct alias_candidate *k,
			       struct evidence *e)
{
	const struct alias_hops *before = &w->map.prev[k->dir];
	const struct alias_hops *after = &w->map.next[!k->dir];

	for (const struct alias_edge *n = hops_begin(before, k->a); n < hops_end(before, k->a);
	     n++) {
		for (const struct alias_edge *d = hops_begin(after, k->c);
		     d < hops_end(after, k->c); d++) {
			w->steps++;
			if (n->to == d->to)
				e->common++;
			else if (alias_sets_are_one(&w->sets, n->to, d->to))
				e->accepted++;
		}
	}
}

/* The surest first.  On entry `support` is what this side has. */
static void judge(struct alias_work *w, struct alias_candidate *k, uint32_t last)
{
	struct evidence e = { .subnet = ALIAS_NO_SUBNET };
	uint32_t matches = 1;

	look_at_subnets(w, k, last, &e);
	look_at_neighbours(w, k, &e);
	if (e.second > 0) {
		k->rule = ALIAS_SECOND_SUBNET;
		k->second = e.subnet;
		matches = e.second;
	} else if (e.common > 0) {
		k->rule = ALIAS_COMMON_NEIGHBOUR;
		matches = e.common;
	} else if (e.accepted > 0) {
		k->rule = ALIAS_ACCEPTED_NEIGHBOUR;
		matches = e.accepted;
	}
	k->support *= matches;
	k->is_silent =
		!has_hops(&w->map.prev[k->dir], k->a) || !has_hops(&w->map.next[!k->dir], k->c);
}

static int add(struct alias_candidates *list, uint32_t a, uint32_t c, uint8_t dir)
{
	if (list->count == list->room) {
		size_t room = 2 * list->room + 64;
		struct alias_candidate *grown =
			reallocarray(list->items, room, sizeof(*list->items));

		if (!grown)
			return -ENOMEM;
		list->items = grown;
		list->room = room;
	}
	list->items[list->count++] = (struct alias_candidate){
		.a = a,
		.c = c,
		.dir = dir,
		.rule = ALIAS_POINT_TO_POINT,
		.second = ALIAS_NO_SUBNET,
		.support = 1,
	};
	return 0;
}

/* Both on one side of b and c: whoever is before b, and c. */
static int propose(struct alias_work *w, uint32_t b, uint32_t c, uint8_t dir,
		   struct alias_candidates *list)
{
	const struct alias_hops *before = &w->map.prev[dir];
	int err = 0;

	/* c must have answered in the other direction. */
	if (!has_hops(&w->map.next[!dir], c) && !has_hops(&w->map.prev[!dir], c))
		return 0;
	for (const struct alias_edge *a = hops_begin(before, b); !err && a < hops_end(before, b);
	     a++) {
		w->steps++;
		if (a->to != c && alias_map_is_router(&w->map, a->to))
			err = add(list, a->to, c, dir);
	}
	return err;
}

static int compare_candidates(const void *left, const void *right)
{
	const struct alias_candidate *a = left, *b = right;

	if (a->c != b->c)
		return a->c < b->c ? -1 : 1;
	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	return a->dir - b->dir;
}

/* Several b speak for the same pair. */
static void unite(struct alias_candidates *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->items, list->count, sizeof(*list->items), compare_candidates);
	for (size_t i = 0; i < list->count; i++) {
		if (kept > 0 && compare_candidates(&list->items[kept - 1], &list->items[i]) == 0)
			list->items[kept - 1].support++;
		else
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
}

int alias_candidates_find(struct alias_work *w, uint32_t subnet, struct alias_candidates *list)
{
	const struct alias_subnet *s = &w->subnets.items[subnet];
	uint32_t end = s->first + s->seen;
	int err = 0;

	list->count = 0;
	for (uint32_t b = s->first; !err && b < end; b++) {
		for (uint32_t c = s->first; !err && c < end; c++) {
			w->steps++;
			if (b == c || !alias_map_is_router(&w->map, c))
				continue;
			err = propose(w, b, c, ALIAS_FORWARD, list);
			if (!err)
				err = propose(w, b, c, ALIAS_REVERSE, list);
		}
	}
	if (err)
		return err;
	unite(list);
	for (size_t i = 0; i < list->count; i++)
		judge(w, &list->items[i], subnet);
	return 0;
}

void alias_candidates_fini(struct alias_candidates *c)
{
	free(c->items);
	c->items = NULL;
}
