// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <stdlib.h>

#include "output/names.h"
#include "output/sink.h"
#include "tests/unit/diamonds.h"
#include "tests/unit/printed.h"
#include "wire/headers.h"

TestSuite(text_graph, .init = printed_set_up, .fini = printed_tear_down);

Test(text_graph, hops_show_their_vertices_and_where_each_goes)
{
	struct record_draft d;

	diamond_draft(&d);
	printed_expect_trace(&d, "forward from 192.0.2.1 to www.example.net (198.51.100.7), "
				 "udp multipath, failure bound 0.05, 4 hops\n"
				 " 1  192.0.2.254  100% 0.402 ms -> 203.0.113.1 203.0.113.2\n"
				 " 2  203.0.113.1   50% 1.201 ms -> 203.0.113.9\n"
				 "    203.0.113.2   50% 1.202 ms -> ~*\n"
				 " 3  203.0.113.9   50% 2.401 ms -> 198.51.100.7\n"
				 "    *             50%          -> ~198.51.100.7\n"
				 " 4  198.51.100.7 100% 12.00 ms\n");
}

Test(text_graph, arrival_and_missing_times_are_marked)
{
	struct record_draft d;

	diamond_draft_reverse(&d);
	d.probes[0].has_rtt = false;
	d.probes[4].has_rtt = false;
	printed_expect_trace(&d, "reverse from www.example.net (198.51.100.7) to 192.0.2.1, "
				 "udp multipath, failure bound 0.05, 2 hops\n"
				 " 1  203.0.113.201  33%     ?    -> 192.0.2.1\n"
				 "    203.0.113.202  67% 0.915 ms -> 192.0.2.1\n"
				 " 2  192.0.2.1     100%     +\n");
}

/* Shares of two that are silent can't be told; an end that is none has its mark. */
Test(text_graph, silence_and_errors_end_a_trace_in_words)
{
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "198.51.100.7", "192.0.2.1", "198.51.100.7");
	draft_multipath(&d);
	d.trace.eps = 0.01;
	d.trace.proto = PROTO_TCP;
	d.trace.reached = false;
	d.trace.stop = STOP_BUDGET;
	draft_add_flow(&d, 1, 1, NULL, 0);
	draft_add_flow(&d, 1, 2, NULL, 0);
	draft_add_flow(&d, 1, 3, "203.0.113.1", 250000)->icmp = ICMPV4_UNREACHABLE * 256 + 13;
	draft_vertex(&d, 1, NULL);
	draft_vertex(&d, 1, NULL);
	draft_vertex(&d, 1, "203.0.113.1");
	draft_link(&d, 0, 1, 0);
	draft_link(&d, 0, 2, 0);
	draft_link(&d, 0, 3, 1);
	printed_expect_trace(&d, "forward from 192.0.2.1 to 198.51.100.7, "
				 "tcp multipath, failure bound 0.01\n"
				 " 1  203.0.113.1  33% 250.0 ms !X\n"
				 "    *\n"
				 "    *\n"
				 "-- probe budget after 1 hop\n");
}

Test(text_graph, per_packet_balancing_is_said_in_words)
{
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "198.51.100.7", "192.0.2.1", "198.51.100.7");
	draft_multipath(&d);
	d.trace.is_per_packet = true;
	d.trace.stop = STOP_GAP_LIMIT;
	d.trace.reached = false;
	draft_add_flow(&d, 1, 1, "203.0.113.1", 100);
	draft_add_flow(&d, 1, 1, "203.0.113.2", 100);
	draft_add_flow(&d, 4, 1, "203.0.113.4", 100);
	draft_vertex(&d, 1, "203.0.113.1");
	draft_vertex(&d, 1, "203.0.113.2");
	draft_vertex(&d, 4, "203.0.113.4");
	draft_link(&d, 0, 1, 0);
	draft_link(&d, 0, 2, 0);
	draft_link(&d, 1, 3, 0);
	draft_link(&d, 2, 3, 0);
	printed_expect_trace(&d, "forward from 192.0.2.1 to 198.51.100.7, "
				 "udp multipath, failure bound 0.05\n"
				 " 1  203.0.113.1  50% 0.100 ms -> ~203.0.113.4 (hop 4)\n"
				 "    203.0.113.2  50% 0.100 ms -> ~203.0.113.4 (hop 4)\n"
				 " 4  203.0.113.4 100% 0.100 ms\n"
				 "-- per-packet balancing: no link is proven\n"
				 "-- gap limit after 4 hops\n");
}

Test(text_graph, refused_trace_has_its_reason)
{
	struct record_draft d;

	draft_init(&d, TRACE_REVERSE, "198.51.100.7", "198.51.100.7", "192.0.2.1");
	draft_multipath(&d);
	d.trace.reached = false;
	d.trace.stop = STOP_NOT_SUPPORTED;
	printed_expect_trace(&d, "reverse from 198.51.100.7 to 192.0.2.1, "
				 "udp multipath, failure bound 0.05\n"
				 "-- not supported: a plain echo reply, no server\n");
}

Test(text_graph, bound_of_the_whole_trace_is_named_first)
{
	struct record_draft d;

	draft_init(&d, TRACE_REVERSE, "198.51.100.7", "198.51.100.7", "192.0.2.1");
	draft_multipath(&d);
	d.trace.eps = 0.0032006;
	d.trace.eps_trace = 0.05;
	d.trace.stop = STOP_NOT_SUPPORTED;
	printed_expect_trace(&d, "reverse from 198.51.100.7 to 192.0.2.1, "
				 "udp multipath, failure bound 0.05 (0.0032 each)\n"
				 "-- not supported: a plain echo reply, no server\n");
}

Test(text_graph, long_lists_are_broken_at_the_edge)
{
	struct wide_draft d;
	void *sink;

	setenv("COLUMNS", "60", 1);
	sink = printed_open();
	wide_init(&d, TRACE_FORWARD, 5, 3);
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	wide_fini(&d);
	cr_assert_eq(text_sink.close(sink, &draft_end), 0);
	printed_expect("forward from 192.0.2.1 to www.example.net (198.51.100.7), "
		       "udp multipath, failure bound 0.05, 3 hops\n"
		       " 1  10.1.1.1     100% 1.518 ms -> 10.1.2.1 10.1.2.2 10.1.2.3\n"
		       "                                  10.1.2.4 10.1.2.5\n"
		       " 2  10.1.2.1      20% 3.015 ms -> 198.51.100.7\n"
		       "    10.1.2.2      20% 3.017 ms -> 198.51.100.7\n"
		       "    10.1.2.3      20% 3.018 ms -> 198.51.100.7\n"
		       "    10.1.2.4      20% 3.019 ms -> 198.51.100.7\n"
		       "    10.1.2.5      20% 3.020 ms -> 198.51.100.7\n"
		       " 3  198.51.100.7 100% 4.518 ms\n");
}

/* The later direction first. */
static void print_pair(const char *columns)
{
	struct record_draft d;
	void *sink;

	setenv("COLUMNS", columns, 1);
	sink = printed_open();
	diamond_draft_reverse(&d);
	d.trace.pair_id = 7;
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	diamond_draft(&d);
	d.trace.pair_id = 7;
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	cr_assert_eq(text_sink.close(sink, &draft_end), 0);
}

Test(text_graph, pair_stands_side_by_side_if_it_fits)
{
	print_pair("123");
	printed_expect("two-way 192.0.2.1 <-> www.example.net (198.51.100.7), udp\n"
		       "FORWARD, multipath, failure bound 0.05, 4 hops            "
		       "| REVERSE, from the target, multipath, failure bound 0.05, 2 hops\n"
		       " 1  192.0.2.254  100% 0.402 ms -> 203.0.113.1 203.0.113.2 "
		       "|  1  203.0.113.201  33% 0.900 ms -> 192.0.2.1\n"
		       " 2  203.0.113.1   50% 1.201 ms -> 203.0.113.9             "
		       "|     203.0.113.202  67% 0.915 ms -> 192.0.2.1\n"
		       "    203.0.113.2   50% 1.202 ms -> ~*                      "
		       "|  2  192.0.2.1     100% 9.000 ms\n"
		       " 3  203.0.113.9   50% 2.401 ms -> 198.51.100.7            |\n"
		       "    *             50%          -> ~198.51.100.7           |\n"
		       " 4  198.51.100.7 100% 12.00 ms                            |\n");
}

Test(text_graph, pair_that_does_not_fit_stands_forward_first)
{
	print_pair("100");
	printed_expect("forward from 192.0.2.1 to www.example.net (198.51.100.7), "
		       "udp multipath, failure bound 0.05, 4 hops\n"
		       " 1  192.0.2.254  100% 0.402 ms -> 203.0.113.1 203.0.113.2\n"
		       " 2  203.0.113.1   50% 1.201 ms -> 203.0.113.9\n"
		       "    203.0.113.2   50% 1.202 ms -> ~*\n"
		       " 3  203.0.113.9   50% 2.401 ms -> 198.51.100.7\n"
		       "    *             50%          -> ~198.51.100.7\n"
		       " 4  198.51.100.7 100% 12.00 ms\n"
		       "reverse from www.example.net (198.51.100.7) to 192.0.2.1, "
		       "udp multipath, failure bound 0.05, 2 hops\n"
		       " 1  203.0.113.201  33% 0.900 ms -> 192.0.2.1\n"
		       "    203.0.113.202  67% 0.915 ms -> 192.0.2.1\n"
		       " 2  192.0.2.1     100% 9.000 ms\n");
}

Test(text_graph, lists_of_a_pair_are_broken_at_the_half)
{
	struct wide_draft d;
	void *sink;

	setenv("COLUMNS", "131", 1);
	sink = printed_open();
	for (int i = 0; i < 2; i++) {
		wide_init(&d, i == 0 ? TRACE_FORWARD : TRACE_REVERSE, 5, 3);
		d.trace.pair_id = 1;
		cr_assert_eq(text_sink.record(sink, &d.trace), 0);
		wide_fini(&d);
	}
	cr_assert_eq(text_sink.close(sink, &draft_end), 0);
	printed_expect("two-way 192.0.2.1 <-> www.example.net (198.51.100.7), udp\n"
		       "FORWARD, multipath, failure bound 0.05, 3 hops               "
		       "| REVERSE, from the target, multipath, failure bound 0.05, 3 hops\n"
		       " 1  10.1.1.1     100% 1.518 ms -> 10.1.2.1 10.1.2.2 10.1.2.3 "
		       "|  1  10.2.1.1  100% 1.518 ms -> 10.2.2.1 10.2.2.2 10.2.2.3\n"
		       "                                  10.1.2.4 10.1.2.5          "
		       "|                                10.2.2.4 10.2.2.5\n"
		       " 2  10.1.2.1      20% 3.015 ms -> 198.51.100.7               "
		       "|  2  10.2.2.1   20% 3.015 ms -> 192.0.2.1\n"
		       "    10.1.2.2      20% 3.017 ms -> 198.51.100.7               "
		       "|     10.2.2.2   20% 3.017 ms -> 192.0.2.1\n"
		       "    10.1.2.3      20% 3.018 ms -> 198.51.100.7               "
		       "|     10.2.2.3   20% 3.018 ms -> 192.0.2.1\n"
		       "    10.1.2.4      20% 3.019 ms -> 198.51.100.7               "
		       "|     10.2.2.4   20% 3.019 ms -> 192.0.2.1\n"
		       "    10.1.2.5      20% 3.020 ms -> 198.51.100.7               "
		       "|     10.2.2.5   20% 3.020 ms -> 192.0.2.1\n"
		       " 3  198.51.100.7 100% 4.518 ms                               "
		       "|  3  192.0.2.1 100% 4.518 ms\n");
}

Test(text_graph, host_names_stand_below_their_addresses)
{
	struct addr gateway = draft_addr("192.0.2.254"), branch = draft_addr("203.0.113.2");
	struct record_draft d;
	struct names *names;

	setenv("COLUMNS", "60", 1);
	cr_assert_eq(names_new(2, 7, &names), 0);
	cr_assert_eq(names_add(names, &gateway, "gw.example.net", 1), 0);
	cr_assert_eq(names_add(names, &branch,
			       "be-10-0-0-7.edge-1.frankfurt.germany.backbone.example.net", 1),
		     0);
	diamond_draft(&d);
	d.trace.names = names;
	printed_expect_trace(&d, "forward from 192.0.2.1 to www.example.net (198.51.100.7), "
				 "udp multipath, failure bound 0.05, 4 hops\n"
				 " 1  192.0.2.254  100% 0.402 ms -> 203.0.113.1 203.0.113.2\n"
				 "    gw.example.net\n"
				 " 2  203.0.113.1   50% 1.201 ms -> 203.0.113.9\n"
				 "    203.0.113.2   50% 1.202 ms -> ~*\n"
				 "    ..10-0-0-7.edge-1.frankfurt.germany.backbone.example.net\n"
				 " 3  203.0.113.9   50% 2.401 ms -> 198.51.100.7\n"
				 "    *             50%          -> ~198.51.100.7\n"
				 " 4  198.51.100.7 100% 12.00 ms\n");
	names_free(names);
}
