// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_forwarding.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define TTL_MAX	    32
#define EVENTS_MAX  4096
#define PROBES_MAX  40000
#define HURRY_LEAST 50 /* a lost probe is noticed about that many answers later */

struct forward_probe {
	struct mda_ask ask;
	bool lost;
};

struct forward_run {
	const struct fake_forwarding *f;
	struct mda *m;
	struct random dice;
	uint64_t hash_seed;
	uint32_t count;
	uint32_t events;
	struct forward_probe under_way[EVENTS_MAX];
};

struct mda *fake_mda_new(void)
{
	struct mda *m = malloc(mda_size(TTL_MAX));

	cr_assert(m);
	memset(m, 0xa5, mda_size(TTL_MAX)); /* memory comes as it is */
	return m;
}

const struct stopping *fake_stopping(double eps)
{
	static struct stopping known[8];
	size_t i = 0;

	while (i < 8 && known[i].eps > 0 && known[i].eps != eps)
		i++;
	cr_assert_lt(i, 8);
	if (known[i].eps != eps)
		stopping_fill(&known[i], eps);
	return &known[i];
}

struct mda_config fake_mda_config(enum mda_method method, double eps)
{
	struct mda_config config = {
		.method = method,
		.min_ttl = 1,
		.max_ttl = 30,
		.gap_limit = 3,
		.retries = 3,
		.recheck = true,
		.min_burst = 20,
		.max_burst = 500,
	};

	config.stopping = *fake_stopping(eps);
	return config;
}

static void forward_send(struct forward_run *run, struct fake_outcome *ret)
{
	struct forward_probe *p;

	cr_assert_lt(run->count, EVENTS_MAX);
	p = &run->under_way[run->count++];
	cr_assert(mda_peek(run->m, &p->ask));
	p->lost = random_below(&run->dice, 1000000) < run->f->loss_ppm;
	mda_sent(run->m);
	cr_assert_lt(++ret->probes, PROBES_MAX, "no end of probes");
	if (run->m->outstanding > ret->most_outstanding)
		ret->most_outstanding = run->m->outstanding;
}

/* The next event: the oldest, or any; losses are noticed late. */
static struct forward_probe forward_take(struct forward_run *run)
{
	uint32_t at = run->f->reorders ? random_below(&run->dice, run->count) : 0;
	struct forward_probe p;

	for (uint32_t i = 0;
	     i < run->count && run->under_way[at].lost && random_below(&run->dice, HURRY_LEAST);
	     i++)
		at = (at + 1) % run->count;
	p = run->under_way[at];
	memmove(&run->under_way[at], &run->under_way[at + 1], (--run->count - at) * sizeof(p));
	return p;
}

static void forward_event(struct forward_run *run)
{
	struct forward_probe p = forward_take(run);
	bool gets_late = p.lost || random_below(&run->dice, 20) == 0;
	uint16_t flow = mda_flow_value(run->m, p.ask.flow);
	const struct fake_node *n =
		fake_graph_walk(run->f->graph, run->hash_seed, flow, p.ask.ttl, &run->dice, NULL);

	if (run->f->reorders && gets_late && !p.ask.is_late) {
		mda_overdue(run->m, &p.ask);
		p.ask.is_late = true;
		run->under_way[run->count++] = p;
		return;
	}
	if (++run->events == run->f->remap_after)
		run->hash_seed ^= 0x5555;
	if (p.lost || n->is_silent || (n->is_limited && random_below(&run->dice, 3)))
		mda_lost(run->m, &p.ask);
	else
		mda_answered(run->m, &p.ask, &n->addr, n->is_end || n->refuses);
}

/* Where a hop has two routers, nothing is assumed; whom a flow met, it was seen to meet. */
static void forward_check(const struct forward_run *run, uint8_t ttl)
{
	const struct mda_hop *hop = mda_table_hop(&run->m->table, ttl);

	if (run->f->config->trust_single || hop->vertex_count < 2 || hop->vertices[1].is_hole ||
	    hop->vertices[0].is_hole)
		return;
	for (uint16_t flow = 0; flow < run->m->table.flow_count; flow++)
		cr_assert_not(hop->cells[flow].is_assumed, "assumed at %u", ttl);
}

static void forward_judge_links(const struct forward_run *run, uint8_t ttl,
				const struct fake_reach *reach, struct fake_outcome *ret)
{
	const struct fake_graph *g = run->f->graph;
	const struct mda_hop *hop = mda_table_hop(&run->m->table, ttl);
	const struct mda_hop *near = mda_table_hop(&run->m->table, (uint8_t)(ttl - 1));
	uint32_t found = 0;

	for (uint16_t i = 0; i < hop->link_count; i++) {
		const struct mda_vertex *a = &near->vertices[hop->links[i].near];
		const struct mda_vertex *b = &hop->vertices[hop->links[i].far];
		bool is_true;

		if (a->is_hole || b->is_hole || b->is_hidden || ttl == 1)
			continue;
		is_true = fake_graph_has_link(g, fake_graph_find(g, &a->addr),
					      fake_graph_find(g, &b->addr));
		found += is_true && (hop->links[i].flows || run->f->config->trust_single);
		ret->links_false += !is_true && hop->links[i].flows;
		ret->links_assumed += hop->links[i].flows == 0;
		ret->assumed_false += !is_true && hop->links[i].flows == 0;
	}
	for (size_t n = 0; ttl > 1 && n < g->count; n++)
		for (uint16_t w = 0; w < g->nodes[n].ways; w++)
			ret->links_missed += reach->at[ttl - 1][n] && !g->nodes[n].refuses &&
					     !g->nodes[n].is_silent &&
					     !g->nodes[g->nodes[n].next[w]].is_silent;
	ret->links_missed -= found;
}

static void forward_judge(const struct forward_run *run, struct fake_outcome *ret)
{
	const struct fake_graph *g = run->f->graph;
	struct fake_reach reach;

	fake_graph_reach(g, &reach);
	mda_conclude(run->m, run->m->end_ttl);
	for (uint8_t ttl = 1; ttl <= reach.last_ttl || ttl <= run->m->end_ttl; ttl++) {
		const struct mda_hop *hop = mda_table_hop(&run->m->table, ttl);
		bool is_past = ttl > run->m->end_ttl;

		for (size_t n = 0; n < g->count; n++)
			ret->nodes_missed += reach.at[ttl][n] && !g->nodes[n].is_silent;
		for (int i = 0; !is_past && i < hop->vertex_count; i++) {
			size_t n = fake_graph_find(g, &hop->vertices[i].addr);

			ret->holes += hop->vertices[i].is_hole && !hop->vertices[i].is_hidden;
			if (hop->vertices[i].is_hole || hop->vertices[i].is_hidden)
				continue;
			cr_assert_neq(n, SIZE_MAX);
			ret->nodes_missed -= reach.at[ttl][n];
			ret->nodes_false += !reach.at[ttl][n];
		}
		if (!is_past)
			forward_judge_links(run, ttl, &reach, ret);
	}
}

void fake_forward(const struct fake_forwarding *f, struct mda *m, struct fake_outcome *ret)
{
	static struct forward_run run;
	struct mda_ask ask;

	run.f = f;
	run.m = m;
	run.dice.state = f->seed;
	run.hash_seed = random_u64(&run.dice);
	run.count = run.events = 0;
	memset(ret, 0, sizeof(*ret));
	mda_init(m, f->config, random_u64(&run.dice));
	while (m->end == MDA_RUNS) {
		while (mda_peek(m, &ask))
			forward_send(&run, ret);
		if (m->end != MDA_RUNS)
			break;
		cr_assert_gt(run.count, 0, "stands still");
		cr_assert_leq(m->outstanding, run.count);
		forward_event(&run);
		for (uint8_t ttl = 1; run.events % 7 == 0 && ttl < 8 && ttl <= f->config->max_ttl;
		     ttl++)
			forward_check(&run, ttl);
	}
	forward_judge(&run, ret);
}
