// SPDX-License-Identifier: GPL-2.0-or-later
/* Where aliases go: BASE.aliases, the database, and graphs. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/alias.h"
#include "output/fanout.h"
#include "output/graph.h"
#include "output/sink.h"
#include "tests/unit/flows.h"
#include "tests/unit/results.h"

#define CLIENT "192.0.2.2"
#define SERVER "203.0.113.2"

static struct record_draft there, back;

/* Two routers, the second with an address in private space. */
static void set_up(void)
{
	results_set_up();
	cr_assert_eq(chdir(results_directory), 0);
	flows_draft(&there, TRACE_FORWARD, CLIENT, SERVER,
		    (const char *const[]){ "192.0.2.1 198.51.100.2 10.0.0.2 " SERVER, NULL });
	flows_draft(&back, TRACE_REVERSE, SERVER, CLIENT,
		    (const char *const[]){ "203.0.113.1 10.0.0.1 198.51.100.1 " CLIENT, NULL });
	there.trace.pair_id = back.trace.pair_id = 1;
}

TestSuite(alias_sinks, .init = set_up, .fini = results_tear_down);

/* Both directions, so many times, to one sink that gets aliases. */
static void record(const struct sink_ops *ops, const char *path, const struct sink_options *options,
		   bool with_private, unsigned int times)
{
	struct fanout *f;

	cr_assert_eq(fanout_new(&f), 0);
	cr_assert_eq(fanout_resolve_aliases(f, with_private), 0);
	cr_assert_eq(fanout_add(f, ops, path, options, &draft_run), 0);
	for (unsigned int i = 1; i <= times; i++) {
		there.trace.pair_id = back.trace.pair_id = i;
		fanout_record(f, &there.trace);
		fanout_record(f, &back.trace);
	}
	cr_assert_eq(fanout_close(f, &draft_end), 0);
}

static void write_file(void)
{
	record(&alias_sink, "trace", &draft_options, false, 1);
}

static void expect_file(const char *path, const char *wanted)
{
	FILE *file = fopen(path, "r");
	char text[512] = "";

	cr_assert_not_null(file, "%s", path);
	cr_assert_lt(fread(text, 1, sizeof(text) - 1, file), sizeof(text) - 1);
	fclose(file);
	cr_expect_str_eq(text, wanted, "%s:\n%s", path, text);
}

Test(alias_sinks, file_has_a_list_a_line)
{
	write_file();
	expect_file("trace.aliases", "192.0.2.1,198.51.100.1");
}

Test(alias_sinks, private_space_where_asked)
{
	record(&alias_sink, "trace", &draft_options, true, 1);
	expect_file("trace.aliases", "10.0.0.1,198.51.100.2\n"
				     "10.0.0.2,203.0.113.1\n"
				     "192.0.2.1,198.51.100.1");
}

Test(alias_sinks, many_targets_have_a_file_each)
{
	struct sink_options options = draft_options;

	options.is_one_target = false;
	record(&alias_sink, "trace", &options, false, 1);
	expect_file("trace-www.example.net.aliases", "192.0.2.1,198.51.100.1");
}

Test(alias_sinks, nothing_found_is_an_empty_file)
{
	flows_draft(&back, TRACE_REVERSE, SERVER, CLIENT, (const char *const[]){ "* *", NULL });
	back.trace.pair_id = 1;
	write_file();
	expect_file("trace.aliases", "");
}

Test(alias_sinks, neither_one_direction_nor_ipv6_has_a_file)
{
	struct fanout *f;

	cr_assert_eq(fanout_new(&f), 0);
	cr_assert_eq(fanout_resolve_aliases(f, false), 0);
	cr_assert_eq(fanout_add(f, &alias_sink, "trace", &draft_options, &draft_run), 0);
	fanout_record(f, &there.trace);
	there.trace.pair_id = 0;
	fanout_record(f, &there.trace);
	there.trace.pair_id = back.trace.pair_id = 2;
	there.trace.src = back.trace.dst = draft_addr("2001:db8::1");
	fanout_record(f, &there.trace);
	fanout_record(f, &back.trace);
	fanout_flush(f);
	cr_assert_eq(fanout_close(f, &draft_end), 0);
	cr_expect_neq(access("trace.aliases", F_OK), 0);
}

Test(alias_sinks, no_folder_is_said_before_anything_is_probed)
{
	char text[256] = "";
	void *sink = NULL;

	cr_redirect_stderr();
	cr_expect_eq(alias_sink.open("no/such/trace", &draft_options, &draft_run, &sink), -ENOENT);
	fflush(stderr);
	cr_assert_not_null(fgets(text, sizeof(text), cr_get_redirected_stderr()));
	cr_expect(strstr(text, "no/such/trace: cannot write: No such file or directory\n"),
		  "got: %s", text);
}

static void store(bool with_private, unsigned int times)
{
	record(&sqlite_sink, results_path, &draft_options, with_private, times);
	results_expect_sound();
}

Test(alias_sinks, database_has_sets_and_pairs)
{
	store(true, 1);
	results_expect("SELECT group_concat(set_id || ' ' || addr, ', ')"
		       " FROM (SELECT set_id, addr FROM v_alias ORDER BY set_id, addr)",
		       "1 10.0.0.1, 1 198.51.100.2, 2 10.0.0.2, 2 203.0.113.1, 3 192.0.2.1, "
		       "3 198.51.100.1");
	results_expect("SELECT list, cycle, endpoint, method, rule, score, support FROM v_alias"
		       " WHERE addr = '192.0.2.1'",
		       "ENDPOINTS|1|www.example.net|apar|second subnet|96|1");
	results_expect("SELECT p.cycle_id, p.endpoint_id, set_id, a.text, b.text, rule, score,"
		       " support, subnet, seen, usable FROM alias_pair p"
		       " JOIN addr a ON a.addr_id = a_id JOIN addr b ON b.addr_id = b_id"
		       " WHERE set_id = 1",
		       "1|1|1|10.0.0.1|198.51.100.2|second subnet|96|1|198.51.100.0/30|2|2");
	results_expect("SELECT count(*) FROM alias_pair", "3");
}

Test(alias_sinks, second_trace_of_an_endpoint_has_sets_of_its_own)
{
	store(false, 2);
	results_expect("SELECT group_concat(set_id || ' ' || addr, ', ')"
		       " FROM (SELECT set_id, addr FROM v_alias ORDER BY set_id, addr)",
		       "1 192.0.2.1, 1 198.51.100.1, 2 192.0.2.1, 2 198.51.100.1");
}

Test(alias_sinks, database_has_none_unless_asked)
{
	void *sink = results_open();

	cr_assert_eq(sqlite_sink.record(sink, &there.trace), 0);
	cr_assert_eq(sqlite_sink.record(sink, &back.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect("SELECT count(*) FROM alias", "0");
	results_expect("SELECT count(*) FROM trace", "2");
}

/* Two branches that end at one router, there and back. */
static void draft_branches(void)
{
	flows_draft(&there, TRACE_FORWARD, CLIENT, SERVER,
		    (const char *const[]){ "192.0.2.1 198.51.100.2 198.51.100.18 " SERVER,
					   "192.0.2.1 198.51.100.6 198.51.100.22 " SERVER, NULL });
	flows_draft(&back, TRACE_REVERSE, SERVER, CLIENT,
		    (const char *const[]){ "203.0.113.1 198.51.100.17 198.51.100.1 " CLIENT,
					   "203.0.113.1 198.51.100.21 198.51.100.5 " CLIENT,
					   NULL });
}

/* With the flows and round trips of both branches. */
static void expect_one_router(const struct graph *g, const struct alias_result *r)
{
	const struct graph_vertex *v = &g->vertices[4];
	const struct addr first = draft_addr("198.51.100.18"), second = draft_addr("198.51.100.22");

	cr_assert_eq(g->vertex_count, 6);
	cr_expect(!g->is_merged, "TTLs are ranks still");
	cr_expect_eq(v->flow_count, 2);
	cr_expect_eq(v->rtt_count, 2);
	cr_expect_eq(v->rtt_mean_ns, (v->rtts_ns[0] + v->rtts_ns[1]) / 2);
	cr_expect_eq(v->link_count, 1);
	cr_expect_eq(v->links[0].flows, 2);
	cr_expect_eq(v->addr_count, 2);
	cr_expect(addr_equal(&v->addr, &first) && addr_equal(&v->addrs[0], &first));
	cr_expect(addr_equal(&v->addrs[1], &second));
	cr_expect(alias_find(r, &first) == alias_find(r, &second));
}

Test(alias_sinks, graph_has_a_vertex_a_router)
{
	const struct trace_record *traces[] = { &there.trace, &back.trace };
	struct alias_result r;
	struct graph g;

	draft_branches();
	cr_assert_eq(alias_resolve(traces, 2, false, &r), 0);
	cr_assert_eq(graph_init(&g, &there.trace), 0);
	cr_assert_eq(g.vertex_count, 7);
	cr_assert_eq(graph_merge_as(&g, alias_name_of, &r), 0);
	expect_one_router(&g, &r);
	graph_fini(&g);
	cr_assert_eq(graph_init(&g, &there.trace), 0);
	cr_assert_eq(graph_merge(&g), 0);
	cr_assert_eq(graph_merge_as(&g, alias_name_of, &r), 0);
	expect_one_router(&g, &r);
	graph_fini(&g);
	alias_result_fini(&r);
}

static const char *name_of(void *arg, const struct addr *addr)
{
	const struct addr known = draft_addr("203.0.113.1");

	return addr_equal(addr, &known) ? arg : NULL;
}

static char *read_picture(bool keep_apart)
{
	static char text[8192];
	char name[] = "r9.example.net";
	const struct sink_options options = {
		.format = "dot",
		.is_one_target = true,
		.keep_apart = keep_apart,
		.names = { name_of, name },
	};
	FILE *file;
	size_t len;

	draft_branches();
	record(&picture_sink, "trace", &options, false, 1);
	file = fopen("trace.dot", "r");
	cr_assert_not_null(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	return text;
}

static void expect_box(const char *picture, const char *label)
{
	cr_expect(strstr(picture, label), "%s\nis not in\n%s", label, picture);
}

/* In each direction: what it saw of the router, and what the other did. */
Test(alias_sinks, picture_has_a_box_a_router)
{
	const char *picture = read_picture(false);

	expect_box(picture, " [label=\"router 1\\n192.0.2.1\\nalso 198.51.100.1\\nalso "
			    "198.51.100.5\\n");
	expect_box(picture, " [label=\"router 1\\n198.51.100.1\\n198.51.100.5\\nalso 192.0.2.1\\n");
	expect_box(picture, "f4 [label=\"router 4\\n198.51.100.18\\n198.51.100.22\\nalso "
			    "203.0.113.1\\nr9.example.net\\n");
	expect_box(picture, "r1 [label=\"router 4\\n203.0.113.1\\nr9.example.net\\nalso "
			    "198.51.100.18\\nalso 198.51.100.22\\n");
	expect_box(picture, "f4 -> f5 [label=\"2\"]");
	expect_box(picture, "{ rank=same; f2; f3; }");
	cr_expect_null(strstr(picture, "f6 ["));
}

Test(alias_sinks, picture_keeps_addresses_apart_where_asked)
{
	const char *picture = read_picture(true);

	cr_expect_null(strstr(picture, "router"), "%s", picture);
	cr_expect_null(strstr(picture, "also"));
	expect_box(picture, "f6 [label=");
}
