// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "output/alias.h"
#include "tests/unit/flows.h"

#define FLOWS(...)                \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}
#define CLIENT "192.0.2.2"
#define SERVER "203.0.113.2"

/* One set a line as "a b c", then one accepted pair a line. */
static void print(FILE *out, const struct alias_result *r, bool with_pairs)
{
	char a[ADDR_TEXT_LEN], b[ADDR_TEXT_LEN], subnet[ADDR_TEXT_LEN];

	for (size_t i = 0; i < r->set_count; i++)
		for (size_t j = 0; j < r->sets[i].count; j++)
			fprintf(out, "%s%s", addr_to_text(&r->sets[i].addrs[j], a),
				j + 1 < r->sets[i].count ? " " : "\n");
	for (size_t i = 0; with_pairs && i < r->pair_count; i++) {
		const struct alias_pair *p = &r->pairs[i];

		fprintf(out, "%s = %s: %s, %s/%d %d of %d, support %u, score %d\n",
			addr_to_text(&p->a, a), addr_to_text(&p->b, b), alias_rule_name(p->rule),
			addr_to_text(&p->subnet, subnet), p->prefix_len, p->seen, p->usable,
			p->support, p->score);
	}
}

static void expect(const char *const *forward, const char *const *reverse, bool with_private,
		   bool with_pairs, const char *wanted)
{
	static struct record_draft there, back;
	const struct trace_record *traces[] = { &there.trace, &back.trace };
	struct alias_result r;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	flows_draft(&there, TRACE_FORWARD, CLIENT, SERVER, forward);
	flows_draft(&back, TRACE_REVERSE, SERVER, CLIENT, reverse);
	cr_assert_eq(alias_resolve(traces, 2, with_private, &r), 0);
	print(out, &r, with_pairs);
	fclose(out);
	cr_expect_str_eq(text, wanted, "got:\n%swanted:\n%s", text, wanted);
	cr_expect_eq(r.is_partial, false);
	free(text);
	alias_result_fini(&r);
}

static void expect_sets(const char *const *forward, const char *const *reverse, const char *wanted)
{
	expect(forward, reverse, false, false, wanted);
}

Test(alias, chain_on_30_with_its_rules)
{
	expect(FLOWS("192.0.2.1 198.51.100.2 198.51.100.6 " SERVER),
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
	expect_sets(FLOWS("192.0.2.1 198.51.100.1 198.51.100.3 198.51.100.5 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.4 198.51.100.2 198.51.100.0 " CLIENT),
		    "192.0.2.1 198.51.100.0\n"
		    "198.51.100.1 198.51.100.2\n"
		    "198.51.100.3 198.51.100.4\n"
		    "198.51.100.5 203.0.113.1\n");
}

/* r1 .9, r2 .10 and r3 .11 share a LAN; behind it r2 and r3 have a link each to r4. */
Test(alias, lan_of_three_on_29)
{
	expect_sets(FLOWS("192.0.2.1 198.51.100.10 198.51.100.18 " SERVER,
			  "192.0.2.1 198.51.100.11 198.51.100.22 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.17 198.51.100.9 " CLIENT,
			  "203.0.113.1 198.51.100.21 198.51.100.9 " CLIENT),
		    "192.0.2.1 198.51.100.9\n"
		    "198.51.100.10 198.51.100.17\n"
		    "198.51.100.11 198.51.100.21\n"
		    "198.51.100.18 198.51.100.22 203.0.113.1\n");
}

/* The LAN is on the far side: r4 .9, r2 .10, r3 .11, where .10/31 would do as a link. */
Test(alias, link_inside_of_a_lan_is_none)
{
	expect_sets(FLOWS("192.0.2.1 198.51.100.18 198.51.100.10 " SERVER,
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
Test(alias, two_routers_between_two_lans_stay_apart)
{
	expect_sets(FLOWS("192.0.2.1 198.51.100.10 198.51.100.19 " SERVER,
			  "192.0.2.1 198.51.100.11 198.51.100.19 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.17 198.51.100.9 " CLIENT,
			  "203.0.113.1 198.51.100.18 198.51.100.9 " CLIENT),
		    "192.0.2.1 198.51.100.9\n"
		    "198.51.100.19 203.0.113.1\n");
}

/* .0/30 and .4/30 lead to r2 and r3: together they would be a fine .0/29. */
Test(alias, neighbouring_links_are_no_lan)
{
	expect_sets(FLOWS("192.0.2.1 198.51.100.2 198.51.100.18 " SERVER,
			  "192.0.2.1 198.51.100.6 198.51.100.22 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.17 198.51.100.1 " CLIENT,
			  "203.0.113.1 198.51.100.21 198.51.100.5 " CLIENT),
		    "192.0.2.1 198.51.100.1 198.51.100.5\n"
		    "198.51.100.2 198.51.100.17\n"
		    "198.51.100.6 198.51.100.21\n"
		    "198.51.100.18 198.51.100.22 203.0.113.1\n");
}

/* Two links between the same two routers. */
Test(alias, parallel_links)
{
	expect_sets(FLOWS("192.0.2.1 198.51.100.2 198.51.100.18 " SERVER,
			  "192.0.2.1 198.51.100.6 198.51.100.18 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.17 198.51.100.1 " CLIENT,
			  "203.0.113.1 198.51.100.17 198.51.100.5 " CLIENT),
		    "192.0.2.1 198.51.100.1 198.51.100.5\n"
		    "198.51.100.2 198.51.100.6 198.51.100.17\n"
		    "198.51.100.18 203.0.113.1\n");
}

Test(alias, branches_of_unequal_length)
{
	expect_sets(FLOWS("192.0.2.1 198.51.100.2 198.51.100.34 " SERVER,
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
	expect(FLOWS("192.0.2.1 * 198.51.100.6 198.51.100.10 " SERVER),
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

/* r2 answers with 198.51.100.200 whoever asks. */
Test(alias, router_with_one_address_stays_alone)
{
	expect_sets(FLOWS("192.0.2.1 198.51.100.200 198.51.100.6 198.51.100.10 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.9 198.51.100.200 198.51.100.1 " CLIENT),
		    "192.0.2.1 198.51.100.1\n"
		    "198.51.100.6 198.51.100.9\n"
		    "198.51.100.10 203.0.113.1\n");
}

/* .1 and .2 could be the ends of a link, but nothing around them fits. */
Test(alias, unrelated_links_in_one_30)
{
	expect_sets(FLOWS("192.0.2.1 198.51.100.1 198.51.100.66 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.90 198.51.100.2 198.51.100.130 " CLIENT), "");
}

/* There by .2 and back by .33, which came to r1 from elsewhere: Linux answers with the
 * address that looks towards the server. */
Test(alias, way_back_by_another_router)
{
	expect_sets(FLOWS("192.0.2.1 198.51.100.2 198.51.100.18 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.33 198.51.100.1 " CLIENT),
		    "192.0.2.1 198.51.100.1\n");
}

/* With nothing around them nobody can say so; the score does. */
Test(alias, link_without_any_neighbour_is_a_guess)
{
	expect(FLOWS("* 198.51.100.66 198.51.100.1 * " SERVER),
	       FLOWS("* 198.51.100.90 198.51.100.2 * " CLIENT), false, true,
	       "198.51.100.1 198.51.100.90\n"
	       "198.51.100.2 198.51.100.66\n"
	       "198.51.100.1 = 198.51.100.90: point-to-point, 198.51.100.0/30 2 of 2, support 1,"
	       " score 31\n"
	       "198.51.100.2 = 198.51.100.66: point-to-point, 198.51.100.0/30 2 of 2, support 1,"
	       " score 31\n");
}

/* 192.0.2.1 and .1 would be r1's, but a trace passes both. */
Test(alias, no_trace_holds_two_of_a_set)
{
	expect_sets(FLOWS("192.0.2.1 198.51.100.2 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.1 192.0.2.1 " CLIENT),
		    "198.51.100.2 203.0.113.1\n");
}

/* It came by twice: no trace for this. */
Test(alias, looped_address_is_left_out)
{
	expect_sets(FLOWS("192.0.2.1 198.51.100.2 198.51.100.90 198.51.100.2 198.51.100.6 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.5 198.51.100.1 " CLIENT),
		    "192.0.2.1 198.51.100.1\n"
		    "198.51.100.6 203.0.113.1\n");
}

/* .0 and .3: no /30 has them, and half of a /29 is three. */
Test(alias, first_and_last_address_are_not_usable)
{
	expect_sets(FLOWS("192.0.2.1 198.51.100.3 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.0 " CLIENT), "");
	expect_sets(FLOWS("192.0.2.1 198.51.100.4 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.6 " CLIENT), "");
}

Test(alias, private_and_shared_space_only_if_asked)
{
	const char *const *there = FLOWS("192.0.2.1 10.1.0.2 100.64.0.6 " SERVER);
	const char *const *back = FLOWS("203.0.113.1 100.64.0.5 10.1.0.1 " CLIENT);

	expect(there, back, false, false, "");
	expect(there, back, true, false,
	       "10.1.0.1 192.0.2.1\n"
	       "10.1.0.2 100.64.0.5\n"
	       "100.64.0.6 203.0.113.1\n");
}

/* A private address on both sides is not the same router. */
Test(alias, private_neighbour_is_no_common_one)
{
	expect_sets(FLOWS("10.0.0.1 198.51.100.66 198.51.100.1 " SERVER),
		    FLOWS("203.0.113.1 198.51.100.2 10.0.0.1 " CLIENT),
		    "198.51.100.1 203.0.113.1\n"
		    "198.51.100.2 198.51.100.66\n");
}

Test(alias, one_path_will_do)
{
	static const char *const there_hops[] = { "192.0.2.1", "198.51.100.2", NULL, SERVER };
	static const char *const back_hops[] = { "203.0.113.1", NULL, "198.51.100.1", CLIENT };
	static struct record_draft there, back;
	const struct trace_record *traces[] = { &back.trace, &there.trace };
	struct alias_result r;
	struct addr addr = draft_addr("198.51.100.1");

	draft_init(&there, TRACE_FORWARD, SERVER, CLIENT, SERVER);
	draft_init(&back, TRACE_REVERSE, SERVER, SERVER, CLIENT);
	for (uint8_t i = 0; i < 4; i++) {
		draft_add(&there, (uint8_t)(i + 1), there_hops[i], 500);
		draft_add(&back, (uint8_t)(i + 1), back_hops[i], 500);
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
