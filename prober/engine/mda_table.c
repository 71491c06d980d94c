// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/mda_table.h"

#include <string.h>

/* Flows are drawn from here on, as the deployed client does: no port of a service. */
#define FLOW_FIRST 10000
#define FLOW_COUNT (65536 - FLOW_FIRST)

size_t mda_table_size(uint8_t max_ttl)
{
	return sizeof(struct mda_table) + (max_ttl + 2u) * sizeof(struct mda_hop);
}

void mda_table_init(struct mda_table *t, uint8_t min_ttl, uint8_t max_ttl, uint64_t seed)
{
	struct mda_hop *root;

	t->random = seed;
	t->flow_count = 0;
	t->is_full = false;
	t->first_end = 0;
	t->max_ttl = max_ttl;
	t->root = (uint8_t)(min_ttl - 1);
	for (unsigned int ttl = 0; ttl <= max_ttl + 1u; ttl++)
		t->hops[ttl].is_used = false;
	root = mda_table_hop(t, t->root);
	root->vertex_count = 1;
}

/* splitmix64, by S. Vigna: good enough to be hashed by others. */
static uint64_t mda_table_random(struct mda_table *t)
{
	uint64_t z = (t->random += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

uint16_t mda_table_flow(const struct mda_table *t, uint16_t flow)
{
	for (uint16_t i = 0; i < t->flow_count; i++)
		if (t->flows[i] == flow)
			return i;
	return MDA_FLOWS_MAX;
}

uint16_t mda_table_draw(struct mda_table *t)
{
	uint16_t flow;

	if (t->flow_count == MDA_FLOWS_MAX) {
		t->is_full = true;
		return MDA_FLOWS_MAX;
	}
	do
		flow = (uint16_t)(FLOW_FIRST + mda_table_random(t) % FLOW_COUNT);
	while (mda_table_flow(t, flow) != MDA_FLOWS_MAX);
	t->flows[t->flow_count] = flow;
	return t->flow_count++;
}

bool mda_table_is_taken(const struct mda_hop *hop, uint16_t flow)
{
	return hop->cells[flow].state != CELL_UNSENT;
}

struct mda_hop *mda_table_hop(struct mda_table *t, uint8_t ttl)
{
	struct mda_hop *hop = &t->hops[ttl];

	if (!hop->is_used)
		memset(hop, 0, sizeof(*hop));
	hop->is_used = true;
	return hop;
}

struct mda_vertex *mda_table_vertex(struct mda_table *t, uint8_t ttl, uint16_t flow)
{
	struct mda_hop *hop = mda_table_hop(t, ttl);

	if (ttl == t->root)
		return &hop->vertices[0];
	return hop->cells[flow].vertex ? &hop->vertices[hop->cells[flow].vertex - 1] : NULL;
}

static uint16_t *mda_hop_count(struct mda_hop *hop, enum mda_cell_state state)
{
	switch (state) {
	case CELL_QUEUED:
		return &hop->queued;
	case CELL_WAITING:
		return &hop->waiting;
	case CELL_ANSWERED:
		return &hop->answered;
	case CELL_SILENT:
		return &hop->silent;
	case CELL_UNSENT:
		break;
	}
	return NULL;
}

/* A flow counts as tested at the vertex before from when it is to be sent until it is
 * given up: silence says nothing of who is next. */
static bool mda_state_is_test(enum mda_cell_state state)
{
	return state == CELL_QUEUED || state == CELL_WAITING || state == CELL_ANSWERED;
}

void mda_table_move(struct mda_table *t, uint8_t ttl, uint16_t flow, enum mda_cell_state state)
{
	struct mda_hop *hop = mda_table_hop(t, ttl);
	struct mda_cell *cell = &hop->cells[flow];
	struct mda_vertex *before = mda_table_vertex(t, (uint8_t)(ttl - 1), flow);
	uint16_t *was = mda_hop_count(hop, (enum mda_cell_state)cell->state);
	uint16_t *is = mda_hop_count(hop, state);

	if (before)
		before->tested = (uint16_t)(before->tested + mda_state_is_test(state) -
					    mda_state_is_test((enum mda_cell_state)cell->state));
	if (was)
		--*was;
	if (is)
		++*is;
	cell->state = state & 7;
}

/* --- who is where ------------------------------------------------------------------- */

static int mda_hop_find(const struct mda_hop *hop, const struct addr *addr)
{
	for (int i = 0; i < hop->vertex_count; i++)
		if (!hop->vertices[i].is_hole && addr_equal(&hop->vertices[i].addr, addr))
			return i;
	return -1;
}

static int mda_hop_add(struct mda_table *t, struct mda_hop *hop, const struct mda_vertex *vertex)
{
	if (hop->vertex_count == MDA_VERTICES_MAX) {
		t->is_full = true;
		return -1;
	}
	hop->vertices[hop->vertex_count] = *vertex;
	return hop->vertex_count++;
}

/* Does this cell prove that its flow comes by its vertex? */
static bool mda_cell_proves(const struct mda_cell *cell)
{
	return !cell->is_assumed;
}

/* One flow more, or less, that goes from `near` to `far` at `ttl`. */
static void mda_hop_link(struct mda_table *t, uint8_t ttl, const struct mda_link *change)
{
	struct mda_hop *hop = mda_table_hop(t, ttl);
	struct mda_vertex *near = &mda_table_hop(t, (uint8_t)(ttl - 1))->vertices[change->near];
	bool is_router = !hop->vertices[change->far].is_hole;

	for (uint16_t i = 0; i < hop->link_count; i++) {
		struct mda_link *link = &hop->links[i];

		if (link->near != change->near || link->far != change->far)
			continue;
		link->flows = (uint16_t)(link->flows + change->flows);
		link->assumed = (uint16_t)(link->assumed + change->assumed);
		if (link->flows || link->assumed)
			return;
		*link = hop->links[--hop->link_count];
		near->successors = (uint8_t)(near->successors - is_router);
		return;
	}
	if (hop->link_count == MDA_LINKS_MAX) {
		t->is_full = true;
		return;
	}
	hop->links[hop->link_count++] = *change;
	near->successors = (uint8_t)(near->successors + is_router);
}

/* Counts this flow, `sign` 1 or -1, on the links before and behind `ttl`. */
static void mda_table_link(struct mda_table *t, uint8_t ttl, uint16_t flow, int sign)
{
	struct mda_hop *hop = mda_table_hop(t, ttl);
	struct mda_hop *last = mda_table_hop(t, (uint8_t)(ttl - 1));
	struct mda_hop *next = &t->hops[ttl + 1];
	const struct mda_cell *cell = &hop->cells[flow];
	uint8_t here = (uint8_t)(cell->vertex - 1);
	struct mda_vertex *before = mda_table_vertex(t, (uint8_t)(ttl - 1), flow);
	bool proven;

	if (before) {
		proven = mda_cell_proves(cell) && mda_cell_proves(&last->cells[flow]);
		mda_hop_link(t, ttl,
			     &(struct mda_link){ .near = (uint8_t)(before - last->vertices),
						 .far = here,
						 .flows = (uint16_t)(proven ? sign : 0),
						 .assumed = (uint16_t)(proven ? 0 : sign) });
	}
	if (!next->is_used)
		return;
	if (next->cells[flow].vertex) {
		proven = mda_cell_proves(cell) && mda_cell_proves(&next->cells[flow]);
		mda_hop_link(t, (uint8_t)(ttl + 1),
			     &(struct mda_link){ .near = here,
						 .far = (uint8_t)(next->cells[flow].vertex - 1),
						 .flows = (uint16_t)(proven ? sign : 0),
						 .assumed = (uint16_t)(proven ? 0 : sign) });
	}
	if (mda_state_is_test((enum mda_cell_state)next->cells[flow].state))
		hop->vertices[here].tested = (uint16_t)(hop->vertices[here].tested + sign);
}

/* Takes back what was assumed of this flow. */
static void mda_table_unassume(struct mda_table *t, uint8_t ttl, uint16_t flow)
{
	struct mda_cell *cell = &mda_table_hop(t, ttl)->cells[flow];

	mda_table_link(t, ttl, flow, -1);
	cell->vertex = 0;
	cell->is_assumed = 0;
}

void mda_table_unassume_all(struct mda_table *t, uint8_t ttl)
{
	const struct mda_hop *hop = mda_table_hop(t, ttl);

	for (uint16_t flow = 0; flow < t->flow_count; flow++)
		if (hop->cells[flow].is_assumed)
			mda_table_unassume(t, ttl, flow);
}

/* The flow did not come by there after all. */
static void mda_table_forget(struct mda_table *t, uint8_t ttl, uint16_t flow)
{
	struct mda_hop *hop = mda_table_hop(t, ttl);
	struct mda_cell *cell = &hop->cells[flow];
	struct mda_vertex *v;

	if (!cell->vertex)
		return;
	v = &hop->vertices[cell->vertex - 1];
	if (!cell->is_assumed)
		v->flows--;
	v->ended = (uint16_t)(v->ended - cell->is_end);
	cell->is_end = 0;
	mda_table_unassume(t, ttl, flow);
}

void mda_table_end(struct mda_table *t, uint8_t ttl, uint16_t flow)
{
	struct mda_hop *hop = mda_table_hop(t, ttl);

	hop->cells[flow].is_end = 1;
	hop->vertices[hop->cells[flow].vertex - 1].ended++;
	if (!t->first_end || ttl < t->first_end)
		t->first_end = ttl;
	for (unsigned int behind = ttl + 1u; behind <= t->max_ttl; behind++)
		if (t->hops[behind].is_used)
			mda_table_forget(t, (uint8_t)behind, flow);
}

bool mda_table_met(struct mda_table *t, uint8_t ttl, uint16_t flow, const struct addr *from)
{
	struct mda_hop *hop = mda_table_hop(t, ttl);
	struct mda_vertex fresh = { .addr = *from };
	bool is_new;
	int at;

	if (hop->cells[flow].is_assumed)
		mda_table_unassume(t, ttl, flow);
	at = mda_hop_find(hop, from);
	is_new = at < 0;
	if (is_new)
		at = mda_hop_add(t, hop, &fresh);
	if (at < 0)
		return false;
	hop->vertices[at].flows++;
	hop->cells[flow].vertex = (uint8_t)(at + 1);
	mda_table_link(t, ttl, flow, 1);
	return is_new;
}

static int mda_hop_find_hole(const struct mda_hop *hop, uint8_t near)
{
	for (int i = 0; i < hop->vertex_count; i++)
		if (hop->vertices[i].is_hole && hop->vertices[i].parent == near + 1)
			return i;
	return -1;
}

bool mda_table_is_doubted(struct mda_table *t, uint8_t ttl, const struct mda_vertex *v)
{
	while (v->is_hole) {
		v = &mda_table_hop(t, --ttl)->vertices[v->parent - 1];
		if (v->successors > 0)
			return true;
	}
	return false;
}

void mda_table_make_hole(struct mda_table *t, uint8_t ttl, uint8_t near)
{
	struct mda_hop *hop = mda_table_hop(t, ttl);
	struct mda_vertex *before = &mda_table_hop(t, (uint8_t)(ttl - 1))->vertices[near];
	struct mda_vertex hole = { .is_hole = true, .parent = (uint8_t)(near + 1) };
	int at = mda_hop_find_hole(hop, near);

	for (uint16_t flow = 0; flow < t->flow_count; flow++) {
		struct mda_cell *cell = &hop->cells[flow];

		if (cell->state != CELL_SILENT || cell->vertex ||
		    mda_table_vertex(t, (uint8_t)(ttl - 1), flow) != before)
			continue;
		if (at < 0)
			at = mda_hop_add(t, hop, &hole);
		if (at < 0)
			return;
		hop->vertices[at].flows++;
		cell->vertex = (uint8_t)(at + 1);
		mda_table_link(t, ttl, flow, 1);
	}
}

void mda_table_assume(struct mda_table *t, uint8_t ttl, uint16_t flow, uint8_t vertex)
{
	struct mda_cell *cell = &mda_table_hop(t, ttl)->cells[flow];

	cell->vertex = (uint8_t)(vertex + 1);
	cell->is_assumed = 1;
	mda_table_link(t, ttl, flow, 1);
}

int mda_table_dark_hole(struct mda_table *t, uint8_t ttl, uint8_t near)
{
	const struct mda_vertex *before = &mda_table_hop(t, (uint8_t)(ttl - 1))->vertices[near];

	return before->successors ? -1 : mda_hop_find_hole(mda_table_hop(t, ttl), near);
}

void mda_table_inherit(struct mda_table *t, uint8_t ttl, uint16_t flow, uint8_t hole)
{
	struct mda_hop *hop = mda_table_hop(t, ttl);

	hop->vertices[hole].flows++;
	hop->cells[flow].vertex = (uint8_t)(hole + 1);
	mda_table_link(t, ttl, flow, 1);
}
