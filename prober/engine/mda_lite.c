// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * After MDA-Lite (Vermeulen, Strowes, Fourmaux, Friedman: IMC 2018).  A diamond is what
 * lies between two hops of one vertex each.  Where its hops are as wide as their routers'
 * successors say, each flow is as likely to meet any vertex of a hop as any other, and the
 * hop can be treated as if one router spread all its flows.
 */
#include "prober/engine/mda_plan.h"

/* Flows that test whether a vertex has more than one neighbour, the paper's phi. */
#define LITE_TESTS 2

static struct mda_hop *lite_hop(struct mda *m, unsigned int ttl)
{
	return mda_table_hop(&m->table, (uint8_t)ttl);
}

/* --- is it a diamond as assumed? ------------------------------------------------------ */

struct lite_degrees {
	uint8_t least, most;
};

static struct lite_degrees lite_degrees_of(const uint8_t *degrees, unsigned int count)
{
	struct lite_degrees d = { degrees[0], degrees[0] };

	for (unsigned int i = 1; i < count; i++) {
		d.least = degrees[i] < d.least ? degrees[i] : d.least;
		d.most = degrees[i] > d.most ? degrees[i] : d.most;
	}
	return d;
}

/* Somebody there is silent, or flows end there beside others that go on. */
static bool lite_is_broken(const struct mda_hop *hop)
{
	for (int i = 0; i < hop->vertex_count; i++)
		if (hop->vertices[i].is_hole || hop->vertices[i].ended)
			return true;
	return false;
}

/*
 * Meshed: who is on the wider side has two neighbours on the other.  Uneven: those on the
 * narrower side have different numbers of them.
 */
static bool lite_is_odd(struct mda *m, uint8_t ttl)
{
	const struct mda_hop *hop = lite_hop(m, ttl);
	const struct mda_hop *near = lite_hop(m, ttl - 1u);
	uint8_t before[MDA_VERTICES_MAX] = { 0 };
	uint8_t behind[MDA_VERTICES_MAX] = { 0 };
	struct lite_degrees in, out;

	if (near->vertex_count < 2)
		return false;
	if (lite_is_broken(near))
		return true;
	if (hop->vertex_count < 2)
		return false;
	for (uint16_t i = 0; i < hop->link_count; i++) {
		behind[hop->links[i].near]++;
		before[hop->links[i].far]++;
	}
	out = lite_degrees_of(behind, near->vertex_count);
	in = lite_degrees_of(before, hop->vertex_count);
	if (near->vertex_count == hop->vertex_count)
		return in.most > 1 || out.most > 1;
	if (near->vertex_count < hop->vertex_count)
		return in.most > 1 || out.least != out.most;
	return out.most > 1 || in.least != in.most;
}

bool mda_lite_turns_odd(struct mda *m, uint8_t ttl)
{
	struct mda_hop *hop = lite_hop(m, ttl);

	if (m->config->method != MDA_LITE || hop->is_odd || !lite_is_odd(m, ttl))
		return false;
	hop->is_odd = true;
	return true;
}

/* The diamond that the way to `ttl` is inside of has an odd hop, as far as is known. */
static bool lite_diamond_is_odd(struct mda *m, unsigned int ttl)
{
	unsigned int at = ttl;

	while (at - 1 > m->table.root && lite_hop(m, at - 1)->vertex_count > 1)
		at--;
	for (; at <= m->table.max_ttl && m->table.hops[at].is_used; at++) {
		if (lite_hop(m, at)->is_odd)
			return true;
		if (at >= ttl && lite_hop(m, at)->vertex_count < 2)
			return false;
	}
	return false;
}

bool mda_lite_applies(struct mda *m, uint8_t ttl)
{
	const struct mda_hop *near = lite_hop(m, ttl - 1u);

	return m->config->method == MDA_LITE && near->vertex_count > 1 && !lite_is_broken(near) &&
	       !lite_diamond_is_odd(m, ttl);
}

/* --- what a hop needs ----------------------------------------------------------------- */

/* Meshes are looked for from the wider side. */
static bool lite_looks_ahead(struct mda *m, uint8_t ttl)
{
	const struct mda_hop *hop = lite_hop(m, ttl);

	return hop->vertex_count > 1 && lite_hop(m, ttl - 1u)->vertex_count >= hop->vertex_count;
}

unsigned int mda_lite_controls(struct mda *m, uint8_t ttl)
{
	const struct mda_hop *hop = lite_hop(m, ttl);

	if (!mda_lite_applies(m, ttl) || lite_hop(m, ttl - 1u)->vertex_count >= hop->vertex_count)
		return 1;
	return LITE_TESTS;
}

/* Flows of this vertex that are missing; not asked for again where all were silent. */
static uint16_t lite_deficit(const struct mda *m, const struct mda_vertex *v, uint16_t silent,
			     uint16_t wanted)
{
	if (v->tested >= wanted || v->tested + silent >= mda_wanted(m, v))
		return 0;
	return (uint16_t)(wanted - v->tested);
}

/* Flows of the hop as a whole that are missing; those left out that came to show where
 * others pass, for they were not chosen blindly. */
static unsigned int lite_hop_deficit(struct mda *m, uint8_t ttl)
{
	const struct mda_hop *hop = lite_hop(m, ttl);
	struct mda_vertex whole = { 0 };
	unsigned int counted = 0;
	unsigned int silent = 0;
	unsigned int wanted;

	for (int i = 0; i < hop->vertex_count; i++)
		whole.successors = (uint8_t)(whole.successors + !hop->vertices[i].is_hole);
	wanted = mda_wanted(m, &whole);
	for (uint16_t flow = 0; flow < m->table.flow_count; flow++) {
		const struct mda_cell *cell = &hop->cells[flow];

		silent += !cell->control && cell->state == CELL_SILENT;
		counted +=
			!cell->control && cell->state != CELL_SILENT && cell->state != CELL_UNSENT;
	}
	if (whole.successors == 0)
		counted += silent;
	else if (silent > wanted)
		counted += silent - wanted;
	return counted < wanted ? wanted - counted : 0;
}

void mda_plan_lite(struct mda *m, uint8_t ttl, bool early)
{
	const struct mda_hop *near = lite_hop(m, ttl - 1u);
	uint16_t wanted = lite_looks_ahead(m, ttl) ? LITE_TESTS : 1;
	uint16_t silent[MDA_VERTICES_MAX];
	unsigned int draw = 0;
	uint16_t flow;

	mda_count_silent(m, ttl, silent);
	for (int i = 0; i < near->vertex_count; i++) {
		const struct mda_vertex *v = &near->vertices[i];
		uint16_t missing = lite_deficit(m, v, silent[i], wanted);

		if (missing)
			draw += mda_send_known(m, ttl, v, missing);
	}
	if (early)
		return;
	if (draw)
		mda_draw(m, ttl, draw, false);
	for (unsigned int missing = lite_hop_deficit(m, ttl); missing > 0; missing--)
		if (!mda_known_or_fresh_flow(m, ttl, &flow) || !mda_enqueue(m, ttl, flow))
			return;
}
