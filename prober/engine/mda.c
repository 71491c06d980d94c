// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/mda.h"

#include <assert.h>
#include <string.h>

#include "prober/engine/mda_plan.h"

size_t mda_size(uint8_t max_ttl)
{
	return sizeof(struct mda) - sizeof(struct mda_table) + mda_table_size(max_ttl);
}

void mda_init(struct mda *m, const struct mda_config *config, uint64_t seed)
{
	assert(config->retries <= MDA_RETRIES_MAX && config->min_ttl > 0);
	memset(m, 0, offsetof(struct mda, table));
	m->config = config;
	m->burst = config->min_burst;
	mda_table_init(&m->table, config->min_ttl, config->max_ttl, seed);
	mda_plan(m);
}

bool mda_enqueue(struct mda *m, uint8_t ttl, uint16_t flow)
{
	struct mda_ask ask = { .ttl = ttl, .flow = flow };

	if (m->queue_count == MDA_QUEUE)
		return false; /* planned again when there is room */
	m->queue[(m->queue_first + m->queue_count++) % MDA_QUEUE] = ask;
	mda_table_move(&m->table, ttl, flow, CELL_QUEUED);
	return true;
}

/* Flows that were answered after all while they were queued again are left out. */
static void mda_skip_settled(struct mda *m)
{
	while (m->queue_count > 0) {
		const struct mda_ask *ask = &m->queue[m->queue_first];

		if (m->table.hops[ask->ttl].cells[ask->flow].state == CELL_QUEUED)
			return;
		m->queue_first = (uint16_t)((m->queue_first + 1) % MDA_QUEUE);
		m->queue_count--;
	}
}

bool mda_peek(const struct mda *m, struct mda_ask *ret_ask)
{
	if (m->end != MDA_RUNS || m->queue_count == 0 || m->outstanding >= m->burst)
		return false;
	*ret_ask = m->queue[m->queue_first];
	return true;
}

void mda_sent(struct mda *m)
{
	struct mda_ask ask = m->queue[m->queue_first];
	struct mda_cell *cell = &m->table.hops[ask.ttl].cells[ask.flow];

	m->outstanding++;
	cell->tries++;
	cell->in_flight++;
	mda_table_move(&m->table, ask.ttl, ask.flow, CELL_WAITING);
	mda_skip_settled(m);
}

/* More at once while everything is answered; few again after a loss. */
static void mda_adapt(struct mda *m, bool answered)
{
	m->outstanding--;
	if (!answered) {
		m->burst = m->config->min_burst;
		m->streak = 0;
		return;
	}
	if (++m->streak < m->burst)
		return;
	m->streak = 0;
	m->burst *= 2;
	if (m->burst > m->config->max_burst)
		m->burst = m->config->max_burst;
}

static void mda_plan_on(struct mda *m)
{
	mda_plan(m);
	mda_skip_settled(m);
}

/* A flow that was not seen there before. */
static void mda_met(struct mda *m, const struct mda_ask *ask, const struct addr *from, bool is_end)
{
	struct mda_hop *hop = &m->table.hops[ask->ttl];
	struct mda_cell *cell = &hop->cells[ask->flow];
	struct mda_vertex *v;
	bool is_new;

	if (mda_flow_has_ended(m, ask->ttl, ask->flow))
		return; /* seen while this was on its way */
	is_new = mda_table_met(&m->table, ask->ttl, ask->flow, from);
	if (!cell->vertex)
		return; /* no room */
	v = &hop->vertices[cell->vertex - 1];
	if (is_new && hop->vertex_count == 2)
		mda_table_unassume_all(&m->table, ask->ttl);
	/* Who refuses some flows and lets others pass is not the end. */
	v->is_end = is_end && (is_new || v->is_end);
	if (is_end)
		mda_table_end(&m->table, ask->ttl, ask->flow);
}

void mda_answered(struct mda *m, const struct mda_ask *ask, const struct addr *from, bool is_end)
{
	struct mda_hop *hop = &m->table.hops[ask->ttl];
	struct mda_cell *cell = &hop->cells[ask->flow];
	bool is_repeat = cell->repeated || cell->state == CELL_ANSWERED;

	if (!ask->is_late)
		mda_adapt(m, true);
	cell->in_flight--;
	mda_table_move(&m->table, ask->ttl, ask->flow, CELL_ANSWERED);
	if (!is_repeat)
		mda_met(m, ask, from, is_end);
	else if (cell->vertex && !addr_equal(&hop->vertices[cell->vertex - 1].addr, from))
		m->is_per_packet = true; /* the flow met another here before */
	mda_plan_on(m);
}

/* Again, or if it was tried often enough, never. */
static void mda_try_again(struct mda *m, const struct mda_ask *ask)
{
	const struct mda_cell *cell = &m->table.hops[ask->ttl].cells[ask->flow];

	if (cell->repeated)
		mda_table_move(&m->table, ask->ttl, ask->flow, CELL_ANSWERED);
	else if (cell->tries <= m->config->retries && mda_enqueue(m, ask->ttl, ask->flow))
		return;
	else if (cell->in_flight == 0)
		mda_table_move(&m->table, ask->ttl, ask->flow, CELL_SILENT);
}

void mda_lost(struct mda *m, const struct mda_ask *ask)
{
	struct mda_cell *cell = &m->table.hops[ask->ttl].cells[ask->flow];

	if (!ask->is_late)
		mda_adapt(m, false);
	cell->in_flight--;
	if (cell->state == CELL_WAITING && cell->in_flight == 0)
		mda_try_again(m, ask);
	mda_plan_on(m);
}

void mda_overdue(struct mda *m, const struct mda_ask *ask)
{
	mda_adapt(m, false);
	if (m->table.hops[ask->ttl].cells[ask->flow].state == CELL_WAITING)
		mda_try_again(m, ask);
	mda_plan_on(m);
}
