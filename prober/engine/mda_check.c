// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/mda_plan.h"

/* --- where flows come by ---------------------------------------------------------------- */

static bool mda_control(struct mda *m, uint8_t ttl, uint16_t flow)
{
	if (!mda_enqueue(m, ttl, flow))
		return false;
	m->table.hops[ttl].cells[flow].control = 1;
	return true;
}

/* MDA_SHARE: every flow answered at `ttl` is sent to the hop before, too; but not flows
 * that are there for that purpose only. */
static void mda_control_all(struct mda *m, uint8_t ttl)
{
	struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));

	if (m->config->trust_single && near->vertex_count == 1)
		return;
	for (uint16_t flow = 0; flow < m->table.flow_count; flow++) {
		const struct mda_cell *cell = &hop->cells[flow];

		if (cell->state != CELL_ANSWERED || cell->control || mda_table_is_taken(near, flow))
			continue;
		if (!mda_control(m, (uint8_t)(ttl - 1), flow))
			return;
	}
}

/* Vertices at `ttl` that fewer flows link with the hop before, those by assumption not
 * counted: so many of each have to show where they come by. */
static void mda_control_unlinked(struct mda *m, uint8_t ttl, unsigned int wanted)
{
	struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));
	unsigned int shown[MDA_VERTICES_MAX] = { 0 };

	for (uint16_t i = 0; i < hop->link_count; i++)
		if (hop->links[i].flows &&
		    !mda_table_is_doubted(&m->table, (uint8_t)(ttl - 1),
					  &near->vertices[hop->links[i].near]))
			shown[hop->links[i].far] += hop->links[i].flows;
	for (uint16_t flow = 0; flow < m->table.flow_count; flow++) {
		uint8_t vertex = hop->cells[flow].vertex;
		enum mda_cell_state there = (enum mda_cell_state)near->cells[flow].state;

		if (vertex && hop->cells[flow].state == CELL_ANSWERED &&
		    (there == CELL_QUEUED || there == CELL_WAITING))
			shown[vertex - 1]++;
	}
	for (uint16_t flow = 0; flow < m->table.flow_count; flow++) {
		uint8_t vertex = hop->cells[flow].vertex;

		if (!vertex || shown[vertex - 1] >= wanted ||
		    hop->cells[flow].state != CELL_ANSWERED || mda_table_is_taken(near, flow))
			continue;
		if (!mda_control(m, (uint8_t)(ttl - 1), flow))
			return;
		shown[vertex - 1]++;
	}
}

/* Flows that end at `ttl`, where others ended before: did these, too? */
static void mda_control_ended(struct mda *m, uint8_t ttl)
{
	struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));

	if (!m->table.first_end || m->table.first_end >= ttl)
		return;
	for (uint16_t flow = 0; flow < m->table.flow_count; flow++)
		if (hop->cells[flow].is_end && !mda_table_is_taken(near, flow) &&
		    !mda_control(m, (uint8_t)(ttl - 1), flow))
			return;
}

void mda_plan_control(struct mda *m, uint8_t ttl)
{
	if (ttl == m->config->min_ttl)
		return;
	if (m->config->method == MDA_SHARE)
		mda_control_all(m, ttl);
	else
		mda_control_unlinked(m, ttl, mda_lite_controls(m, ttl));
	mda_control_ended(m, ttl);
}

/* --- do they always come by there? ------------------------------------------------------ */

/*
 * Repeats that an even balancer of single packets passes unnoticed with a probability
 * of at most eps.  By the least fan-out of those before the hop: it hides best.
 */
static unsigned int mda_repeats(struct mda *m, uint8_t ttl)
{
	const struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));
	unsigned int least = 0;
	unsigned int repeats = 0;
	double unnoticed = 1;

	for (int i = 0; i < near->vertex_count; i++) {
		unsigned int branches = near->vertices[i].successors;

		if (branches > 1 && (!least || branches < least))
			least = branches;
	}
	if (!least)
		return 0;
	for (; unnoticed > m->config->stopping.eps; repeats++)
		unnoticed /= least;
	return repeats;
}

/*
 * One flow, sent again, meets the same vertex again: unless packets are balanced one by
 * one, or a balancer has chosen anew meanwhile.  That is tried at the end, of all hops
 * together, and each repeat is of another flow; so it takes one round trip.
 */
void mda_plan_recheck(struct mda *m, uint8_t ttl)
{
	struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	unsigned int repeats;

	if (!m->config->recheck || hop->vertex_count < 2 || m->is_per_packet)
		return;
	repeats = mda_repeats(m, ttl);
	for (uint16_t flow = 0; flow < m->table.flow_count && hop->rechecks < repeats; flow++) {
		struct mda_cell *cell = &hop->cells[flow];
		const struct mda_vertex *before =
			mda_table_vertex(&m->table, (uint8_t)(ttl - 1), flow);

		if (cell->state != CELL_ANSWERED || cell->repeated ||
		    cell->tries > MDA_RETRIES_MAX || !before || before->successors < 2)
			continue;
		if (!mda_enqueue(m, ttl, flow))
			return;
		cell->repeated = 1;
		hop->rechecks++;
	}
}
