// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/mda_plan.h"

#include <string.h>

uint16_t mda_wanted(const struct mda *m, const struct mda_vertex *v)
{
	unsigned int known = v->successors ? v->successors : 1;

	return m->config->stopping.n[known + 1];
}

bool mda_flow_has_ended(struct mda *m, uint8_t ttl, uint16_t flow)
{
	if (!m->table.first_end || m->table.first_end >= ttl)
		return false;
	for (unsigned int at = m->config->min_ttl; at < ttl; at++)
		if (mda_table_hop(&m->table, (uint8_t)at)->cells[flow].is_end)
			return true;
	return false;
}

bool mda_fresh_flow(struct mda *m, uint8_t ttl, uint16_t *ret_flow)
{
	const struct mda_hop *hop = mda_table_hop(&m->table, ttl);

	for (uint16_t flow = 0; flow < m->table.flow_count; flow++) {
		if (mda_table_is_taken(hop, flow) || mda_flow_has_ended(m, ttl, flow))
			continue;
		*ret_flow = flow;
		return true;
	}
	*ret_flow = mda_table_draw(&m->table);
	return *ret_flow != MDA_FLOWS_MAX;
}

bool mda_known_or_fresh_flow(struct mda *m, uint8_t ttl, uint16_t *ret_flow)
{
	const struct mda_hop *hop = mda_table_hop(&m->table, ttl);

	for (uint16_t flow = 0; flow < m->table.flow_count; flow++) {
		const struct mda_vertex *v = mda_table_vertex(&m->table, (uint8_t)(ttl - 1), flow);

		if (mda_table_is_taken(hop, flow) || !v || mda_flow_has_ended(m, ttl, flow))
			continue;
		*ret_flow = flow;
		return true;
	}
	return mda_fresh_flow(m, ttl, ret_flow);
}

/* --- each vertex of the hop before tested enough -------------------------------------- */

void mda_count_silent(struct mda *m, uint8_t ttl, uint16_t silent[MDA_VERTICES_MAX])
{
	struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	struct mda_hop *last = mda_table_hop(&m->table, (uint8_t)(ttl - 1));

	memset(silent, 0, MDA_VERTICES_MAX * sizeof(*silent));
	if (hop->silent == 0)
		return;
	for (uint16_t flow = 0; flow < m->table.flow_count; flow++) {
		const struct mda_vertex *v;

		if (hop->cells[flow].state != CELL_SILENT)
			continue;
		v = mda_table_vertex(&m->table, (uint8_t)(ttl - 1), flow);
		if (v)
			silent[v - last->vertices]++;
	}
}

/*
 * Flows that this vertex still needs.  A flow that is silent or ends there says nothing
 * and is replaced; but no more of them than were wanted, and none where all are silent:
 * a black hole.
 */
static uint16_t mda_deficit(const struct mda *m, const struct mda_vertex *v, uint16_t silent)
{
	uint16_t wanted = mda_wanted(m, v);
	unsigned int counted = v->tested;
	unsigned int in_vain = (unsigned int)silent + v->ended;

	if (v->is_end)
		return 0;
	if (v->successors == 0)
		counted += in_vain;
	else if (in_vain > wanted)
		counted += in_vain - wanted;
	return counted < wanted ? (uint16_t)(wanted - counted) : 0;
}

uint16_t mda_send_known(struct mda *m, uint8_t ttl, const struct mda_vertex *v, uint16_t missing)
{
	const struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	const struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));

	for (uint16_t flow = 0; flow < m->table.flow_count && missing > 0; flow++) {
		if (mda_table_is_taken(hop, flow) || near->cells[flow].is_end ||
		    mda_table_vertex(&m->table, (uint8_t)(ttl - 1), flow) != v)
			continue;
		if (!mda_enqueue(m, ttl, flow))
			break;
		missing--;
	}
	return missing;
}

/* The black hole that this flow falls into at `ttl`, as far as is known; -1: none. */
static int mda_dark_hole(struct mda *m, uint8_t ttl, uint16_t flow)
{
	const struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));
	const struct mda_vertex *v = mda_table_vertex(&m->table, (uint8_t)(ttl - 1), flow);

	return v ? mda_table_dark_hole(&m->table, ttl, (uint8_t)(v - near->vertices)) : -1;
}

/* Flows that meet a black hole's predecessor need not be sent to be lost there. */
static bool mda_inherit(struct mda *m, uint8_t ttl)
{
	struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	bool has_dark = false;

	for (int i = 0; i < hop->vertex_count; i++)
		has_dark |= hop->vertices[i].is_hole &&
			    !mda_table_is_doubted(&m->table, ttl, &hop->vertices[i]);
	for (uint16_t flow = 0; has_dark && flow < m->table.flow_count; flow++) {
		int hole = hop->cells[flow].vertex || mda_table_is_taken(hop, flow)
				   ? -1
				   : mda_dark_hole(m, ttl, flow);

		if (hole >= 0)
			mda_table_inherit(&m->table, ttl, flow, (uint8_t)hole);
	}
	return has_dark;
}

/* One new flow on its way to `ttl`, by way of the only vertex of the hop before. */
static bool mda_draw_single(struct mda *m, uint8_t ttl)
{
	const struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));
	uint16_t flow;

	if (!mda_fresh_flow(m, ttl, &flow))
		return false;
	if (ttl - 1 > m->table.root && !near->cells[flow].vertex)
		mda_table_assume(&m->table, (uint8_t)(ttl - 1), flow, 0);
	return mda_enqueue(m, ttl, flow);
}

/* Sends new flows to `ttl`, so many that `count` are under way there. */
static void mda_draw_at(struct mda *m, uint8_t ttl, unsigned int count)
{
	const struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	unsigned int under_way = (unsigned int)hop->waiting + hop->queued;
	uint16_t flow;

	for (; under_way < count; under_way++)
		if (!mda_fresh_flow(m, ttl, &flow) || !mda_enqueue(m, ttl, flow))
			return;
}

void mda_draw(struct mda *m, uint8_t ttl, unsigned int count, bool has_dark)
{
	struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));
	bool some_ended = m->table.first_end && m->table.first_end < ttl;
	uint8_t where = (uint8_t)(ttl - 1);

	if (near->vertex_count == 1 && !some_ended) {
		while (count-- > 0 && mda_draw_single(m, ttl))
			;
		return;
	}
	if (!has_dark || where == m->config->min_ttl) {
		mda_draw_at(m, where, count);
		return;
	}
	for (uint16_t flow = 0; flow < m->table.flow_count && count > 0; flow++) {
		if (mda_table_is_taken(near, flow) || near->cells[flow].vertex ||
		    !mda_table_vertex(&m->table, (uint8_t)(where - 1), flow))
			continue;
		if (!mda_enqueue(m, where, flow))
			return;
		count--;
	}
	while (where > m->config->min_ttl && mda_inherit(m, where))
		where--;
	mda_draw_at(m, where, count);
}

static unsigned int most(unsigned int a, unsigned int b)
{
	return a > b ? a : b;
}

/* A quarter of the flows that it takes to meet this vertex once, on average. */
static unsigned int mda_flows_a_quarter(const struct mda_hop *near, const struct mda_vertex *v)
{
	unsigned int all = 0;

	for (int i = 0; i < near->vertex_count; i++)
		all += near->vertices[i].flows;
	return v->flows ? all / v->flows / 4 : 0;
}

static void mda_plan_nodes(struct mda *m, uint8_t ttl, bool early)
{
	struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));
	uint16_t silent[MDA_VERTICES_MAX];
	unsigned int draw = 0;
	unsigned int rare = 0;
	bool has_dark = ttl > m->config->min_ttl && mda_inherit(m, (uint8_t)(ttl - 1));

	mda_count_silent(m, ttl, silent);
	for (int i = 0; i < near->vertex_count; i++) {
		const struct mda_vertex *v = &near->vertices[i];
		uint16_t missing = mda_deficit(m, v, silent[i]);

		if (missing)
			missing = mda_send_known(m, ttl, v, missing);
		/* What may be but loss has the flows that were lost, and is given no more. */
		if (missing == 0 || mda_table_is_doubted(&m->table, (uint8_t)(ttl - 1), v))
			continue;
		draw += missing;
		rare = most(rare, missing * mda_flows_a_quarter(near, v));
	}
	/*
	 * Each new flow helps one vertex at most.  Planned again as they show whom they
	 * meet, so few are drawn in vain; but where it takes many to meet a certain vertex
	 * a quarter of those leave together, or else each would wait for the one before.
	 */
	if (draw && !early)
		mda_draw(m, ttl, most(draw, rare), has_dark);
}

void mda_plan_need(struct mda *m, uint8_t ttl, bool early)
{
	if (m->config->method == MDA_SHARE) {
		if (!early)
			mda_plan_share(m, ttl);
	} else if (mda_lite_applies(m, ttl)) {
		mda_plan_lite(m, ttl, early);
	} else {
		mda_plan_nodes(m, ttl, early);
	}
}
