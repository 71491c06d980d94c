// SPDX-License-Identifier: GPL-2.0-or-later
/* Aliases that are not found, as they would be wrong. */
#include <criterion/criterion.h>

#include "output/alias.h"
#include "tests/unit/alias_checks.h"

/* The LAN is on the far side: r4 .9, r2 .10, r3 .11, where .10/31 would do as a link. */
Test(alias_doubt, link_inside_of_a_lan_is_none)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.18 198.51.100.10 " SERVER,
				"192.0.2.1 198.51.100.22 198.51.100.10 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.9 198.51.100.17 " CLIENT,
				"203.0.113.1 198.51.100.11 198.51.100.21 " CLIENT),
			  "192.0.2.1 198.51.100.17 198.51.100.21\n"
			  "198.51.100.9 198.51.100.18\n"
			  "198.51.100.10 203.0.113.1\n"
			  "198.51.100.11 198.51.100.22\n");
}

/* r2 and r3 between two LANs, .8/29 and .16/29: each address of the one goes with each
 * of the other. */
Test(alias_doubt, two_routers_between_two_lans_stay_apart)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.10 198.51.100.19 " SERVER,
				"192.0.2.1 198.51.100.11 198.51.100.19 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.17 198.51.100.9 " CLIENT,
				"203.0.113.1 198.51.100.18 198.51.100.9 " CLIENT),
			  "192.0.2.1 198.51.100.9\n"
			  "198.51.100.19 203.0.113.1\n");
}

/* .0/30 and .4/30 lead to r2 and r3: together they would be a fine .0/29. */
Test(alias_doubt, neighbouring_links_are_no_lan)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.2 198.51.100.18 " SERVER,
				"192.0.2.1 198.51.100.6 198.51.100.22 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.17 198.51.100.1 " CLIENT,
				"203.0.113.1 198.51.100.21 198.51.100.5 " CLIENT),
			  "192.0.2.1 198.51.100.1 198.51.100.5\n"
			  "198.51.100.2 198.51.100.17\n"
			  "198.51.100.6 198.51.100.21\n"
			  "198.51.100.18 198.51.100.22 203.0.113.1\n");
}

/* r2 answers with 198.51.100.200 whoever asks. */
Test(alias_doubt, router_with_one_address_stays_alone)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.200 198.51.100.6 198.51.100.10 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.9 198.51.100.200 198.51.100.1 " CLIENT),
			  "192.0.2.1 198.51.100.1\n"
			  "198.51.100.6 198.51.100.9\n"
			  "198.51.100.10 203.0.113.1\n");
}

/* .1 and .2 could be the ends of a link, but nothing around them fits. */
Test(alias_doubt, unrelated_links_in_one_30)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.1 198.51.100.66 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.90 198.51.100.2 198.51.100.130 " CLIENT),
			  "");
}

/* There by .2 and back by .33, which came to r1 from elsewhere: Linux answers with the
 * address that looks towards the server. */
Test(alias_doubt, way_back_by_another_router)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.2 198.51.100.18 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.33 198.51.100.1 " CLIENT),
			  "192.0.2.1 198.51.100.1\n");
}

/* With nothing around them nobody can say so; the score does. */
Test(alias_doubt, link_without_any_neighbour_is_a_guess)
{
	alias_expect(
		FLOWS("* 198.51.100.66 198.51.100.1 * " SERVER),
		FLOWS("* 198.51.100.90 198.51.100.2 * " CLIENT), false, true,
		"198.51.100.1 198.51.100.90\n"
		"198.51.100.2 198.51.100.66\n"
		"198.51.100.1 = 198.51.100.90: point-to-point, 198.51.100.0/30 2 of 2, support 1,"
		" score 31\n"
		"198.51.100.2 = 198.51.100.66: point-to-point, 198.51.100.0/30 2 of 2, support 1,"
		" score 31\n");
}

/* 192.0.2.1 and .1 have a neighbour in common, and the second flow passes both. */
Test(alias_doubt, no_trace_holds_two_of_a_set)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.2 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.1 " CLIENT,
				"203.0.113.1 198.51.100.1 198.51.100.90 192.0.2.1 " CLIENT),
			  "198.51.100.2 203.0.113.1\n");
}

/* No flow passed both, but the links say that one could. */
Test(alias_doubt, no_possible_path_holds_two_of_a_set)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.2 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.1 " CLIENT,
				"203.0.113.1 198.51.100.1 198.51.100.90 " CLIENT,
				"203.0.113.1 198.51.100.80 198.51.100.90 192.0.2.1 " CLIENT),
			  "198.51.100.2 203.0.113.1\n");
}

/* A flow passed both, though no link says so. */
Test(alias_doubt, no_flow_holds_two_of_a_set)
{
	alias_draft(FLOWS("192.0.2.1 198.51.100.2 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.1 " CLIENT,
			  "203.0.113.1 198.51.100.80 198.51.100.90 192.0.2.1 " CLIENT));
	alias_expect_of_drafts(2, false, false,
			       "192.0.2.1 198.51.100.1\n"
			       "198.51.100.2 203.0.113.1\n");
	for (size_t i = 0; i < alias_back.trace.probe_count; i++)
		if (alias_back.probes[i].ttl == 4)
			alias_back.probes[i].flow = 33500;
	alias_expect_of_drafts(2, false, false, "198.51.100.2 203.0.113.1\n");
}

/* The way back passes .1 and, two hops on, .2: they are no link. */
Test(alias_doubt, subnet_is_entered_once)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.2 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.1 " CLIENT,
				"203.0.113.1 198.51.100.1 198.51.100.66 198.51.100.2 " CLIENT),
			  "");
}

/* As lan_of_three_on_29, but a flow goes from .10 to .9: a LAN has one hop.
 * What is left has .10 as a common neighbour. */
Test(alias_doubt, lan_with_neighbours_on_a_trace_is_none)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.10 198.51.100.18 " SERVER,
				"192.0.2.1 198.51.100.11 198.51.100.22 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.17 198.51.100.9 " CLIENT,
				"203.0.113.1 198.51.100.10 198.51.100.9 " CLIENT),
			  "192.0.2.1 198.51.100.9\n"
			  "198.51.100.18 203.0.113.1\n");
}

/* It came by twice: no trace for this. */
Test(alias_doubt, looped_address_is_left_out)
{
	alias_expect_sets(
		FLOWS("192.0.2.1 198.51.100.2 198.51.100.90 198.51.100.2 198.51.100.6 " SERVER),
		FLOWS("203.0.113.1 198.51.100.5 198.51.100.1 " CLIENT),
		"192.0.2.1 198.51.100.1\n"
		"198.51.100.6 203.0.113.1\n");
}

/* .0 and .3: no /30 has them, and half of a /29 is three. */
Test(alias_doubt, first_and_last_address_are_not_usable)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.3 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.0 " CLIENT), "");
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.4 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.6 " CLIENT), "");
}

Test(alias_doubt, private_and_shared_space_only_if_asked)
{
	const char *const *forward = FLOWS("192.0.2.1 10.1.0.2 100.64.0.6 " SERVER);
	const char *const *reverse = FLOWS("203.0.113.1 100.64.0.5 10.1.0.1 " CLIENT);

	alias_expect(forward, reverse, false, false, "");
	alias_expect(forward, reverse, true, false,
		     "10.1.0.1 192.0.2.1\n"
		     "10.1.0.2 100.64.0.5\n"
		     "100.64.0.6 203.0.113.1\n");
}

/* A private address on both sides is not the same router. */
Test(alias_doubt, private_neighbour_is_no_common_one)
{
	alias_expect_sets(FLOWS("10.0.0.1 198.51.100.66 198.51.100.9 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.10 10.0.0.1 " CLIENT,
				"203.0.113.1 198.51.100.11 198.51.100.99 " CLIENT),
			  "198.51.100.9 203.0.113.1\n");
}

/* One end is silent, but at the other known neighbours do not fit. */
Test(alias_doubt, link_that_does_not_fit_at_one_end_is_no_guess)
{
	alias_expect_sets(FLOWS("* 198.51.100.66 198.51.100.1 198.51.100.10 " SERVER),
			  FLOWS("198.51.100.77 198.51.100.90 198.51.100.2 * " CLIENT), "");
}

/* As link_inside_of_a_lan_is_none, with r1 silent: .10/31 is no link without neighbours. */
Test(alias_doubt, part_of_a_lan_is_no_link)
{
	alias_expect_sets(
		FLOWS("* 198.51.100.18 198.51.100.10 " SERVER,
		      "* 198.51.100.22 198.51.100.10 " SERVER),
		FLOWS("203.0.113.1 198.51.100.9 * " CLIENT, "203.0.113.1 198.51.100.11 * " CLIENT),
		"198.51.100.10 203.0.113.1\n");
}

/* Where packets of one flow go many ways, who follows whom is chance. */
Test(alias_doubt, balancer_that_ignores_flows_proves_no_link)
{
	alias_draft(FLOWS("192.0.2.1 198.51.100.2 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.1 " CLIENT));
	alias_there.trace.is_per_packet = alias_back.trace.is_per_packet = true;
	alias_expect_of_drafts(2, false, false, "");
}

/* TTL 2 answered with two addresses: neither is known to follow 192.0.2.1. */
Test(alias_doubt, assumed_links_prove_nothing)
{
	alias_draft(FLOWS("192.0.2.1 198.51.100.2 198.51.100.6 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.5 198.51.100.1 " CLIENT));
	for (size_t i = 0; i < alias_there.trace.link_count; i++)
		if (alias_there.links[i].near == 1)
			alias_there.links[i].flows = 0;
	alias_expect_of_drafts(
		2, false, true,
		"192.0.2.1 198.51.100.1\n"
		"198.51.100.2 198.51.100.5\n"
		"198.51.100.6 203.0.113.1\n"
		"192.0.2.1 = 198.51.100.1: point-to-point, 192.0.2.0/30 2 of 2, support 1,"
		" score 31\n"
		"198.51.100.2 = 198.51.100.5: second subnet, 198.51.100.4/30 2 of 2, support 1,"
		" score 96\n"
		"198.51.100.6 = 203.0.113.1: common neighbour, 198.51.100.4/30 2 of 2, support 1,"
		" score 91\n");
}

/* .5 was a target itself: a host, as far as anybody knows. */
Test(alias_doubt, end_of_another_trace_is_no_router)
{
	alias_draft(FLOWS("192.0.2.1 198.51.100.2 198.51.100.6 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.5 198.51.100.1 " CLIENT));
	flows_draft(&alias_third, TRACE_FORWARD, CLIENT, "198.51.100.5",
		    FLOWS("192.0.2.1 198.51.100.5"));
	alias_expect_of_drafts(3, false, false,
			       "192.0.2.1 198.51.100.1\n"
			       "198.51.100.6 203.0.113.1\n");
}
