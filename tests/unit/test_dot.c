// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/dot.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "tests/unit/diamonds.h"
#include "wire/headers.h"

#define HEAD(direction)                                                                     \
	"digraph revprobe {\n"                                                              \
	"\tgraph [rankdir=" direction ", ranksep=0.5, nodesep=0.2, fontname=\"Helvetica\"," \
	" fontsize=11, style=\"rounded\", color=gray60];\n"                                 \
	"\tnode [shape=box, style=\"rounded,filled\", fillcolor=white, color=gray40,"       \
	" fontname=\"Helvetica\", fontsize=10, margin=\"0.08,0.04\", height=0.3];\n"        \
	"\tedge [color=black, fontname=\"Helvetica\", fontsize=8, arrowsize=0.6];\n"

/* The picture of one trace, or of two; the caller frees it. */
static char *draw(const struct trace_record *a, const struct trace_record *b, bool merge,
		  const struct sink_names *names)
{
	const struct dot_known known = { .names = names ? *names : (struct sink_names){ 0 } };
	struct dot_side *left, *right = NULL;
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	cr_assert_eq(dot_side_new(a, merge, &left), 0);
	if (b)
		cr_assert_eq(dot_side_new(b, merge, &right), 0);
	dot_print(out, left, right, &known);
	dot_side_free(left);
	dot_side_free(right);
	fclose(out);
	return text;
}

static void expect(char *got, const char *wanted)
{
	cr_assert_str_eq(got, wanted, "\n%s", got);
	free(got);
}

Test(dot, pair_is_two_clusters)
{
	struct record_draft forward, reverse;

	diamond_draft(&forward);
	diamond_draft_reverse(&reverse);
	expect(draw(&reverse.trace, &forward.trace, true, NULL),
	       HEAD("TB") "\tsubgraph cluster_f {\n"
			  "\t\tlabel=\"FORWARD\\nfrom 192.0.2.1\\nto www.example.net "
			  "(198.51.100.7)\\n"
			  "udp multipath, failure bound 0.05, 4 hops\";\n"
			  "\t\tf0 [label=\"192.0.2.1\\nsource\", fillcolor=\"#d6e4f5\"];\n"
			  "\t\tf1 [label=\"192.0.2.254\\n0.402 ms\"];\n"
			  "\t\tf2 [label=\"203.0.113.1\\n1.201 ms\"];\n"
			  "\t\tf3 [label=\"203.0.113.2\\n1.202 ms\"];\n"
			  "\t\tf4 [label=\"203.0.113.9\\n2.401 ms\"];\n"
			  "\t\tf5 [label=\"*\", shape=circle, style=dashed];\n"
			  "\t\tf6 [label=\"198.51.100.7\\ndestination, 12.00 ms\", "
			  "fillcolor=\"#d5ecd0\"];\n"
			  "\t\t{ rank=same; f2; f3; }\n"
			  "\t\t{ rank=same; f4; f5; }\n"
			  "\t\tf0 -> f1 [label=\"4\"];\n"
			  "\t\tf1 -> f2 [label=\"2\"];\n"
			  "\t\tf1 -> f3 [label=\"2\"];\n"
			  "\t\tf2 -> f4 [label=\"2\"];\n"
			  "\t\tf3 -> f5 [color=orange];\n"
			  "\t\tf4 -> f6 [label=\"2\"];\n"
			  "\t\tf5 -> f6 [color=orange];\n"
			  "\t}\n"
			  "\tsubgraph cluster_r {\n"
			  "\t\tlabel=\"REVERSE\\nfrom www.example.net (198.51.100.7)\\nto "
			  "192.0.2.1\\n"
			  "udp multipath, failure bound 0.05, 2 hops\";\n"
			  "\t\tr0 [label=\"198.51.100.7\\nsource\", fillcolor=\"#d6e4f5\"];\n"
			  "\t\tr1 [label=\"203.0.113.201\\n0.900 ms\"];\n"
			  "\t\tr2 [label=\"203.0.113.202\\n0.915 ms\"];\n"
			  "\t\tr3 [label=\"192.0.2.1\\ndestination, 9.000 ms\", "
			  "fillcolor=\"#d5ecd0\"];\n"
			  "\t\t{ rank=same; r1; r2; }\n"
			  "\t\tr0 -> r1 [label=\"1\"];\n"
			  "\t\tr0 -> r2 [label=\"2\"];\n"
			  "\t\tr1 -> r3 [label=\"1\"];\n"
			  "\t\tr2 -> r3 [label=\"1\"];\n"
			  "\t}\n"
			  "}\n");
}

Test(dot, path_that_ended_early_shows_where_it_should_have_gone)
{
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "198.51.100.7", "192.0.2.1", "198.51.100.7");
	d.trace.reached = false;
	d.trace.stop = STOP_UNREACHABLE;
	d.trace.stop_code = ICMPV4_UNREACHABLE * 256 + 13;
	draft_add(&d, 2, "203.0.113.1", 400);
	draft_add(&d, 3, NULL, 0);
	draft_add(&d, 4, "203.0.113.2", 500)->icmp = d.trace.stop_code;
	expect(draw(&d.trace, NULL, true, NULL),
	       HEAD("TB") "\tsubgraph cluster_f {\n"
			  "\t\tlabel=\"FORWARD\\nfrom 192.0.2.1\\nto 198.51.100.7\\nudp flow "
			  "33500\\n"
			  "-- unreachable (!X) after 4 hops\";\n"
			  "\t\tf0 [label=\"192.0.2.1\\nsource\", fillcolor=\"#d6e4f5\"];\n"
			  "\t\tf1 [label=\"203.0.113.1\\n0.400 ms\"];\n"
			  "\t\tf2 [label=\"*\", shape=circle, style=dashed];\n"
			  "\t\tf3 [label=\"203.0.113.2\\n0.500 ms !X\", fillcolor=\"#f5d6d6\"];\n"
			  "\t\tf0 -> f1 [color=orange, minlen=2];\n"
			  "\t\tf1 -> f2 [color=orange];\n"
			  "\t\tf2 -> f3 [color=orange];\n"
			  "\t\tfd [label=\"198.51.100.7\\ndestination, not reached\","
			  " style=\"rounded,dashed\"];\n"
			  "\t\tf3 -> fd [style=invis];\n"
			  "\t}\n"
			  "}\n");
}

static void draft_loop(struct record_draft *d)
{
	draft_init(d, TRACE_REVERSE, "198.51.100.7", "198.51.100.7", "192.0.2.1");
	draft_add(d, 1, "203.0.113.1", 100);
	draft_add(d, 2, "203.0.113.2", 200);
	draft_add(d, 3, "203.0.113.1", 300);
	draft_add(d, 3, "203.0.113.3", 300);
	draft_add(d, 3, "203.0.113.4", 300);
	draft_add_arrival(d, 4);
}

Test(dot, equal_addresses_become_one_unless_told_apart)
{
	struct record_draft d;
	char *apart;

	draft_loop(&d);
	expect(draw(&d.trace, NULL, true, NULL),
	       HEAD("TB") "\tsubgraph cluster_r {\n"
			  "\t\tlabel=\"REVERSE\\nfrom 198.51.100.7\\nto 192.0.2.1\\nudp flow "
			  "33500, 4 hops\";\n"
			  "\t\tr0 [label=\"198.51.100.7\\nsource\", fillcolor=\"#d6e4f5\"];\n"
			  "\t\tr1 [label=\"203.0.113.1\\n0.200 ms\"];\n"
			  "\t\tr2 [label=\"203.0.113.2\\n0.200 ms\"];\n"
			  "\t\tr3 [label=\"203.0.113.3\\n0.300 ms\"];\n"
			  "\t\tr4 [label=\"203.0.113.4\\n0.300 ms\"];\n"
			  "\t\tr5 [label=\"192.0.2.1\\ndestination, seen to arrive\","
			  " fillcolor=\"#d5ecd0\"];\n"
			  "\t\tr0 -> r1;\n"
			  "\t\tr1 -> r2;\n"
			  "\t\tr1 -> r5 [color=orange];\n"
			  "\t\tr2 -> r1 [color=orange];\n"
			  "\t\tr2 -> r3 [color=orange];\n"
			  "\t\tr2 -> r4 [color=orange];\n"
			  "\t\tr3 -> r5 [color=orange];\n"
			  "\t\tr4 -> r5 [color=orange];\n"
			  "\t}\n"
			  "}\n");
	apart = draw(&d.trace, NULL, false, NULL);
	cr_assert_not_null(strstr(apart, "r1 [label=\"203.0.113.1\\n0.100 ms\"];"));
	cr_assert_not_null(strstr(apart, "r3 [label=\"203.0.113.1\\n0.300 ms\"];"));
	cr_assert_not_null(strstr(apart, "{ rank=same; r3; r4; r5; }"));
	free(apart);
}

Test(dot, per_packet_balancing_is_said_in_words)
{
	struct record_draft d;
	char *text;

	diamond_draft(&d);
	d.trace.is_per_packet = true;
	text = draw(&d.trace, NULL, true, NULL);
	cr_assert_not_null(strstr(text, "4 hops\\nper-packet balancing: no link is proven\";"));
	free(text);
}

/* The lowest is drawn first then: so forward stands above, and 1 above 2. */
Test(dot, wide_pair_runs_from_left_to_right)
{
	struct wide_draft forward, reverse;
	char *text;

	wide_init(&forward, TRACE_FORWARD, 16, 8);
	wide_init(&reverse, TRACE_REVERSE, 16, 8);
	text = draw(&forward.trace, &reverse.trace, true, NULL);
	cr_assert(strncmp(text, HEAD("LR"), strlen(HEAD("LR"))) == 0, "%s", text);
	cr_assert_lt(strstr(text, "cluster_r"), strstr(text, "cluster_f"));
	cr_assert_lt(strstr(text, "f3 [label"), strstr(text, "f2 [label"));
	cr_assert_lt(strstr(text, "f1 -> f3"), strstr(text, "f1 -> f2"));
	free(text);
	wide_fini(&forward);
	wide_fini(&reverse);
}

static const char *long_name(void *arg, const struct addr *addr)
{
	(void)arg;
	(void)addr;
	return "static-203-0-113-1.customer.frankfurt.example.net";
}

static void expect_direction(unsigned int width, unsigned int hops, bool is_named,
			     const char *wanted)
{
	const struct sink_names names = { is_named ? long_name : NULL, NULL };
	struct wide_draft forward, reverse;
	char *text;

	wide_init(&forward, TRACE_FORWARD, width, hops);
	wide_init(&reverse, TRACE_REVERSE, width, hops);
	text = draw(&forward.trace, &reverse.trace, true, &names);
	cr_expect(strncmp(text, wanted, strlen(wanted)) == 0, "%u wide, %u hops: %.60s", width,
		  hops, text);
	free(text);
	wide_fini(&forward);
	wide_fini(&reverse);
}

/* Boxes with names are far wider than high: many beside each other would have edges that run
 * along the rank. */
Test(dot, boxes_count_as_large_as_what_is_in_them)
{
	expect_direction(1, 30, false, HEAD("TB"));
	expect_direction(1, 30, true, HEAD("TB"));
	expect_direction(8, 30, false, HEAD("TB"));
	expect_direction(8, 30, true, HEAD("LR"));
	expect_direction(16, 30, true, HEAD("LR"));
	expect_direction(4, 6, false, HEAD("TB"));
	expect_direction(4, 6, true, HEAD("LR"));
}

static const char *const hostile[] = {
	"\"]; evil [label=\"",
	"back\\",
	"\\N\\G\\E\\n",
	"two\nlines\r\n",
	"<b>html</b>",
	"<<table><tr><td>x</td></tr></table>>",
	"&lt;&#10;&amp",
	"\x1b[2J\x07\x7f",
	"\xff\xfe\xc3\xa9",
	"a.very.long.name.that.goes.on.and.on.and.on.until.nobody.wants.to.read.any.more.of.it",
	"",
};

static const char *hostile_name(void *arg, const struct addr *addr)
{
	const char *const *name = arg;

	(void)addr;
	return *name;
}

static char *draw_hostile(const char *name)
{
	const struct sink_names names = { hostile_name, &name };
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, name, "192.0.2.1", "198.51.100.7");
	draft_add(&d, 1, "203.0.113.1", 100);
	d.trace.reached = false;
	return draw(&d.trace, NULL, true, &names);
}

Test(dot, names_mean_what_they_say)
{
	static const char *const shown[] = {
		"\\\"]; evil [label=\\\"",
		"back\\\\",
		"\\\\N\\\\G\\\\E\\\\n",
		"two\\\\x0alines\\\\x0d\\\\x0a",
		"<b>html</b>",
		"<<table><tr><td>x</td></tr></table>>",
		"&amp;lt;&amp;#10;&amp;amp",
		"\\\\x1b[2J\\\\x07\\\\x7f",
		"\\\\xff\\\\xfe\\\\xc3\\\\xa9",
		"a.very.long.name.that.goes.on.and.on.and.on.until.nobody.wants....",
	};

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		char *text = draw_hostile(hostile[i]);
		char wanted[256];

		snprintf(wanted, sizeof(wanted), "f1 [label=\"203.0.113.1\\n%s\\n0.100 ms\"];\n",
			 shown[i]);
		cr_expect_not_null(strstr(text, wanted), "%s\nin %s", wanted, text);
		snprintf(wanted, sizeof(wanted),
			 "fd [label=\"198.51.100.7\\n%s\\ndestination, not reached\"", shown[i]);
		cr_expect_not_null(strstr(text, wanted), "%s\nin %s", wanted, text);
		free(text);
	}
}

static void feed_to_dot(char *text)
{
	FILE *dot = popen("dot -Tcanon >/dev/null", "w");

	cr_assert_not_null(dot);
	fputs(text, dot);
	cr_assert_eq(pclose(dot), 0, "%s", text);
	free(text);
}

Test(dot, graphviz_takes_it)
{
	struct wide_draft wide;
	struct record_draft d;

	if (system("dot -V 2>/dev/null") != 0) {
		cr_assert(!getenv("REQUIRE_ALL"), "no graphviz here");
		cr_skip("no graphviz here");
	}
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
		feed_to_dot(draw_hostile(hostile[i]));
	draft_loop(&d);
	feed_to_dot(draw(&d.trace, NULL, true, NULL));
	feed_to_dot(draw(&d.trace, NULL, false, NULL));
	wide_init(&wide, TRACE_FORWARD, 16, 30);
	feed_to_dot(draw(&wide.trace, NULL, true, NULL));
	wide_fini(&wide);
}
