// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/mda_plan.h"

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

void mda_plan_share(struct mda *m, uint8_t ttl)
{
	struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));
	unsigned int have = (unsigned int)hop->answered + hop->silent;
	unsigned int need;

	if (!mda_hop_is_settled(m, ttl) || hop->is_done)
		return;
	need = mda_share_need(m, near, ttl - 1 == m->table.root);
	hop->is_done = have >= need || (hop->had_round && hop->link_count == hop->round_links);
	if (hop->is_done)
		return; /* for good, whatever is learned of it later */
	hop->round_links = hop->link_count;
	hop->had_round = true;
	for (; have < need; have++) {
		uint16_t flow;

		if (!mda_known_or_fresh_flow(m, ttl, &flow) || !mda_enqueue(m, ttl, flow))
			return;
		if (m->config->trust_single && near->vertex_count == 1 && ttl - 1 > m->table.root &&
		    !near->cells[flow].vertex)
			mda_table_assume(&m->table, (uint8_t)(ttl - 1), flow, 0);
	}
}
