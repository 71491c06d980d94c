// SPDX-License-Identifier: GPL-2.0-or-later
/* Aliases that are found, and by which rule. */
#include <criterion/criterion.h>

#include "output/alias.h"
#include "tests/unit/alias_checks.h"

Test(alias, chain_on_30_with_its_rules)
{
	alias_expect(
		FLOWS("192.0.2.1 198.51.100.2 198.51.100.6 " SERVER),
		FLOWS("203.0.113.1 198.51.100.5 198.51.100.1 " CLIENT), false, true,
		"192.0.2.1 198.51.100.1\n"
		"198.51.100.2 198.51.100.5\n"
		"198.51.100.6 203.0.113.1\n"
		"192.0.2.1 = 198.51.100.1: second subnet, 198.51.100.0/30 2 of 2, support 1,"
		" score 96\n"
		"198.51.100.2 = 198.51.100.5: second subnet, 198.51.100.4/30 2 of 2, support 1,"
		" score 96\n"
		"198.51.100.6 = 203.0.113.1: common neighbour, 198.51.100.4/30 2 of 2, support 1,"
		" score 91\n");
}

Test(alias, chain_on_31)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.1 198.51.100.3 198.51.100.5 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.4 198.51.100.2 198.51.100.0 " CLIENT),
			  "192.0.2.1 198.51.100.0\n"
			  "198.51.100.1 198.51.100.2\n"
			  "198.51.100.3 198.51.100.4\n"
			  "198.51.100.5 203.0.113.1\n");
}

/* r1 .9, r2 .10 and r3 .11 share a LAN; behind it r2 and r3 have a link each to r4. */
Test(alias, lan_of_three_on_29)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.10 198.51.100.18 " SERVER,
				"192.0.2.1 198.51.100.11 198.51.100.22 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.17 198.51.100.9 " CLIENT,
				"203.0.113.1 198.51.100.21 198.51.100.9 " CLIENT),
			  "192.0.2.1 198.51.100.9\n"
			  "198.51.100.10 198.51.100.17\n"
			  "198.51.100.11 198.51.100.21\n"
			  "198.51.100.18 198.51.100.22 203.0.113.1\n");
}

/* Two links between the same two routers. */
Test(alias, parallel_links)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.2 198.51.100.18 " SERVER,
				"192.0.2.1 198.51.100.6 198.51.100.18 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.17 198.51.100.1 " CLIENT,
				"203.0.113.1 198.51.100.17 198.51.100.5 " CLIENT),
			  "192.0.2.1 198.51.100.1 198.51.100.5\n"
			  "198.51.100.2 198.51.100.6 198.51.100.17\n"
			  "198.51.100.18 203.0.113.1\n");
}

Test(alias, branches_of_unequal_length)
{
	alias_expect_sets(FLOWS("192.0.2.1 198.51.100.2 198.51.100.34 " SERVER,
				"192.0.2.1 198.51.100.66 198.51.100.98 198.51.100.130 " SERVER),
			  FLOWS("203.0.113.1 198.51.100.33 198.51.100.1 " CLIENT,
				"203.0.113.1 198.51.100.129 198.51.100.97 198.51.100.65 " CLIENT),
			  "192.0.2.1 198.51.100.1 198.51.100.65\n"
			  "198.51.100.2 198.51.100.33\n"
			  "198.51.100.34 198.51.100.130 203.0.113.1\n"
			  "198.51.100.66 198.51.100.97\n"
			  "198.51.100.98 198.51.100.129\n");
}

/* r2 says nothing: what is on its links is known by one end each. */
Test(alias, silent_router_takes_no_part)
{
	alias_expect(
		FLOWS("192.0.2.1 * 198.51.100.6 198.51.100.10 " SERVER),
		FLOWS("203.0.113.1 198.51.100.9 * 198.51.100.1 " CLIENT), false, true,
		"192.0.2.1 198.51.100.1\n"
		"198.51.100.6 198.51.100.9\n"
		"198.51.100.10 203.0.113.1\n"
		"192.0.2.1 = 198.51.100.1: point-to-point, 192.0.2.0/30 2 of 2, support 1,"
		" score 31\n"
		"198.51.100.6 = 198.51.100.9: point-to-point, 198.51.100.8/30 2 of 2, support 1,"
		" score 61\n"
		"198.51.100.10 = 203.0.113.1: common neighbour, 198.51.100.8/30 2 of 2,"
		" support 1, score 91\n");
}

/* The neighbours' aliases are those of parallel links. */
Test(alias, accepted_neighbour)
{
	alias_expect(
		FLOWS("192.0.2.1 198.51.100.1 198.51.100.7 198.51.100.19 198.51.100.25 " SERVER),
		FLOWS("203.0.113.1 198.51.100.26 198.51.100.20 198.51.100.6 198.51.100.0 " CLIENT,
		      "203.0.113.1 198.51.100.28 198.51.100.22 198.51.100.10 198.51.100.2 " CLIENT,
		      "203.0.113.1 198.51.100.28 198.51.100.22 198.51.100.6 198.51.100.0 " CLIENT),
		false, true,
		"192.0.2.1 198.51.100.0\n"
		"198.51.100.1 198.51.100.6\n"
		"198.51.100.7 198.51.100.20\n"
		"198.51.100.19 198.51.100.26\n"
		"198.51.100.25 203.0.113.1\n"
		"192.0.2.1 = 198.51.100.0: common neighbour, 198.51.100.0/31 2 of 2, support 1,"
		" score 91\n"
		"198.51.100.1 = 198.51.100.6: second subnet, 198.51.100.6/31 2 of 2, support 1,"
		" score 96\n"
		"198.51.100.7 = 198.51.100.20: accepted neighbour, 198.51.100.6/31 2 of 2,"
		" support 1, score 76\n"
		"198.51.100.19 = 198.51.100.26: second subnet, 198.51.100.16/29 3 of 6, support 1,"
		" score 76\n"
		"198.51.100.25 = 203.0.113.1: common neighbour, 198.51.100.24/30 2 of 2,"
		" support 1, score 76\n");
}

/* Two single paths to one endpoint tell more than one. */
Test(alias, traces_of_one_endpoint_add_up)
{
	alias_draft(FLOWS("192.0.2.1 198.51.100.2 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.1 " CLIENT));
	flows_draft(&alias_third, TRACE_REVERSE, SERVER, CLIENT,
		    FLOWS("203.0.113.9 198.51.100.1 " CLIENT));
	alias_expect_of_drafts(3, false, false,
			       "192.0.2.1 198.51.100.1\n"
			       "198.51.100.2 203.0.113.1 203.0.113.9\n");
}

Test(alias, one_path_will_do)
{
	static const char *const there_hops[] = { "192.0.2.1", "198.51.100.2", NULL, SERVER };
	static const char *const back_hops[] = { "203.0.113.1", NULL, "198.51.100.1", CLIENT };
	const struct trace_record *traces[] = { &alias_back.trace, &alias_there.trace };
	struct alias_result r;
	struct addr addr = draft_addr("198.51.100.1");

	draft_init(&alias_there, TRACE_FORWARD, SERVER, CLIENT, SERVER);
	draft_init(&alias_back, TRACE_REVERSE, SERVER, SERVER, CLIENT);
	for (uint8_t i = 0; i < 4; i++) {
		draft_add(&alias_there, (uint8_t)(i + 1), there_hops[i], 500);
		draft_add(&alias_back, (uint8_t)(i + 1), back_hops[i], 500);
	}
	cr_assert_eq(alias_resolve(traces, 2, false, &r), 0);
	cr_assert_eq(r.set_count, 1);
	cr_expect_eq(alias_find(&r, &addr), &r.sets[0]);
	addr = draft_addr("192.0.2.1");
	cr_expect_eq(alias_find(&r, &addr), &r.sets[0]);
	addr = draft_addr("198.51.100.2");
	cr_expect_null(alias_find(&r, &addr));
	alias_result_fini(&r);
}

Test(alias, nothing_comes_of_nothing_or_of_ipv6)
{
	struct record_draft d;
	const struct trace_record *traces[] = { &d.trace };
	struct alias_result r;

	cr_assert_eq(alias_resolve(NULL, 0, false, &r), 0);
	cr_expect_eq(r.set_count, 0);
	alias_result_fini(&r);
	draft_init(&d, TRACE_FORWARD, "a", "2001:db8::1", "2001:db8::9");
	draft_add(&d, 1, "2001:db8::2", 500);
	cr_assert_eq(alias_resolve(traces, 1, false, &r), 0);
	cr_expect_eq(r.set_count, 0);
	alias_result_fini(&r);
}
