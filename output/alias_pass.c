// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/alias_pass.h"

#include <errno.h>
#include <stdlib.h>

struct pass {
	struct alias_work *work;
	struct alias_found *found;
	struct alias_candidates candidates;
	uint32_t subnet;
	enum alias_rule weakest; /* that counts in this pass */
	bool has_joined;
};

static bool is_exhausted(const struct alias_work *w)
{
	return w->steps > ALIAS_STEPS_MAX;
}

/* --- may these two be one router's? --- */

/* A router has one address in a subnet.  Later passes have weaker evidence: there
 * subnets that come later count, if no trace speaks against them. */
static bool are_parted(struct pass *p, uint32_t one, uint32_t two)
{
	struct alias_work *w = p->work;
	bool or_clean = p->weakest > ALIAS_SECOND_SUBNET;
	uint32_t count = w->map.count;

	for (uint32_t i = alias_sets_next(&w->sets, one, 0); i < count;
	     i = alias_sets_next(&w->sets, one, i + 1)) {
		for (uint32_t j = alias_sets_next(&w->sets, two, 0); j < count;
		     j = alias_sets_next(&w->sets, two, j + 1)) {
			w->steps++;
			if (alias_subnets_part(&w->subnets, i, j, p->subnet, or_clean))
				return true;
		}
	}
	return false;
}

static bool is_possible(struct pass *p, const struct alias_candidate *k)
{
	const struct alias_sets *sets = &p->work->sets;

	p->work->steps++;
	return alias_sets_are_one(sets, k->a, k->c) ||
	       (!alias_sets_would_loop(sets, k->a, k->c) && !are_parted(p, k->a, k->c));
}

/* Of one router, or could they become one's? */
static bool exclude_each_other(struct pass *p, uint32_t one, uint32_t two)
{
	const struct alias_sets *sets = &p->work->sets;

	p->work->steps++;
	return one != two && !alias_sets_are_one(sets, one, two) &&
	       (alias_sets_would_loop(sets, one, two) || are_parted(p, one, two));
}

/* Neighbours that are known and do not fit speak against a pair, however sure the link
 * is: the router on the way back may be another that answered from that link's side. */
static bool counts(const struct pass *p, const struct alias_candidate *k)
{
	return k->rule <= p->weakest && (k->rule < ALIAS_POINT_TO_POINT || k->is_silent);
}

/*
 * Two routers between two LANs look the same from both sides: each address of the one
 * LAN goes with each of the other.  Then nobody knows, and nothing is accepted.
 */
static bool has_rival(struct pass *p, const struct alias_candidate *k)
{
	const struct alias_candidates *all = &p->candidates;

	for (size_t i = 0; i < all->count; i++) {
		const struct alias_candidate *other = &all->items[i];

		p->work->steps++;
		if (!counts(p, other) || (other->a == k->a) == (other->c == k->c))
			continue; /* the same pair, or one without a part in this */
		if (alias_sets_are_one(&p->work->sets, other->a, other->c))
			continue; /* decided: is_possible() knows */
		if (exclude_each_other(p, other->a == k->a ? other->c : other->a,
				       other->a == k->a ? k->c : k->a) &&
		    is_possible(p, other))
			return true;
	}
	return false;
}

/* --- a subnet's candidates --- */

/* What is in its place or not: nothing is known of the neighbours, or what is known
 * does not fit. */
static bool is_contradicted(const struct pass *p)
{
	for (size_t i = 0; i < p->candidates.count; i++)
		if (p->candidates.items[i].rule == ALIAS_POINT_TO_POINT &&
		    !p->candidates.items[i].is_silent)
			return true;
	return false;
}

/*
 * The weaker rules are for links of two only: on a LAN behind a diamond all have
 * neighbours that are aliases.  And where there is no neighbour at all, nothing may
 * speak against the subnet.
 */
static bool is_open(const struct pass *p)
{
	const struct alias_subnets *all = &p->work->subnets;
	const struct alias_subnet *s = &all->items[p->subnet];

	if (p->weakest == ALIAS_SECOND_SUBNET)
		return true;
	if (s->len < 30 || s->is_doubtful)
		return false;
	if (p->weakest == ALIAS_ACCEPTED_NEIGHBOUR)
		return true;
	return !alias_subnets_is_part(all, p->subnet) && (s->is_confirmed || !is_contradicted(p));
}

static uint8_t score(const struct alias_subnet *s, const struct alias_candidate *k)
{
	static const int sure[] = {
		[ALIAS_COMMON_NEIGHBOUR] = 90,
		[ALIAS_SECOND_SUBNET] = 95,
		[ALIAS_ACCEPTED_NEIGHBOUR] = 75,
		[ALIAS_POINT_TO_POINT] = 60,
	};
	int result = sure[k->rule];

	if (k->rule == ALIAS_POINT_TO_POINT && !s->is_confirmed)
		result = 30;
	if (s->len < 30)
		result -= 10;
	if (s->is_doubtful)
		result -= 15;
	result -= 20 * (s->usable - s->seen) / s->usable;
	result += k->support > 4 ? 4 : (int)k->support;
	return (uint8_t)(result < 99 ? result : 99);
}

static int list_pair(struct pass *p, const struct alias_candidate *k)
{
	const struct alias_subnet *s = &p->work->subnets.items[p->subnet];
	const struct alias_node *nodes = p->work->map.nodes;
	struct alias_found *f = p->found;
	uint32_t a = k->a < k->c ? k->a : k->c, b = k->a < k->c ? k->c : k->a;

	if (alias_bits_get(&f->known, a, b))
		return 0;
	if (f->count == f->room) {
		size_t room = 2 * f->room + 64;
		struct alias_pair *grown = reallocarray(f->items, room, sizeof(*f->items));

		if (!grown)
			return -ENOMEM;
		f->items = grown;
		f->room = room;
	}
	alias_bits_set(&f->known, a, b);
	f->items[f->count++] = (struct alias_pair){
		.a = nodes[a].addr,
		.b = nodes[b].addr,
		.rule = k->rule,
		.subnet = addr_from_v4(be32_from(s->base)),
		.prefix_len = s->len,
		.seen = s->seen,
		.usable = s->usable,
		.score = score(s, k),
		.support = k->support,
	};
	return 0;
}

static void join(struct pass *p, uint32_t one, uint32_t two)
{
	struct alias_work *w = p->work;
	uint32_t count = w->map.count;

	for (uint32_t i = alias_sets_next(&w->sets, one, 0); i < count;
	     i = alias_sets_next(&w->sets, one, i + 1))
		for (uint32_t j = alias_sets_next(&w->sets, two, 0); j < count;
		     j = alias_sets_next(&w->sets, two, j + 1)) {
			w->steps++;
			alias_subnets_refute(&w->subnets, i, j);
		}
	alias_sets_join(&w->sets, one, two);
	p->has_joined = true;
}

static int accept(struct pass *p, const struct alias_candidate *k)
{
	struct alias_subnets *s = &p->work->subnets;
	int err = list_pair(p, k);

	if (err)
		return err;
	if (!alias_sets_are_one(&p->work->sets, k->a, k->c))
		join(p, k->a, k->c);
	/* A guess does not make the next one surer. */
	if (k->rule != ALIAS_POINT_TO_POINT)
		s->items[p->subnet].is_confirmed = true;
	if (k->second != ALIAS_NO_SUBNET)
		s->items[k->second].is_confirmed = true;
	return 0;
}

static int pass_subnet(struct pass *p)
{
	int err = alias_candidates_find(p->work, p->subnet, &p->candidates);

	if (err || !is_open(p))
		return err;
	for (size_t i = 0; !err && i < p->candidates.count; i++) {
		const struct alias_candidate *k = &p->candidates.items[i];

		if (is_exhausted(p->work))
			break;
		if (counts(p, k) && is_possible(p, k) && !has_rival(p, k))
			err = accept(p, k);
	}
	return err;
}

static int pass_subnets(struct pass *p)
{
	int err = 0;

	p->has_joined = false;
	for (p->subnet = 0; !err && p->subnet < p->work->subnets.count; p->subnet++)
		if (!p->work->subnets.items[p->subnet].is_refuted && !is_exhausted(p->work))
			err = pass_subnet(p);
	return err;
}

int alias_pass_all(struct alias_work *w, struct alias_found *found)
{
	struct pass p = { .work = w, .found = found };
	int err = alias_bits_init(&found->known, w->map.count, w->map.count);

	p.weakest = ALIAS_SECOND_SUBNET;
	if (!err)
		err = pass_subnets(&p);
	/* Each router found may be the neighbour that the next one needs. */
	p.weakest = ALIAS_ACCEPTED_NEIGHBOUR;
	do {
		if (!err)
			err = pass_subnets(&p);
	} while (!err && p.has_joined);
	p.weakest = ALIAS_POINT_TO_POINT;
	if (!err)
		err = pass_subnets(&p);
	alias_candidates_fini(&p.candidates);
	return err;
}

void alias_found_fini(struct alias_found *found)
{
	free(found->items);
	alias_bits_fini(&found->known);
}
