// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>

#include "output/sink.h"
#include "tests/unit/diamonds.h"
#include "tests/unit/results.h"

TestSuite(sqlite_links, .init = results_set_up, .fini = results_tear_down);

static void store(const struct trace_record *trace)
{
	void *sink = results_open();

	cr_assert_eq(sqlite_sink.record(sink, trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect_sound();
}

Test(sqlite_links, multipath_trace_has_a_bound_and_no_path)
{
	struct record_draft d;

	diamond_draft(&d);
	store(&d.trace);
	results_expect("SELECT mode, eps, eps_trace, per_packet, flow, dport, path_id, path_len,"
		       " sent, lost FROM trace",
		       "1|0.05|-|0|-|-|-|4|16|2");
	results_expect("SELECT (SELECT count(*) FROM path), (SELECT count(*) FROM path_hop)",
		       "0|0");
	results_expect("SELECT mode, eps, per_packet, flow, hops, path_id FROM v_trace",
		       "multipath|0.05|0|-|4|-");
}

Test(sqlite_links, bound_of_the_whole_trace_is_kept)
{
	struct record_draft d;

	diamond_draft(&d);
	d.trace.eps = 0.0032;
	d.trace.eps_trace = 0.05;
	store(&d.trace);
	results_expect("SELECT eps, eps_trace FROM v_trace", "0.0032|0.05");
}

Test(sqlite_links, one_path_has_neither_bound_nor_links)
{
	struct record_draft d;

	results_draft_forward(&d);
	store(&d.trace);
	results_expect("SELECT mode, eps, per_packet, flow, (SELECT count(*) FROM link) FROM trace",
		       "0|-|-|33500|0");
	results_expect("SELECT mode, flow FROM v_trace", "singlepath|33500");
}

Test(sqlite_links, probes_carry_their_flow)
{
	struct record_draft d;

	diamond_draft(&d);
	store(&d.trace);
	results_expect("SELECT group_concat(flow || ' ' || try || ' ' || coalesce(addr, '*'), ',')"
		       " FROM v_hop WHERE ttl = 3",
		       "33500 0 203.0.113.9,33501 0 *,33502 0 203.0.113.9,33503 0 *");
}

Test(sqlite_links, links_name_both_ends_and_their_flows)
{
	struct record_draft d;

	diamond_draft(&d);
	store(&d.trace);
	results_expect("SELECT group_concat(l, ',') FROM (SELECT near_ttl || ' ' ||"
		       " coalesce(near, '*') || '>' || coalesce(far, '*') || '=' || flows AS l"
		       " FROM v_link ORDER BY near_ttl, near, far)",
		       "0 192.0.2.1>192.0.2.254=4,"
		       "1 192.0.2.254>203.0.113.1=2,1 192.0.2.254>203.0.113.2=2,"
		       "2 203.0.113.1>203.0.113.9=2,2 203.0.113.2>*=0,"
		       "3 *>198.51.100.7=0,3 203.0.113.9>198.51.100.7=2");
	results_expect("SELECT count(*), sum(near_id = 0), sum(far_id = 0), sum(flows = 0) FROM "
		       "link",
		       "7|1|1|2");
	results_expect("SELECT sum(assumed) FROM v_link", "2");
}

Test(sqlite_links, two_silent_vertices_of_a_hop_are_one_unknown)
{
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	draft_multipath(&d);
	d.trace.is_per_packet = true;
	draft_vertex(&d, 1, NULL);
	draft_vertex(&d, 1, NULL);
	draft_vertex(&d, 2, "198.51.100.7");
	draft_link(&d, 0, 1, 0);
	draft_link(&d, 0, 2, 0);
	draft_link(&d, 1, 3, 0);
	draft_link(&d, 2, 3, 0);
	store(&d.trace);
	results_expect(
		"SELECT group_concat(near_ttl || ' ' || near_id || ' ' || far_id || '=' || flows,"
		" ',') FROM link",
		"0 2 0=0,1 0 1=0");
	results_expect("SELECT count(*), max(n) FROM vertex", "3|3");
	results_expect("SELECT per_packet FROM trace", "1");
}

#define VERTICES                                                                        \
	"SELECT group_concat(v, ',') FROM (SELECT ttl || ' ' || coalesce(text, '*') ||" \
	" CASE WHEN is_end THEN '!' ELSE '' END AS v FROM vertex LEFT JOIN addr USING"  \
	" (addr_id) ORDER BY "

Test(sqlite_links, vertices_are_kept_in_their_order)
{
	struct record_draft d;

	diamond_draft(&d);
	store(&d.trace);
	results_expect(VERTICES "n)",
		       "0 192.0.2.1,1 192.0.2.254,2 203.0.113.2,2 203.0.113.1,3 *,3 203.0.113.9,"
		       "4 198.51.100.7!");
	results_expect("SELECT count(*), min(n), max(n) FROM vertex", "7|0|6");
}

/* Files of schema 3 have the same by their probes and links, but for the order. */
Test(sqlite_links, older_file_gets_its_vertices)
{
	struct record_draft d;
	void *sink;

	diamond_draft(&d);
	store(&d.trace);
	results_make_old(4);
	cr_assert_eq(results_open_as("another", &sink), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect(VERTICES "ttl, text)",
		       "0 192.0.2.1,1 192.0.2.254,2 203.0.113.1,2 203.0.113.2,3 *,3 203.0.113.9,"
		       "4 198.51.100.7!");
	results_expect("SELECT count(*), min(n), max(n), (SELECT ttl FROM vertex WHERE n = 0)"
		       " FROM vertex",
		       "7|0|6|0");
	results_expect_sound();
}

/* The question that docs/database.md answers. */
Test(sqlite_links, width_of_load_balanced_hops_can_be_asked)
{
	struct record_draft d;

	diamond_draft(&d);
	store(&d.trace);
	results_expect("SELECT group_concat(ttl || ':' || width, ' ') FROM ("
		       "SELECT ttl, count(DISTINCT addr) AS width FROM v_trace"
		       " JOIN v_hop USING (trace_id) WHERE mode = 'multipath' AND on_path"
		       " GROUP BY trace_id, ttl HAVING width > 1)",
		       "2:2");
}

Test(sqlite_links, links_count_as_rows_of_a_batch)
{
	void *sink = results_open();
	struct record_draft d;

	diamond_draft(&d); /* 31 rows */
	for (int i = 0; i < 500; i++)
		cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	results_expect("SELECT count(*) FROM trace", "323");
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect_sound();
}
