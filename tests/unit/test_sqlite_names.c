// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/sqlite_names.h"

#include <criterion/criterion.h>

#include "output/names.h"
#include "output/sink.h"
#include "tests/unit/results.h"

TestSuite(sqlite_names, .init = results_set_up, .fini = results_tear_down);

/* One run that records a trace twice, with a table of names of its own; then the rows of
 * all addresses. */
static void expect_run(const char *uuid, const char *gateway_name, int64_t looked_us,
		       const char *wanted)
{
	struct addr gateway = draft_addr("192.0.2.254"), far = draft_addr("198.51.100.7");
	struct record_draft d;
	struct names *names;
	void *sink;

	cr_assert_eq(results_open_as(uuid, &sink), 0);
	cr_assert_eq(names_new(8, 7, &names), 0);
	cr_assert_eq(names_add(names, &gateway, gateway_name, looked_us), 0);
	cr_assert_eq(names_add(names, &far, "x'); DROP TABLE addr; --", looked_us), 0);
	results_draft_forward(&d);
	d.trace.names = names;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	names_free(names);
	results_expect_sound();
	results_expect("SELECT group_concat(text || ',' || coalesce(ptr, '-') || ','"
		       " || coalesce(annotated_us, '-'), ' ')"
		       " FROM (SELECT * FROM addr ORDER BY text)",
		       wanted);
}

Test(sqlite_names, addresses_have_what_the_newest_answer_said)
{
	expect_run("a", "gw.example.net", 1000,
		   "192.0.2.1,-,- 192.0.2.254,gw.example.net,1000 198.51.100.7,-,1000 "
		   "198.51.100.8,-,-");
	results_expect("SELECT group_concat(DISTINCT addr || ' ' || ptr) FROM v_hop WHERE ttl = 1",
		       "192.0.2.254 gw.example.net");
	/* Nobody answered: what was known stays. */
	expect_run("b", NULL, 0,
		   "192.0.2.1,-,- 192.0.2.254,gw.example.net,1000 198.51.100.7,-,1000 "
		   "198.51.100.8,-,-");
	expect_run("c", "new.example.net", 2000,
		   "192.0.2.1,-,- 192.0.2.254,new.example.net,2000 198.51.100.7,-,2000 "
		   "198.51.100.8,-,-");
	expect_run("d", NULL, 3000,
		   "192.0.2.1,-,- 192.0.2.254,-,3000 198.51.100.7,-,3000 198.51.100.8,-,-");
}

Test(sqlite_names, name_that_comes_late_is_stored_with_the_next_trace)
{
	struct addr gateway = draft_addr("192.0.2.254"), source = draft_addr("192.0.2.1");
	struct record_draft d;
	struct names *names;
	void *sink = results_open();

	cr_assert_eq(names_new(8, 7, &names), 0);
	results_draft_forward(&d);
	d.trace.names = names;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(names_add(names, &gateway, "gw.example.net", 1000), 0);
	cr_assert_eq(names_add(names, &source, "here.example.net", 2000), 0);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	names_free(names);
	results_expect("SELECT group_concat(text || ' ' || ptr) FROM addr WHERE ptr IS NOT NULL"
		       " ORDER BY text",
		       "192.0.2.1 here.example.net,192.0.2.254 gw.example.net");
}
