// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "prober/engine/mda.h"

#define SILENT_FLOWS_LEAST 3

/* Is somebody at `ttl` seen behind a router that is not in doubt? */
static bool conclude_is_linked(struct mda *m, uint8_t ttl, uint8_t far)
{
	const struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	const struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));

	for (uint16_t i = 0; i < hop->link_count; i++)
		if (hop->links[i].far == far && hop->links[i].flows &&
		    !mda_table_is_doubted(&m->table, (uint8_t)(ttl - 1),
					  &near->vertices[hop->links[i].near]))
			return true;
	return false;
}

/* Does the hole lead to somebody who would hang in the air without it? */
static bool conclude_is_needed(struct mda *m, uint8_t ttl, uint8_t hole)
{
	const struct mda_hop *next = mda_table_hop(&m->table, (uint8_t)(ttl + 1));

	for (uint16_t i = 0; i < next->link_count; i++) {
		const struct mda_vertex *far = &next->vertices[next->links[i].far];

		if (next->links[i].near != hole)
			continue;
		if (far->is_hole ? !far->is_hidden
				 : !conclude_is_linked(m, (uint8_t)(ttl + 1), next->links[i].far))
			return true;
	}
	return false;
}

/* As high as that share of losses may well be. */
static double conclude_loss(uint16_t late, uint16_t answered)
{
	double share = (late + 1.0) / (answered + 1.0);

	return fmin(1, share + 1.5 * sqrt(share * (1 - share) / (answered + 1.0)));
}

/*
 * Are there more silent flows than loss explains?  How much is lost is seen by the
 * flows beside them that were answered, but not at once.
 */
static bool conclude_is_silent(struct mda *m, uint8_t ttl, const struct mda_vertex *hole)
{
	const struct mda_hop *hop = mda_table_hop(&m->table, ttl);
	const struct mda_hop *near = mda_table_hop(&m->table, (uint8_t)(ttl - 1));
	const struct mda_vertex *parent = &near->vertices[hole->parent - 1];
	uint16_t answered[MDA_VERTICES_MAX] = { 0 };
	uint16_t late[MDA_VERTICES_MAX] = { 0 };
	double most = 0; /* of losses, at one of its neighbours */
	double flows = hole->flows;

	for (uint16_t flow = 0; flow < m->table.flow_count; flow++) {
		const struct mda_cell *cell = &hop->cells[flow];

		if (cell->state != CELL_ANSWERED ||
		    mda_table_vertex(&m->table, (uint8_t)(ttl - 1), flow) != parent)
			continue;
		if (!cell->vertex)
			continue;
		flows++;
		answered[cell->vertex - 1]++;
		late[cell->vertex - 1] =
			(uint16_t)(late[cell->vertex - 1] + (cell->tries > 1 + cell->repeated));
	}
	for (int i = 0; i < hop->vertex_count; i++)
		if (answered[i] && conclude_loss(late[i], answered[i]) > most)
			most = conclude_loss(late[i], answered[i]);
	return hole->flows >= SILENT_FLOWS_LEAST &&
	       hole->flows > 1 + 4 * flows * pow(most, m->config->retries + 1.0);
}

void mda_conclude(struct mda *m, uint8_t last_ttl)
{
	for (unsigned int ttl = last_ttl; ttl >= m->config->min_ttl; ttl--) {
		struct mda_hop *hop = mda_table_hop(&m->table, (uint8_t)ttl);

		for (uint8_t i = 0; i < hop->vertex_count; i++) {
			struct mda_vertex *v = &hop->vertices[i];

			v->is_hidden = v->flows == 0 ||
				       (mda_table_is_doubted(&m->table, (uint8_t)ttl, v) &&
					!conclude_is_needed(m, (uint8_t)ttl, i) &&
					!conclude_is_silent(m, (uint8_t)ttl, v));
		}
	}
}
