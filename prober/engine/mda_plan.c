// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/mda_plan.h"

#include <string.h>

static bool mda_is_taken(const struct mda_hop *hop, uint16_t flow)
{
	return hop->cells[flow].state != CELL_UNSENT;
}

/* How many flows must have gone on from this vertex before its successors count as
 * known. */
static uint16_t mda_wanted(const struct mda *m, const struct mda_vertex *v)
{
	unsigned int known = v->successors ? v->successors : 1;

	return m->config->stopping.n[known + 1];
}

/* Does this flow end before `ttl`, as far as is known? */
static bool mda_flow_has_ended(struct mda *m, uint8_t ttl, uint16_t flow)
{
	for (unsigned int at = m->config->min_ttl; at < ttl; at++) {
		const struct mda_vertex *v = mda_table_vertex(&m->table, (uint8_t)at, flow);

		if (v && v->is_end)
			return true;
	}
	return false;
}

/* A flow that was not sent to that TTL yet: an old one, or else a new one. */
static bool mda_fresh_flow(struct mda *m, uint8_t ttl, uint16_t *ret_flow)
{
	const struct mda_hop *hop = mda_table_hop(&m->table, ttl);

	for (uint16_t flow = 0; flow < m->table.flow_count; flow++) {
		if (mda_is_taken(hop, flow) || mda_flow_has_ended(m, ttl, flow))
			continue;
		*ret_flow = flow;
		return true;
	}
	*ret_flow = mda_table_draw(&m->table);
	return *ret_flow != MDA_FLOWS_MAX;
}

/* --- one hop, each of whose predecessors must be tested enough ------------------------- */

/* Flows that were given up behind each vertex of the hop before, and the black holes
 * among them left out. */
static void mda_count_silent(struct mda *m, uint8_t ttl, uint16_t silent[MDA_VERTICES_MAX])
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
 * Flows that this vertex still needs.  A silent flow says nothing and is replaced; but
 * no more of them than were wanted, and none where all are silent: a black hole.
 */
static uint16_t mda_deficit(const struct mda *m, const struct mda_vertex *v, uint16_t silent)
{
	uint16_t wanted = mda_wanted(m, v);
	unsigned int counted = v->tested;

	if (v->is_end)
		return 0;
	if (v->successors == 0)
		counted += silent;
	else if (silent > wanted)
		counted += silent - wanted;
	return counted < wanted ? (uint16_t)(wanted - counted) : 0;
}

/* Sends flows on that are known to meet this vertex; returns how many are missing. */
static uint16_t mda_send_known(struct mda *m, uint8_t ttl, const struct mda_vertex *v,
			       uint16_t missing)
{
	const struct mda_hop *hop = mda_table_hop(&m->table, ttl);

	for (uint16_t flow = 0; flow < m->table.flow_count && missing > 0; flow++) {
		if (mda_is_taken(hop, flow) ||
		    mda_table_vertex(&m->table, (uint8_t)(ttl - 1), flow) != v)
			continue;
		if (!mda_enqueue(m, ttl, flow))
			break;
		missing--;
	}
	return missing;
}

/* New flows for a hop behind `ttl`.  Where only one vertex is known they can but meet
 * that one, and go on at once; else each first has to show whom it meets. */
static bool mda_draw(struct mda *m, uint8_t ttl, unsigned int count)
{
	struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));
	bool single = near->vertex_count == 1;
	unsigned int under_way = single ? 0 : near->waiting + near->queued;
	uint8_t where = single ? ttl : (uint8_t)(ttl - 1);

	for (; under_way < count; under_way++) {
		uint16_t flow;

		if (!mda_fresh_flow(m, where, &flow))
			return false;
		if (single && ttl - 1 > m->table.root && !near->cells[flow].vertex)
			mda_table_assume(&m->table, (uint8_t)(ttl - 1), flow, 0);
		if (!mda_is_taken(mda_table_hop(&m->table, where), flow) &&
		    !mda_enqueue(m, where, flow))
			break;
	}
	return true;
}

static void mda_plan_nodes(struct mda *m, uint8_t ttl)
{
	struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));
	uint16_t silent[MDA_VERTICES_MAX];
	unsigned int draw = 0;

	mda_count_silent(m, ttl, silent);
	for (int i = 0; i < near->vertex_count; i++) {
		const struct mda_vertex *v = &near->vertices[i];
		uint16_t missing = mda_deficit(m, v, silent[i]);

		if (missing)
			draw += mda_send_known(m, ttl, v, missing);
	}
	/* Each new flow helps one vertex at most.  Planned again as they show whom they
	 * meet, so none is drawn in vain. */
	if (draw)
		mda_draw(m, ttl, draw);
}

/* --- one hop by the share of its predecessors ------------------------------------------- */

static uint16_t mda_flows_going_on(const struct mda_hop *near)
{
	uint16_t flows = 0;

	for (int i = 0; i < near->vertex_count; i++)
		if (!near->vertices[i].is_end)
			flows = (uint16_t)(flows + near->vertices[i].flows);
	return flows;
}

/* How many flows make it likely that the vertex with the smallest share gets enough. */
static unsigned int mda_share_need(const struct mda *m, const struct mda_hop *near, bool is_root)
{
	uint16_t all = mda_flows_going_on(near);
	unsigned int most = 0;

	for (int i = 0; i < near->vertex_count; i++) {
		const struct mda_vertex *v = &near->vertices[i];
		unsigned int need = mda_wanted(m, v);

		if (v->is_end)
			continue;
		if (!is_root && v->flows)
			need = (need * all + v->flows - 1) / v->flows;
		if (need > most)
			most = need;
	}
	return most;
}

/* Flows that meet somebody at the hop before first, new ones then. */
static bool mda_share_flow(struct mda *m, uint8_t ttl, uint16_t *ret_flow)
{
	const struct mda_hop *hop = mda_table_hop(&m->table, ttl);

	for (uint16_t flow = 0; flow < m->table.flow_count; flow++) {
		const struct mda_vertex *v = mda_table_vertex(&m->table, (uint8_t)(ttl - 1), flow);

		if (mda_is_taken(hop, flow) || !v || v->is_end)
			continue;
		*ret_flow = flow;
		return true;
	}
	return mda_fresh_flow(m, ttl, ret_flow);
}

static void mda_plan_share(struct mda *m, uint8_t ttl)
{
	struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));
	unsigned int need = mda_share_need(m, near, ttl - 1 == m->table.root);
	unsigned int have = (unsigned int)hop->answered + hop->waiting + hop->queued;

	if (hop->answered == 0)
		have += hop->silent;
	else if (hop->silent > need)
		have += hop->silent - need;
	for (; have < need; have++) {
		uint16_t flow;

		if (!mda_share_flow(m, ttl, &flow) || !mda_enqueue(m, ttl, flow))
			return;
	}
}

/* --- where flows come by ------------------------------------------------------------------ */

/* Must this flow, answered at `ttl`, be sent to the hop before, too? */
static bool mda_wants_control(struct mda *m, uint8_t ttl, uint16_t flow)
{
	struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));
	const struct mda_cell *cell = &m->table.hops[ttl].cells[flow];

	if (m->config->method == MDA_SHARE && !cell->control)
		return !(m->config->trust_single && near->vertex_count == 1);
	/* A control's own position matters only where nothing else links its vertex. */
	return false;
}

/* Vertices at `ttl` that no flow links with the hop before, or only by assumption. */
static void mda_control_unlinked(struct mda *m, uint8_t ttl)
{
	struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));
	bool linked[MDA_VERTICES_MAX] = { false };

	for (uint16_t i = 0; i < hop->link_count; i++)
		if (hop->links[i].flows)
			linked[hop->links[i].far] = true;
	for (uint16_t flow = 0; flow < m->table.flow_count; flow++) {
		uint8_t vertex = hop->cells[flow].vertex;

		if (!vertex || linked[vertex - 1] || hop->cells[flow].state != CELL_ANSWERED ||
		    mda_is_taken(near, flow))
			continue;
		near->cells[flow].control = 1;
		mda_enqueue(m, (uint8_t)(ttl - 1), flow);
		linked[vertex - 1] = true; /* one flow for each is enough */
	}
}

static void mda_plan_control(struct mda *m, uint8_t ttl)
{
	struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));

	if (ttl == m->config->min_ttl)
		return;
	for (uint16_t flow = 0; flow < m->table.flow_count; flow++) {
		if (hop->cells[flow].state != CELL_ANSWERED || mda_is_taken(near, flow) ||
		    !mda_wants_control(m, ttl, flow))
			continue;
		near->cells[flow].control = 1;
		if (!mda_enqueue(m, (uint8_t)(ttl - 1), flow))
			return;
	}
	mda_control_unlinked(m, ttl);
}

/* One flow, sent again, meets the same vertex again: unless packets are balanced one
 * by one. */
static void mda_plan_recheck(struct mda *m, uint8_t ttl)
{
	struct mda_hop *hop = mda_table_hop(&m->table, ttl);

	if (hop->vertex_count < 2 || hop->queued || hop->waiting)
		return;
	for (uint16_t flow = 0; flow < m->table.flow_count; flow++) {
		if (m->rechecked[ttl] >= m->config->rechecks)
			return;
		if (hop->cells[flow].state != CELL_ANSWERED)
			continue;
		if (!mda_enqueue(m, ttl, flow))
			return;
		m->rechecked[ttl]++;
		return; /* one after the other: a burst may be balanced as one */
	}
}

/* --- hop after hop -------------------------------------------------------------------------- */

static void mda_make_holes(struct mda *m, uint8_t ttl)
{
	struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));

	for (uint8_t i = 0; i < near->vertex_count; i++)
		if (near->vertices[i].successors == 0 && !near->vertices[i].is_end)
			mda_table_make_hole(&m->table, ttl, i);
}

static bool mda_hop_is_settled(struct mda *m, uint8_t ttl)
{
	const struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	const struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));

	return hop->queued == 0 && hop->waiting == 0 && near->queued == 0 && near->waiting == 0;
}

static bool mda_hop_has_ended(const struct mda_hop *hop)
{
	for (int i = 0; i < hop->vertex_count; i++)
		if (!hop->vertices[i].is_end)
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

static void mda_plan_hop(struct mda *m, uint8_t ttl)
{
	if (m->config->method == MDA_SHARE)
		mda_plan_share(m, ttl);
	else
		mda_plan_nodes(m, ttl);
	mda_plan_control(m, ttl);
	mda_plan_recheck(m, ttl);
}

void mda_plan(struct mda *m)
{
	struct mda_gap gap = { 0 };

	for (unsigned int ttl = m->config->min_ttl; ttl <= m->config->max_ttl; ttl++) {
		struct mda_hop *hop = mda_table_hop(&m->table, (uint8_t)ttl);

		if (m->end != MDA_RUNS)
			return;
		mda_plan_hop(m, (uint8_t)ttl);
		if (m->table.is_full) {
			mda_finish(m, MDA_EXHAUSTED, (uint8_t)ttl);
			return;
		}
		if (!mda_hop_is_settled(m, (uint8_t)ttl))
			return;
		mda_make_holes(m, (uint8_t)ttl);
		mda_gap_see(&gap, hop, (uint8_t)ttl);
		if (gap.count >= m->config->gap_limit)
			mda_finish(m, MDA_GAP, gap.last);
		else if (mda_hop_has_ended(hop))
			mda_finish(m, MDA_REACHED, (uint8_t)ttl);
	}
	if (m->end == MDA_RUNS)
		mda_finish(m, MDA_MAX_TTL, gap.last);
}
