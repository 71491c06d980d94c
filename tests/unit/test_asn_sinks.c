// SPDX-License-Identifier: GPL-2.0-or-later
/* Where autonomous systems are shown: text and pictures. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/asn.h"
#include "output/fanout.h"
#include "output/names.h"
#include "tests/unit/diamonds.h"
#include "tests/unit/flows.h"
#include "tests/unit/folder.h"

static struct asn_db *asn;

static void set_up(void)
{
	char path[512];

	folder_set_up();
	setenv("COLUMNS", "100", 1);
	snprintf(path, sizeof(path), "%s/tests/asn/asn.mmdb", getenv("srcdir"));
	cr_assert_eq(asn_open(path, &asn), 0);
}

static void tear_down(void)
{
	asn_close(asn);
	folder_tear_down();
}

TestSuite(asn_sinks, .init = set_up, .fini = tear_down);

/* What a sink writes of one or two traces. */
static const char *written(const struct sink_ops *ops, const struct trace_record *a,
			   const struct trace_record *b, bool resolve_aliases)
{
	const struct sink_options options = { .format = "dot", .is_one_target = true };
	bool is_picture = ops == &picture_sink;
	struct fanout *f;

	cr_assert_eq(fanout_new(&f), 0);
	fanout_set_annotations(f, asn, NULL);
	if (resolve_aliases)
		cr_assert_eq(fanout_resolve_aliases(f, false), 0);
	cr_assert_eq(fanout_add(f, ops, folder_path(is_picture ? "trace" : "text"), &options,
				&draft_run),
		     0);
	fanout_record(f, a);
	if (b)
		fanout_record(f, b);
	cr_assert_eq(fanout_close(f, &draft_end), 0);
	return folder_read(is_picture ? "trace.dot" : "text");
}

static void expect(const char *got, const char *wanted)
{
	cr_expect_str_eq(got, wanted, "\n%s", got);
}

static void expect_part(const char *got, const char *wanted)
{
	cr_expect_not_null(strstr(got, wanted), "%s\nis not in\n%s", wanted, got);
}

static void draft_path(struct record_draft *d)
{
	draft_init(d, TRACE_FORWARD, "198.51.100.7", "192.0.2.1", "198.51.100.7");
	draft_add(d, 1, "192.0.2.254", 400);
	draft_add(d, 1, NULL, 0);
	draft_add(d, 1, "192.0.2.254", 410);
	draft_add(d, 2, "203.0.113.9", 1400);
	draft_add(d, 2, "10.0.0.1", 1410); /* the file does not have it */
	draft_add(d, 3, "198.51.100.7", 2400);
}

Test(asn_sinks, line_has_them_behind_the_address_as_traceroute_does)
{
	struct names *names;
	struct record_draft d;
	struct addr named = draft_addr("192.0.2.254");

	cr_assert_eq(names_new(10, 1, &names), 0);
	cr_assert_eq(names_add(names, &named, "gw.example.net", 1), 0);
	draft_path(&d);
	d.trace.names = names;
	expect(written(&text_sink, &d.trace, NULL, false),
	       "forward from 192.0.2.1 to 198.51.100.7, udp flow 33500, 3 hops\n"
	       " 1  gw.example.net (192.0.2.254) [AS64496]  0.400 ms *  0.410 ms\n"
	       " 2  203.0.113.9 [AS4294967294]  1.400 ms 10.0.0.1  1.410 ms\n"
	       " 3  198.51.100.7 [AS64497]  2.400 ms\n");
	names_free(names);
}

Test(asn_sinks, grid_has_them_below_the_address)
{
	struct record_draft there, back;
	struct addr named = draft_addr("192.0.2.254");
	struct names *names;

	cr_assert_eq(names_new(10, 1, &names), 0);
	cr_assert_eq(names_add(names, &named, "a.rather.long.name.example.net", 1), 0);
	draft_path(&there);
	draft_init(&back, TRACE_REVERSE, "198.51.100.7", "198.51.100.7", "192.0.2.1");
	draft_add(&back, 1, "198.51.100.254", 300);
	draft_add(&back, 2, "192.0.2.1", 900);
	there.trace.pair_id = back.trace.pair_id = 1;
	there.trace.names = names;
	expect(written(&text_sink, &there.trace, &back.trace, false),
	       "two-way 192.0.2.1 <-> 198.51.100.7, udp\n"
	       "FORWARD, flow 33500, 3 hops           | REVERSE, from the target, flow 33500, 2 "
	       "hops\n"
	       " 1  192.0.2.254  0.400     * 0.410 ms |  1  198.51.100.254 0.300 ms\n"
	       "    [AS64496] ..long.name.example.net |  2  192.0.2.1      0.900 ms\n"
	       " 2  203.0.113.9  1.400 ms             |     [AS64496]\n"
	       "    [AS4294967294]                    |\n"
	       "    10.0.0.1           1.410 ms       |\n"
	       " 3  198.51.100.7 2.400 ms             |\n"
	       "    [AS64497]                         |\n");
	names_free(names);
}

Test(asn_sinks, graph_has_them_below_the_address)
{
	struct record_draft d;

	diamond_draft(&d);
	expect(written(&text_sink, &d.trace, NULL, false),
	       "forward from 192.0.2.1 to www.example.net (198.51.100.7), udp multipath, failure "
	       "bound 0.05, 4 hops\n"
	       " 1  192.0.2.254  100% 0.402 ms -> 203.0.113.1 203.0.113.2\n"
	       "    [AS64496]\n"
	       " 2  203.0.113.1   50% 1.201 ms -> 203.0.113.9\n"
	       "    [AS4294967294]\n"
	       "    203.0.113.2   50% 1.202 ms -> ~*\n"
	       "    [AS4294967294]\n"
	       " 3  203.0.113.9   50% 2.401 ms -> 198.51.100.7\n"
	       "    [AS4294967294]\n"
	       "    *             50%          -> ~198.51.100.7\n"
	       " 4  198.51.100.7 100% 12.00 ms\n"
	       "    [AS64497]\n");
}

Test(asn_sinks, picture_has_number_and_name)
{
	struct record_draft d;
	const char *picture;

	draft_path(&d);
	draft_add(&d, 4, "198.18.0.1", 3400);
	picture = written(&picture_sink, &d.trace, NULL, false);
	expect_part(picture, "[label=\"192.0.2.1\\nAS64496 Example Net\\nsource\"");
	expect_part(picture, "[label=\"192.0.2.254\\nAS64496 Example Net\\n0.405 ms\"]");
	expect_part(picture, "[label=\"10.0.0.1\\n1.410 ms\"]");
	expect_part(picture,
		    "[label=\"203.0.113.9\\nAS4294967294 \\\"]; evil [label=\\\"\\\\x1b[2J "
		    "&amp; T\\\\xc3\\\\xa9l\\\\xc3\\\\xa9com\\\\\\n1.400 ms\"]");
	expect_part(picture, "[label=\"198.51.100.7\\nAS64497\\n");
	expect_part(picture, "AS65551 A long name that goes on and on, A long...\\n");
}

/* Each of a router's systems once, whoever of its addresses has it. */
Test(asn_sinks, router_has_the_systems_of_its_addresses)
{
	struct record_draft there, back;
	const char *picture;

	flows_draft(&there, TRACE_FORWARD, "192.0.2.2", "203.0.113.2",
		    (const char *const[]){ "192.0.2.1 198.51.100.2 203.0.113.2", NULL });
	flows_draft(&back, TRACE_REVERSE, "203.0.113.2", "192.0.2.2",
		    (const char *const[]){ "203.0.113.1 198.51.100.1 192.0.2.2", NULL });
	there.trace.pair_id = back.trace.pair_id = 1;
	picture = written(&picture_sink, &there.trace, &back.trace, true);
	expect_part(picture,
		    "f1 [label=\"router 1\\n192.0.2.1\\nalso 198.51.100.1\\nAS64496 Example "
		    "Net\\nAS64497\\n");
	expect_part(picture, "r2 [label=\"router 1\\n198.51.100.1\\nalso 192.0.2.1\\nAS64497\\n"
			     "AS64496 Example Net\\n");
}
