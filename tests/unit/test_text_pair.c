// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "output/names.h"
#include "output/sink.h"
#include "tests/unit/printed.h"

TestSuite(text_pair, .init = printed_set_up, .fini = printed_tear_down);

/* Both directions, the later one first; `names` may be NULL. */
static void record_pair_with(void *sink, const struct names *names)
{
	struct record_draft d;

	printed_draft_reverse(&d);
	d.trace.pair_id = 1025;
	d.trace.names = names;
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	memset(&d, 0x55, sizeof(d)); /* the sink has no claim to it any more */
	printed_draft_forward(&d);
	d.trace.pair_id = 1025;
	d.trace.names = names;
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
}

static void record_pair(void *sink)
{
	record_pair_with(sink, NULL);
}

Test(text_pair, pair_stands_side_by_side)
{
	void *sink = printed_open();

	record_pair(sink);
	cr_assert_eq(text_sink.flush(sink), 0);
	cr_assert_eq(text_sink.close(sink, &draft_end), 0);
	printed_expect("two-way 192.0.2.1 <-> www.example.net (198.51.100.7), udp\n"
		       "FORWARD, flow 33500, 4 hops            "
		       "| REVERSE, from the target, flow 33500, 3 hops\n"
		       " 1  192.0.2.254   0.412 0.398 0.405 ms "
		       "|  1  198.51.100.254 0.300     * 0.310 ms\n"
		       " 2  *                                  "
		       "|  2  203.0.113.1    9.500     ? 9.502 ms\n"
		       " 3  203.0.113.129 10.41     * ms       "
		       "|  3  192.0.2.1          + 11.80     * ms\n"
		       "    203.0.113.133             112.4 ms |\n"
		       " 4  198.51.100.7  12.00 12.00 12.00 ms |\n");
}

Test(text_pair, pair_that_does_not_fit_stands_one_under_the_other)
{
	void *sink;

	setenv("COLUMNS", "79", 1);
	sink = printed_open();
	record_pair(sink);
	cr_assert_eq(text_sink.close(sink, &draft_end), 0);
	printed_expect("forward from 192.0.2.1 to www.example.net (198.51.100.7), "
		       "udp flow 33500, 4 hops\n"
		       " 1  192.0.2.254  0.412 ms  0.398 ms  0.405 ms\n"
		       " 2  * * *\n"
		       " 3  203.0.113.129  10.412 ms * 203.0.113.133  112.398 ms\n"
		       " 4  198.51.100.7  12.001 ms  12.002 ms  12.003 ms\n"
		       "reverse from www.example.net (198.51.100.7) to 192.0.2.1, "
		       "udp flow 33500, 3 hops\n"
		       " 1  198.51.100.254  0.300 ms *  0.310 ms\n"
		       " 2  203.0.113.1  9.500 ms  ?  9.502 ms\n"
		       " 3  192.0.2.1 +  11.800 ms *\n");
}

/* The longest IPv4 addresses, three tries, seconds of delay, marks: 100 columns. */
Test(text_pair, widest_ipv4_pair_fits_a_hundred_columns)
{
	void *sink = printed_open();
	struct record_draft d;

	for (int direction = TRACE_FORWARD; direction <= TRACE_REVERSE; direction++) {
		draft_init(&d, (enum trace_direction)direction, "198.151.100.107",
			   "192.168.102.101", "198.151.100.107");
		if (direction == TRACE_REVERSE)
			draft_init(&d, TRACE_REVERSE, "198.151.100.107", "198.151.100.107",
				   "192.168.102.101");
		d.trace.pair_id = 1;
		for (int i = 0; i < 3; i++)
			draft_add(&d, 30, "203.110.113.129", 1500000)->icmp = 0x30a;
		cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	}
	cr_assert_eq(text_sink.close(sink, &draft_end), 0);
	printed_expect("two-way 192.168.102.101 <-> 198.151.100.107, udp\n"
		       "FORWARD, flow 33500, 30 hops                "
		       "| REVERSE, from the target, flow 33500, 30 hops\n"
		       "30  203.110.113.129  1500  1500  1500 ms !X "
		       "| 30  203.110.113.129  1500  1500  1500 ms !X\n");
}

static void draft_pair_v6(struct record_draft *d, enum trace_direction direction)
{
	const char *here = "2001:db8::1", *there = "2001:db8:ffff::7";

	if (direction == TRACE_FORWARD)
		draft_init(d, direction, "v6.example.net", here, there);
	else
		draft_init(d, direction, "v6.example.net", there, here);
	d->trace.pair_id = UINT64_MAX;
	draft_add(d, 1, direction == TRACE_FORWARD ? there : here, 500);
}

Test(text_pair, ipv6_pair_stands_side_by_side_if_it_fits)
{
	void *sink = printed_open();
	struct record_draft d;

	draft_pair_v6(&d, TRACE_FORWARD);
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	draft_pair_v6(&d, TRACE_REVERSE);
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	cr_assert_eq(text_sink.close(sink, &draft_end), 0);
	printed_expect("two-way 2001:db8::1 <-> v6.example.net (2001:db8:ffff::7), udp\n"
		       "FORWARD, flow 33500, 1 hop    "
		       "| REVERSE, from the target, flow 33500, 1 hop\n"
		       " 1  2001:db8:ffff::7 0.500 ms |  1  2001:db8::1 0.500 ms\n");
}

Test(text_pair, long_ipv6_addresses_stand_one_under_the_other)
{
	void *sink = printed_open();
	struct record_draft d;

	draft_pair_v6(&d, TRACE_FORWARD);
	draft_add(&d, 2, "2001:db8:1111:2222:3333:4444:5555:6666", 500);
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	draft_pair_v6(&d, TRACE_REVERSE);
	draft_add(&d, 2, "2001:db8:1111:2222:3333:4444:5555:7777", 500);
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	cr_assert_eq(text_sink.close(sink, &draft_end), 0);
	printed_expect("forward from 2001:db8::1 to v6.example.net (2001:db8:ffff::7), "
		       "udp flow 33500, 2 hops\n"
		       " 1  2001:db8:ffff::7  0.500 ms\n"
		       " 2  2001:db8:1111:2222:3333:4444:5555:6666  0.500 ms\n"
		       "reverse from v6.example.net (2001:db8:ffff::7) to 2001:db8::1, "
		       "udp flow 33500, 2 hops\n"
		       " 1  2001:db8::1  0.500 ms\n"
		       " 2  2001:db8:1111:2222:3333:4444:5555:7777  0.500 ms\n");
}

Test(text_pair, ending_stands_in_its_column)
{
	void *sink = printed_open();
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "192.0.2.2", "192.0.2.1", "192.0.2.2");
	draft_add(&d, 1, "192.0.2.2", 500);
	d.trace.pair_id = 1;
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	draft_init(&d, TRACE_REVERSE, "192.0.2.2", "192.0.2.2", "192.0.2.1");
	d.trace.pair_id = 1;
	d.trace.reached = false;
	d.trace.stop = STOP_NOT_SUPPORTED;
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	cr_assert_eq(text_sink.close(sink, &draft_end), 0);
	printed_expect("two-way 192.0.2.1 <-> 192.0.2.2, udp\n"
		       "FORWARD, flow 33500, 1 hop | REVERSE, from the target, flow 33500\n"
		       " 1  192.0.2.2 0.500 ms     "
		       "| -- not supported: a plain echo reply, no server\n");
}

Test(text_pair, partner_that_never_comes_is_not_waited_for_at_the_end)
{
	void *sink = printed_open();
	struct record_draft d;

	draft_init(&d, TRACE_REVERSE, "192.0.2.2", "192.0.2.2", "192.0.2.1");
	d.trace.pair_id = 1;
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	d.trace.pair_id = 1 + 1024; /* not the partner, though as near as can be */
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	cr_assert_eq(text_sink.flush(sink), 0);
	printed_expect("");
	cr_assert_eq(text_sink.close(sink, &draft_end), 0);
	printed_expect("reverse from 192.0.2.2 to 192.0.2.1, udp flow 33500\n\n"
		       "reverse from 192.0.2.2 to 192.0.2.1, udp flow 33500\n");
}

Test(text_pair, run_that_never_began_prints_nothing)
{
	void *sink = printed_open();
	struct record_draft d;

	draft_pair_v6(&d, TRACE_FORWARD);
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	cr_assert_eq(text_sink.close(sink, NULL), 0);
	printed_expect("");
}

static struct names *names_of_pair(void)
{
	struct addr gateway = draft_addr("192.0.2.254"), second = draft_addr("203.0.113.133");
	struct addr remote = draft_addr("203.0.113.1"), here = draft_addr("192.0.2.1");
	struct names *names;

	cr_assert_eq(names_new(4, 7, &names), 0);
	cr_assert_eq(names_add(names, &gateway, "gw.example.net", 1), 0);
	cr_assert_eq(names_add(names, &second, "a234567890.b23456789.c23456789.net", 1), 0);
	cr_assert_eq(
		names_add(names, &remote, "be-10-0-0-7.edge-1.frankfurt.backbone.example.net", 1),
		0);
	cr_assert_eq(names_add(names, &here, "here.example.net", 1), 0);
	return names;
}

/* A name of the line's width is whole, a longer one loses its front: the columns are as
 * wide as without names. */
Test(text_pair, host_names_stand_under_their_addresses)
{
	struct names *names = names_of_pair();
	void *sink = printed_open();

	record_pair_with(sink, names);
	cr_assert_eq(text_sink.close(sink, &draft_end), 0);
	names_free(names);
	printed_expect("two-way 192.0.2.1 <-> www.example.net (198.51.100.7), udp\n"
		       "FORWARD, flow 33500, 4 hops            "
		       "| REVERSE, from the target, flow 33500, 3 hops\n"
		       " 1  192.0.2.254   0.412 0.398 0.405 ms "
		       "|  1  198.51.100.254 0.300     * 0.310 ms\n"
		       "    gw.example.net                     "
		       "|  2  203.0.113.1    9.500     ? 9.502 ms\n"
		       " 2  *                                  "
		       "|     ..-1.frankfurt.backbone.example.net\n"
		       " 3  203.0.113.129 10.41     * ms       "
		       "|  3  192.0.2.1          + 11.80     * ms\n"
		       "    203.0.113.133             112.4 ms "
		       "|     here.example.net\n"
		       "    a234567890.b23456789.c23456789.net |\n"
		       " 4  198.51.100.7  12.00 12.00 12.00 ms |\n");
}

Test(text_pair, host_names_are_whole_one_under_the_other)
{
	struct names *names = names_of_pair();
	void *sink;

	setenv("COLUMNS", "79", 1);
	sink = printed_open();
	record_pair_with(sink, names);
	cr_assert_eq(text_sink.close(sink, &draft_end), 0);
	names_free(names);
	printed_expect("forward from 192.0.2.1 to www.example.net (198.51.100.7), "
		       "udp flow 33500, 4 hops\n"
		       " 1  gw.example.net (192.0.2.254)  0.412 ms  0.398 ms  0.405 ms\n"
		       " 2  * * *\n"
		       " 3  203.0.113.129  10.412 ms * a234567890.b23456789.c23456789.net "
		       "(203.0.113.133)  112.398 ms\n"
		       " 4  198.51.100.7  12.001 ms  12.002 ms  12.003 ms\n"
		       "reverse from www.example.net (198.51.100.7) to 192.0.2.1, "
		       "udp flow 33500, 3 hops\n"
		       " 1  198.51.100.254  0.300 ms *  0.310 ms\n"
		       " 2  be-10-0-0-7.edge-1.frankfurt.backbone.example.net (203.0.113.1)"
		       "  9.500 ms  ?  9.502 ms\n"
		       " 3  here.example.net (192.0.2.1) +  11.800 ms *\n");
}
