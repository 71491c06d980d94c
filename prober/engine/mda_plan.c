// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/mda_plan.h"

/* Silence behind who has no successor is a black hole; that behind others may be one. */
static void mda_make_holes(struct mda *m, uint8_t ttl)
{
	struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));

	if (mda_table_hop(&m->table, ttl)->silent == 0)
		return;
	for (uint8_t i = 0; i < near->vertex_count; i++)
		if (!near->vertices[i].is_end)
			mda_table_make_hole(&m->table, ttl, i);
}

bool mda_hop_is_settled(struct mda *m, uint8_t ttl)
{
	const struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	const struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));

	return hop->queued == 0 && hop->waiting == 0 && near->queued == 0 && near->waiting == 0;
}

/* Everybody there is an end; what may be but loss counts for nobody. */
static bool mda_hop_has_ended(struct mda *m, uint8_t ttl)
{
	const struct mda_hop *hop = mda_table_hop(&m->table, ttl);

	for (int i = 0; i < hop->vertex_count; i++)
		if (!hop->vertices[i].is_end &&
		    !mda_table_is_doubted(&m->table, ttl, &hop->vertices[i]))
			return false;
	return true;
}

/* The hop's one real vertex; NULL if it has none or more. */
static const struct mda_vertex *mda_only_vertex(const struct mda_hop *hop)
{
	const struct mda_vertex *only = NULL;

	for (int i = 0; i < hop->vertex_count; i++) {
		if (hop->vertices[i].is_hole)
			continue;
		if (only)
			return NULL;
		only = &hop->vertices[i];
	}
	return only;
}

static bool mda_hop_is_silent(const struct mda_hop *hop)
{
	for (int i = 0; i < hop->vertex_count; i++)
		if (!hop->vertices[i].is_hole)
			return false;
	return true;
}

/* Silent or repeated hops in a row, as the deployed client counts them. */
struct mda_gap {
	uint8_t count;
	uint8_t last; /* TTL of the last hop that counts as found */
	const struct mda_vertex *single;
};

static void mda_gap_see(struct mda_gap *gap, const struct mda_hop *hop, uint8_t ttl)
{
	const struct mda_vertex *only = mda_only_vertex(hop);

	if (mda_hop_is_silent(hop)) {
		gap->count++;
		return;
	}
	if (only && gap->single && addr_equal(&only->addr, &gap->single->addr)) {
		gap->count++;
		return;
	}
	*gap = (struct mda_gap){ .last = ttl, .single = only };
}

static void mda_finish(struct mda *m, enum mda_end end, uint8_t ttl)
{
	m->end = end;
	m->end_ttl = ttl;
	m->queue_count = 0;
}

/* Before the end, whatever was found is tried once more. */
static void mda_end_or_recheck(struct mda *m, enum mda_end end, uint8_t ttl, uint8_t end_ttl)
{
	for (unsigned int at = m->config->min_ttl; at <= ttl; at++)
		mda_plan_recheck(m, (uint8_t)at);
	for (unsigned int at = m->config->min_ttl; at <= ttl; at++)
		if (!mda_hop_is_settled(m, (uint8_t)at))
			return;
	mda_finish(m, end, end_ttl);
}

/* The hop is settled: black holes, and does the trace end here? */
static bool mda_close_hop(struct mda *m, struct mda_gap *gap, uint8_t ttl)
{
	mda_make_holes(m, ttl);
	mda_gap_see(gap, mda_table_hop(&m->table, ttl), ttl);
	if (gap->count >= m->config->gap_limit)
		mda_end_or_recheck(m, MDA_GAP, ttl, gap->last);
	else if (mda_hop_has_ended(m, ttl))
		mda_end_or_recheck(m, MDA_REACHED, ttl, ttl);
	else if (ttl == m->config->max_ttl)
		mda_end_or_recheck(m, MDA_MAX_TTL, ttl, gap->last);
	else
		return false;
	return true;
}

void mda_plan(struct mda *m)
{
	struct mda_gap gap = { 0 };
	unsigned int ttl = m->config->min_ttl;

	for (; m->end == MDA_RUNS && ttl <= m->config->max_ttl; ttl++) {
		mda_plan_control(m, (uint8_t)ttl); /* first: part of the round that came in */
		mda_plan_need(m, (uint8_t)ttl, false);
		if (m->table.is_full)
			mda_finish(m, MDA_EXHAUSTED, (uint8_t)ttl);
		else if (!mda_hop_is_settled(m, (uint8_t)ttl))
			break;
		else if (mda_lite_turns_odd(m, (uint8_t)ttl))
			return mda_plan(m); /* once a hop */
		else if (mda_close_hop(m, &gap, (uint8_t)ttl))
			return;
	}
	/* Whoever is known of this hop needs flows to the next, whatever is still to come. */
	if (m->end == MDA_RUNS && ttl < m->config->max_ttl)
		mda_plan_need(m, (uint8_t)(ttl + 1), true);
}
