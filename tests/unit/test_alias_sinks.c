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
	expect_file("trace.aliases", "['192.0.2.1', '198.51.100.1']\n");
}

Test(alias_sinks, private_space_where_asked)
{
	record(&alias_sink, "trace", &draft_options, true, 1);
	expect_file("trace.aliases", "['10.0.0.1', '198.51.100.2']\n"
				     "['10.0.0.2', '203.0.113.1']\n"
				     "['192.0.2.1', '198.51.100.1']\n");
}

Test(alias_sinks, many_targets_have_a_file_each)
{
	struct sink_options options = draft_options;

	options.is_one_target = false;
	record(&alias_sink, "trace", &options, false, 1);
	expect_file("trace-www.example.net.aliases", "['192.0.2.1', '198.51.100.1']\n");
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

/* Two branches that end at one router: one vertex with the flows of both. */
Test(alias_sinks, graph_has_a_vertex_a_router)
{
	const struct trace_record *traces[] = { &there.trace, &back.trace };
	struct alias_result r;
	struct graph g;

	flows_draft(&there, TRACE_FORWARD, CLIENT, SERVER,
		    (const char *const[]){ "192.0.2.1 198.51.100.2 198.51.100.18 " SERVER,
					   "192.0.2.1 198.51.100.6 198.51.100.22 " SERVER, NULL });
	flows_draft(&back, TRACE_REVERSE, SERVER, CLIENT,
		    (const char *const[]){ "203.0.113.1 198.51.100.17 198.51.100.1 " CLIENT,
					   "203.0.113.1 198.51.100.21 198.51.100.5 " CLIENT,
					   NULL });
	cr_assert_eq(alias_resolve(traces, 2, false, &r), 0);
	cr_assert_eq(graph_init(&g, &there.trace), 0);
	cr_assert_eq(g.vertex_count, 7);
	cr_assert_eq(graph_merge_as(&g, alias_name_of, &r), 0);
	cr_expect_eq(g.vertex_count, 6);
	cr_expect(g.is_merged);
	cr_expect_eq(g.vertices[4].flow_count, 2);
	cr_expect_eq(g.vertices[4].link_count, 1);
	cr_expect_eq(g.vertices[4].links[0].flows, 2);
	graph_fini(&g);
	alias_result_fini(&r);
}
