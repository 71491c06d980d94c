// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/graph.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/clock.h"
#include "tests/unit/diamonds.h"
#include "wire/headers.h"

/* "address@ttl>successor=flows,successor=0 ..." */
static const char *describe(const struct graph *g, char *text, size_t size)
{
	char addr[ADDR_TEXT_LEN];
	size_t used = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < g->vertex_count; i++) {
		const struct graph_vertex *v = &g->vertices[i];

		used += (size_t)snprintf(
			text + used, size - used, "%s%s@%u", i > 0 ? " " : "",
			graph_is_black_hole(v) ? "*" : addr_to_text(&v->addr, addr), v->ttl);
		for (uint32_t j = 0; j < v->link_count; j++) {
			cr_assert_eq(v->links[j].near, i);
			used += (size_t)snprintf(text + used, size - used, "%c%u=%u",
						 j > 0 ? ',' : '>', v->links[j].far,
						 v->links[j].flows);
		}
	}
	return text;
}

static void expect(const struct graph *g, const char *wanted)
{
	char text[1024];

	cr_assert_str_eq(describe(g, text, sizeof(text)), wanted, "\n got: %s\nwant: %s", text,
			 wanted);
}

Test(graph, path_is_a_chain_of_seen_links)
{
	struct record_draft d;
	struct graph g;

	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	draft_add(&d, 1, "192.0.2.254", 400);
	draft_add(&d, 1, NULL, 0); /* lost beside an answer: no black hole */
	draft_add(&d, 1, "192.0.2.254", 200);
	draft_add(&d, 2, "198.51.100.7", 900)->icmp = ICMPV4_UNREACHABLE * 256 + 3;
	draft_add(&d, 3, "198.51.100.7", 900);
	d.trace.path_len = 2;
	cr_assert_eq(graph_init(&g, &d.trace), 0);
	expect(&g, "192.0.2.1@0>1=1 192.0.2.254@1>2=1 198.51.100.7@2");
	cr_assert_eq(g.vertices[1].rtt_count, 2);
	cr_assert_eq(g.vertices[1].rtts_ns[1], 200 * NS_PER_US);
	cr_assert_eq(g.vertices[1].rtt_mean_ns, 300 * NS_PER_US);
	cr_assert_eq(g.vertices[1].rtt_min_ns, 200 * NS_PER_US);
	cr_assert_eq(g.vertices[1].flow_count, 1);
	cr_assert_eq(g.vertices[1].flows[0], 33500);
	cr_assert(!g.vertices[1].is_end && g.vertices[2].is_end);
	cr_assert_eq(g.vertices[2].icmp, ICMPV4_UNREACHABLE * 256 + 3);
	cr_assert_eq(g.vertices[2].rtt_count, 1);
	graph_fini(&g);
}

Test(graph, one_final_answer_makes_an_end)
{
	struct record_draft d;
	struct graph g;

	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	draft_add(&d, 1, "192.0.2.254", 400);
	draft_add(&d, 1, "192.0.2.254", 400)->icmp = ICMPV4_UNREACHABLE * 256 + 1;
	draft_add(&d, 1, "192.0.2.254", 400);
	cr_assert_eq(graph_init(&g, &d.trace), 0);
	cr_assert(g.vertices[1].is_end);
	cr_assert_eq(g.vertices[1].icmp, ICMPV4_UNREACHABLE * 256 + 1);
	graph_fini(&g);
}

Test(graph, silence_is_a_black_hole_and_its_links_are_assumed)
{
	struct record_draft d;
	struct graph g;

	draft_init(&d, TRACE_REVERSE, "a", "198.51.100.7", "192.0.2.1");
	draft_add(&d, 1, NULL, 0);
	draft_add(&d, 1, NULL, 0);
	draft_add(&d, 2, NULL, 0);
	draft_add_arrival(&d, 3);
	cr_assert_eq(graph_init(&g, &d.trace), 0);
	expect(&g, "198.51.100.7@0>1=0 *@1>2=0 *@2>3=0 192.0.2.1@3");
	cr_assert(g.vertices[3].arrived && g.vertices[3].is_end);
	cr_assert(!g.vertices[2].arrived && !g.vertices[2].is_end);
	cr_assert_eq(g.vertices[3].rtt_count, 0);
	cr_assert_eq(g.vertices[3].rtt_mean_ns, 0);
	cr_assert_eq(g.vertices[3].flow_count, 1);
	graph_fini(&g);
}

/* One flow at two places: the flow did not choose, so what follows is not proven. */
Test(graph, path_through_two_addresses_of_a_hop_is_assumed)
{
	struct record_draft d;
	struct graph g;

	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	draft_add(&d, 1, "192.0.2.254", 400);
	draft_add(&d, 1, "192.0.2.253", 400);
	draft_add(&d, 2, "203.0.113.1", 400);
	draft_add(&d, 3, "203.0.113.2", 400);
	cr_assert_eq(graph_init(&g, &d.trace), 0);
	expect(&g, "192.0.2.1@0>1=1,2=1 192.0.2.253@1>3=0 192.0.2.254@1>3=0 "
		   "203.0.113.1@2>4=1 203.0.113.2@3");
	graph_fini(&g);
}

Test(graph, hops_that_were_not_probed_leave_an_assumed_link)
{
	struct record_draft d;
	struct graph g;

	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	draft_add(&d, 3, "203.0.113.1", 400);
	cr_assert_eq(graph_init(&g, &d.trace), 0);
	expect(&g, "192.0.2.1@0>1=0 203.0.113.1@3");
	graph_fini(&g);
}

Test(graph, trace_without_probes_is_its_root)
{
	struct record_draft d;
	struct graph g;

	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	cr_assert_eq(graph_init(&g, &d.trace), 0);
	expect(&g, "192.0.2.1@0");
	cr_assert_eq(graph_merge(&g), 0);
	expect(&g, "192.0.2.1@0");
	graph_fini(&g);
	d.trace.mode = TRACE_MDA;
	cr_assert_eq(graph_init(&g, &d.trace), 0);
	expect(&g, "192.0.2.1@0");
	graph_fini(&g);
}

Test(graph, multipath_is_as_recorded_in_the_order_of_addresses)
{
	struct record_draft d;
	struct graph g;

	diamond_draft(&d);
	cr_assert_eq(graph_init(&g, &d.trace), 0);
	memset(&d, 0x55, sizeof(d)); /* the graph has no claim to it any more */
	expect(&g, "192.0.2.1@0>1=4 192.0.2.254@1>2=2,3=2 203.0.113.1@2>4=2 203.0.113.2@2>5=0 "
		   "203.0.113.9@3>6=2 *@3>6=0 198.51.100.7@4");
	cr_assert_eq(g.vertices[2].flow_count, 2);
	cr_assert_eq(g.vertices[2].flows[0], 33500);
	cr_assert_eq(g.vertices[2].flows[1], 33502);
	cr_assert_eq(g.vertices[2].rtt_mean_ns, 1201 * NS_PER_US);
	cr_assert_eq(g.vertices[5].flow_count, 0);
	cr_assert_eq(g.vertices[6].flow_count, 4);
	cr_assert(g.vertices[6].is_end);
	graph_fini(&g);
}

Test(graph, repeated_probes_of_a_flow_count_once)
{
	struct record_draft d;
	struct graph g;

	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	draft_multipath(&d);
	draft_add_flow(&d, 1, 7, NULL, 0);
	draft_add_flow(&d, 1, 7, "192.0.2.254", 100);
	draft_add_flow(&d, 1, 7, "192.0.2.254", 300);
	draft_add_flow(&d, 1, 8, "192.0.2.253", 100); /* is no vertex: told by nobody */
	draft_vertex(&d, 1, "192.0.2.254");
	cr_assert_eq(graph_init(&g, &d.trace), 0);
	cr_assert_eq(g.vertex_count, 2);
	cr_assert_eq(g.vertices[1].flow_count, 1);
	cr_assert_eq(g.vertices[1].rtt_count, 2);
	graph_fini(&g);
}

Test(graph, merging_joins_equal_addresses_and_keeps_loops)
{
	struct record_draft d;
	struct graph g;

	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	draft_multipath(&d);
	draft_add_flow(&d, 1, 7, "203.0.113.1", 100);
	draft_add_flow(&d, 1, 8, "203.0.113.1", 200);
	draft_add_flow(&d, 2, 7, "203.0.113.2", 300);
	draft_add_flow(&d, 3, 6, "203.0.113.1", 500);
	draft_add_flow(&d, 3, 7, "203.0.113.1", 600);
	draft_add_flow(&d, 4, 7, "203.0.113.1", 700);
	draft_add_flow(&d, 5, 7, "203.0.113.2", 800);
	draft_vertex(&d, 1, "203.0.113.1");
	draft_vertex(&d, 2, "203.0.113.2");
	draft_vertex(&d, 3, "203.0.113.1");
	draft_vertex(&d, 4, "203.0.113.1");
	draft_vertex(&d, 5, "203.0.113.2");
	draft_link(&d, 0, 1, 2);
	draft_link(&d, 1, 2, 1);
	draft_link(&d, 2, 3, 0);
	draft_link(&d, 3, 4, 1);
	draft_link(&d, 4, 5, 1);
	cr_assert_eq(graph_init(&g, &d.trace), 0);
	cr_assert_eq(graph_merge(&g), 0);
	expect(&g, "192.0.2.1@0>1=2 203.0.113.1@1>1=1,2=2 203.0.113.2@2>1=0");
	cr_assert(g.is_merged);
	cr_assert_eq(g.vertices[1].flow_count, 3);
	cr_assert_eq(g.vertices[1].flows[0], 6);
	cr_assert_eq(g.vertices[1].flows[2], 8);
	cr_assert_eq(g.vertices[1].rtt_count, 5);
	cr_assert_eq(g.vertices[1].rtts_ns[4], 700 * NS_PER_US);
	cr_assert_eq(g.vertices[1].rtt_mean_ns, 420 * NS_PER_US);
	cr_assert_eq(g.vertices[1].rtt_min_ns, 100 * NS_PER_US);
	graph_fini(&g);
}

Test(graph, black_holes_are_never_merged)
{
	struct record_draft d;
	struct graph g;

	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	draft_multipath(&d);
	draft_vertex(&d, 1, NULL);
	draft_vertex(&d, 1, NULL);
	draft_vertex(&d, 2, NULL);
	draft_link(&d, 0, 1, 0);
	draft_link(&d, 0, 2, 0);
	draft_link(&d, 2, 3, 0);
	cr_assert_eq(graph_init(&g, &d.trace), 0);
	expect(&g, "192.0.2.1@0>1=0,2=0 *@1 *@1>3=0 *@2");
	cr_assert_eq(graph_merge(&g), 0);
	expect(&g, "192.0.2.1@0>1=0,2=0 *@1 *@1>3=0 *@2");
	cr_assert(!g.is_merged);
	graph_fini(&g);
}

/* Thirty hops of 128: a quadratic step somewhere would take minutes. */
Test(graph, large_traces_take_no_time, .timeout = 5)
{
	struct wide_draft d;
	struct graph g;

	wide_init(&d, TRACE_FORWARD, 128, 30);
	for (int i = 0; i < 20; i++) {
		cr_assert_eq(graph_init(&g, &d.trace), 0);
		cr_assert_eq(g.vertex_count, 1 + 15 + 14 * 128 + 1);
		cr_assert_eq(graph_merge(&g), 0);
		cr_assert_eq(g.link_count, d.trace.link_count);
		graph_fini(&g);
	}
	wide_fini(&d);
}
