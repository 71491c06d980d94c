// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/statistics/share_rule.h"

#include <math.h>
#include <string.h>

#define FLOWS 8192
#define HOPS  12

struct share_run {
	const struct fake_graph *g;
	const struct stopping *s;
	uint64_t seed;
	bool trust;
	uint32_t flows; /* used so far */
	uint32_t probes;
	uint32_t sent[HOPS];			   /* flows by rounds */
	uint8_t seen[HOPS][FLOWS];		   /* 1 + node; 0: not sent there */
	bool link[FAKE_NODES_MAX][FAKE_NODES_MAX]; /* of the pair of hops at hand */
};

static uint8_t share_node(const struct share_run *r, uint32_t flow, unsigned int ttl)
{
	const struct fake_node *n =
		fake_graph_walk(r->g, r->seed, (uint16_t)flow, (uint8_t)ttl, NULL, NULL);

	return (uint8_t)(n - r->g->nodes + 1);
}

static uint32_t share_count(const struct share_run *r, unsigned int ttl, uint8_t node)
{
	uint32_t count = 0;

	for (uint32_t f = 0; f < r->flows; f++)
		count += node ? r->seen[ttl][f] == node : r->seen[ttl][f] > 0;
	return count;
}

static uint32_t share_links_of(const struct share_run *r, size_t node)
{
	uint32_t count = 0;

	for (size_t n = 0; n < FAKE_NODES_MAX; n++)
		count += r->link[node][n];
	return count;
}

static uint32_t share_need(const struct share_run *r, unsigned int ttl)
{
	uint32_t all = share_count(r, ttl, 0);
	uint32_t need = 0;

	for (uint8_t node = 1; node <= r->g->count; node++) {
		uint32_t own = ttl ? share_count(r, ttl, node) : node == 1;
		uint32_t links = share_links_of(r, node - 1u);
		double n = r->s->n[(links ? links : 1) + 1];

		if (own == 0 || r->g->nodes[node - 1].ways == 0)
			continue;
		n = ceil(ttl ? n * all / own - 1e-9 : n);
		need = n > need ? (uint32_t)n : need;
	}
	return need;
}

/* Sends so many flows to hop ttl + 1: those known at `ttl` first. */
static void share_send(struct share_run *r, unsigned int ttl, uint32_t count)
{
	for (uint32_t f = 0; f < FLOWS && count > 0; f++) {
		bool is_new = f >= r->flows;

		if (r->seen[ttl + 1][f] || (!is_new && ttl && !r->seen[ttl][f]))
			continue;
		r->flows += is_new;
		r->seen[ttl + 1][f] = share_node(r, f, ttl + 1);
		r->sent[ttl + 1]++;
		r->probes++;
		count--;
	}
}

static bool share_is_single(const struct share_run *r, unsigned int ttl)
{
	uint8_t first = 0;

	for (uint32_t f = 0; f < r->flows; f++) {
		if (r->seen[ttl][f] && first && r->seen[ttl][f] != first)
			return false;
		first = r->seen[ttl][f] ? r->seen[ttl][f] : first;
	}
	return true;
}

static void share_send_nearer(struct share_run *r, unsigned int ttl)
{
	bool assume = r->trust && share_is_single(r, ttl);
	uint8_t only = 0;

	for (uint32_t f = 0; f < r->flows; f++)
		only = r->seen[ttl][f] ? r->seen[ttl][f] : only;
	for (uint32_t f = 0; ttl && f < r->flows; f++) {
		if (r->seen[ttl][f] || !r->seen[ttl + 1][f])
			continue;
		r->seen[ttl][f] = assume ? only : share_node(r, f, ttl);
		r->probes += !assume;
	}
}

static uint32_t share_add_links(struct share_run *r, unsigned int ttl)
{
	uint32_t added = 0;

	for (uint32_t f = 0; f < r->flows; f++) {
		size_t near = ttl ? r->seen[ttl][f] : 1;
		size_t far = r->seen[ttl + 1][f];

		if (!near || !far || r->link[near - 1][far - 1])
			continue;
		r->link[near - 1][far - 1] = true;
		added++;
	}
	return added;
}

/* One pair of hops; returns how many true links it has. */
static uint32_t share_hop(struct share_run *r, unsigned int ttl)
{
	uint32_t found = 0;

	memset(r->link, 0, sizeof(r->link));
	for (;;) {
		uint32_t need = share_need(r, ttl);

		if (need <= r->sent[ttl + 1])
			break;
		share_send(r, ttl, need - r->sent[ttl + 1]);
		share_send_nearer(r, ttl);
		if (!share_add_links(r, ttl))
			break;
	}
	for (size_t a = 0; a < r->g->count; a++)
		for (size_t b = 0; b < r->g->count; b++)
			found += r->link[a][b] && fake_graph_has_link(r->g, a, b);
	return found;
}

void share_rule_run(const struct fake_graph *g, const struct stopping *s, bool trust, uint64_t seed,
		    struct share_outcome *ret)
{
	static struct share_run r;
	struct fake_reach reach;

	memset(&r, 0, sizeof(r));
	r.g = g;
	r.s = s;
	r.seed = seed;
	r.trust = trust;
	fake_graph_reach(g, &reach);
	ret->links = 0;
	for (unsigned int ttl = 0; ttl < reach.last_ttl; ttl++) {
		uint32_t found = share_hop(&r, ttl);

		ret->links += ttl ? found : 0;
	}
	ret->probes = r.probes;
}
