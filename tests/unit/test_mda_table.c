// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/mda_table.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct mda_table *table;

static void setup(void)
{
	table = malloc(mda_table_size(254));
	memset(table, 0x5a, mda_table_size(254));
	mda_table_init(table, 1, 254, 7);
}

static void teardown(void)
{
	free(table);
}

TestSuite(mda_table, .init = setup, .fini = teardown);

static struct addr router(unsigned int number)
{
	return addr_from_v4(be32_from(0x0a000000 + number));
}

static void meet(uint8_t ttl, uint16_t flow, unsigned int number)
{
	struct addr a = router(number);

	mda_table_move(table, ttl, flow, CELL_QUEUED);
	mda_table_move(table, ttl, flow, CELL_WAITING);
	mda_table_move(table, ttl, flow, CELL_ANSWERED);
	mda_table_met(table, ttl, flow, &a);
}

static void lose(uint8_t ttl, uint16_t flow)
{
	mda_table_move(table, ttl, flow, CELL_WAITING);
	mda_table_move(table, ttl, flow, CELL_SILENT);
}

static const struct mda_link *link_of(uint8_t ttl, uint8_t near, uint8_t far)
{
	const struct mda_hop *hop = mda_table_hop(table, ttl);

	for (uint16_t i = 0; i < hop->link_count; i++)
		if (hop->links[i].near == near && hop->links[i].far == far)
			return &hop->links[i];
	return NULL;
}

Test(mda_table, draws_each_flow_once_until_none_is_left)
{
	for (unsigned int i = 0; i < MDA_FLOWS_MAX; i++) {
		cr_assert_eq(mda_table_draw(table), i);
		cr_assert_geq(table->flows[i], 10000);
		cr_assert_eq(mda_table_flow(table, table->flows[i]), i, "drawn twice");
	}
	cr_assert_not(table->is_full);
	cr_assert_eq(mda_table_draw(table), MDA_FLOWS_MAX);
	cr_assert(table->is_full);
}

Test(mda_table, link_is_counted_whichever_end_is_seen_first)
{
	for (int i = 0; i < 4; i++)
		mda_table_draw(table);
	meet(1, 0, 1);
	meet(2, 0, 2);
	meet(2, 1, 2);
	meet(1, 1, 1);
	cr_assert_eq(mda_table_hop(table, 2)->link_count, 1);
	cr_assert_eq(link_of(2, 0, 0)->flows, 2);
	cr_assert_eq(mda_table_hop(table, 1)->vertices[0].successors, 1);
	cr_assert_eq(mda_table_hop(table, 1)->vertices[0].flows, 2);
	cr_assert_eq(mda_table_hop(table, 1)->vertices[0].tested, 2);
	meet(2, 2, 3); /* where it comes by is unknown */
	cr_assert_eq(mda_table_hop(table, 2)->link_count, 1);
	cr_assert_eq(mda_table_hop(table, 1)->vertices[0].tested, 2);
}

Test(mda_table, assumption_gives_way_to_what_is_seen)
{
	for (int i = 0; i < 3; i++)
		mda_table_draw(table);
	meet(1, 0, 1);
	mda_table_assume(table, 1, 1, 0);
	mda_table_assume(table, 1, 2, 0);
	meet(2, 1, 9);
	meet(2, 2, 9);
	cr_assert_eq(link_of(2, 0, 0)->flows, 0);
	cr_assert_eq(link_of(2, 0, 0)->assumed, 2);
	cr_assert_eq(mda_table_hop(table, 1)->vertices[0].tested, 2);
	meet(1, 1, 7);
	cr_assert_eq(link_of(2, 1, 0)->flows, 1);
	cr_assert_eq(link_of(2, 0, 0)->assumed, 1);
	mda_table_unassume_all(table, 1);
	cr_assert_null(link_of(2, 0, 0));
	cr_assert_eq(mda_table_hop(table, 1)->vertices[0].tested, 0);
	cr_assert_eq(mda_table_hop(table, 1)->vertices[0].successors, 0);
	cr_assert_eq(mda_table_hop(table, 1)->vertices[1].tested, 1);
}

Test(mda_table, black_hole_has_the_flows_that_were_lost)
{
	for (int i = 0; i < 3; i++)
		mda_table_draw(table);
	for (uint16_t flow = 0; flow < 3; flow++)
		meet(1, flow, 1);
	lose(2, 0);
	lose(2, 1);
	cr_assert_eq(mda_table_hop(table, 1)->vertices[0].tested, 0, "lost counts as sent");
	mda_table_make_hole(table, 2, 0);
	cr_assert_eq(mda_table_hop(table, 2)->vertices[0].flows, 2);
	cr_assert_eq(link_of(2, 0, 0)->flows, 2);
	cr_assert_eq(mda_table_hop(table, 1)->vertices[0].successors, 0);
	cr_assert_not(mda_table_is_doubted(table, 2, &mda_table_hop(table, 2)->vertices[0]));
	lose(2, 2);
	mda_table_make_hole(table, 2, 0);
	cr_assert_eq(mda_table_hop(table, 2)->vertex_count, 1, "one hole is enough");
	cr_assert_eq(mda_table_hop(table, 2)->vertices[0].flows, 3);
}

Test(mda_table, black_hole_beside_a_router_is_in_doubt_and_so_is_what_follows)
{
	for (int i = 0; i < 2; i++)
		mda_table_draw(table);
	meet(1, 0, 1);
	meet(1, 1, 1);
	meet(2, 0, 2);
	lose(2, 1);
	mda_table_make_hole(table, 2, 0);
	lose(3, 1);
	mda_table_make_hole(table, 3, 1);
	cr_assert(mda_table_is_doubted(table, 2, &mda_table_hop(table, 2)->vertices[1]));
	cr_assert(mda_table_is_doubted(table, 3, &mda_table_hop(table, 3)->vertices[0]));
	cr_assert_not(mda_table_is_doubted(table, 2, &mda_table_hop(table, 2)->vertices[0]));
}

Test(mda_table, what_a_flow_met_behind_its_end_does_not_count)
{
	mda_table_draw(table);
	meet(3, 0, 9);
	meet(2, 0, 9);
	cr_assert_eq(mda_table_hop(table, 3)->link_count, 1);
	mda_table_end(table, 2, 0);
	cr_assert_eq(mda_table_hop(table, 3)->link_count, 0);
	cr_assert_eq(mda_table_hop(table, 3)->vertices[0].flows, 0);
	cr_assert_eq(table->first_end, 2);
}

Test(mda_table, last_hops_have_room)
{
	mda_table_draw(table);
	meet(253, 0, 1);
	meet(254, 0, 2);
	cr_assert_eq(mda_table_hop(table, 254)->link_count, 1);
	mda_table_end(table, 254, 0);
}

Test(mda_table, vertices_and_links_beyond_the_bounds_are_noticed)
{
	for (int i = 0; i < MDA_FLOWS_MAX; i++)
		mda_table_draw(table);
	for (uint16_t flow = 0; flow < MDA_VERTICES_MAX; flow++)
		meet(1, flow, flow);
	cr_assert_not(table->is_full);
	meet(1, MDA_VERTICES_MAX, MDA_VERTICES_MAX);
	cr_assert(table->is_full);
	cr_assert_null(mda_table_vertex(table, 1, MDA_VERTICES_MAX));
}

Test(mda_table, links_beyond_the_bound_are_noticed)
{
	/* 40 times 40 of them. */
	for (uint16_t i = 0; i < 1600; i++) {
		mda_table_draw(table);
		meet(1, i, i % 40u);
		meet(2, i, 100 + i / 40u);
	}
	cr_assert(table->is_full);
	cr_assert_eq(mda_table_hop(table, 2)->link_count, MDA_LINKS_MAX);
}
