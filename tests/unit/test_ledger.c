// SPDX-License-Identifier: GPL-2.0-or-later
/* What is stored of a campaign that goes on: whose outcome counts, and what gives way. */
#include "output/ledger.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "output/sink.h"
#include "tests/unit/results.h"

TestSuite(ledger, .init = results_set_up, .fini = results_tear_down);

static const struct run_end interrupted = { .state = RUN_INTERRUPTED, .ended_us = 9 };

static void record(void *sink, const char *target, enum trace_direction direction, uint64_t pair,
		   enum trace_stop stop)
{
	struct record_draft d;
	bool is_forward = direction == TRACE_FORWARD;

	draft_init(&d, direction, target, is_forward ? "192.0.2.1" : "198.51.100.7",
		   is_forward ? "198.51.100.7" : "192.0.2.1");
	draft_add(&d, 1, "192.0.2.254", 400);
	d.trace.pair_id = pair;
	d.trace.stop = stop;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
}

static void execute(const char *sql)
{
	char *complaint = NULL;
	sqlite3 *db;

	cr_assert_eq(sqlite3_open(results_path, &db), SQLITE_OK);
	sqlite3_exec(db, sql, NULL, NULL, &complaint);
	cr_assert_null(complaint, "%s", complaint);
	sqlite3_close(db);
}

static void *open_run(const char *uuid, int64_t resumes)
{
	struct run_record run = draft_run;
	void *sink = NULL;

	run.uuid = uuid;
	run.resumes = resumes;
	cr_assert_eq(sqlite_sink.open(results_path, &draft_options, &run, &sink), 0);
	return sink;
}

static void expect_count(struct ledger *l, const char *target, uint64_t want)
{
	uint64_t got = 77;

	cr_assert_eq(ledger_count(l, target, &got), 0);
	cr_assert_eq(got, want, "%s: %llu, not %llu", target, (unsigned long long)got,
		     (unsigned long long)want);
}

static struct ledger *open_ledger(int64_t run_id)
{
	struct ledger *l = NULL;

	cr_assert_eq(ledger_open(results_path, run_id, &l), 0);
	return l;
}

/* One of each kind, by a run that was interrupted. */
static void write_first_run(void)
{
	void *sink = open_run("first", 0);

	record(sink, "whole", TRACE_FORWARD, 0, STOP_COMPLETED);
	record(sink, "silent", TRACE_FORWARD, 0, STOP_GAP_LIMIT);
	record(sink, "cut", TRACE_FORWARD, 0, STOP_INTERRUPTED);
	record(sink, "twice", TRACE_FORWARD, 0, STOP_COMPLETED);
	record(sink, "twice", TRACE_FORWARD, 0, STOP_COMPLETED);
	record(sink, "pair", TRACE_FORWARD, 1, STOP_COMPLETED);
	record(sink, "pair", TRACE_REVERSE, 1, STOP_NO_ANSWER);
	record(sink, "half", TRACE_REVERSE, 2, STOP_COMPLETED);
	record(sink, "half", TRACE_FORWARD, 2, STOP_INTERRUPTED);
	record(sink, "alone", TRACE_FORWARD, 3, STOP_COMPLETED);
	cr_assert_eq(sqlite_sink.close(sink, &interrupted), 0);
}

Test(ledger, outcome_is_what_was_not_cut_short)
{
	struct ledger *l;
	uint64_t total;

	write_first_run();
	l = open_ledger(0);
	expect_count(l, "whole", 1);
	expect_count(l, "silent", 1);
	expect_count(l, "cut", 0);
	expect_count(l, "twice", 2);
	expect_count(l, "pair", 1);
	expect_count(l, "half", 0);
	expect_count(l, "alone", 0);
	expect_count(l, "nobody", 0);
	cr_assert_eq(ledger_total(l, &total), 0);
	cr_assert_eq(total, 5);
	ledger_close(l);
}

Test(ledger, run_is_told_as_it_was_stored)
{
	const struct ledger_run *run;
	struct ledger *l;

	write_first_run();
	l = open_ledger(0);
	run = ledger_run(l);
	cr_assert_eq(run->run_id, 1);
	cr_assert_eq(run->last_id, 1);
	cr_assert(!run->is_complete);
	cr_assert_eq(run->number, 1);
	cr_assert_eq(run->seed, draft_run.seed);
	cr_assert_str_eq(run->argv, draft_run.argv);
	cr_assert_str_eq(run->config, draft_run.config);
	cr_assert_str_eq(run->list, draft_run.list);
	ledger_close(l);
}

Test(ledger, what_goes_on_stays_in_the_cycle_and_replaces_what_was_cut_short)
{
	void *sink;

	write_first_run();
	sink = open_run("second", 1);
	record(sink, "cut", TRACE_FORWARD, 0, STOP_COMPLETED);
	record(sink, "half", TRACE_FORWARD, 5, STOP_COMPLETED);
	record(sink, "half", TRACE_REVERSE, 5, STOP_COMPLETED);
	record(sink, "alone", TRACE_REVERSE, 6, STOP_COMPLETED);
	record(sink, "alone", TRACE_FORWARD, 6, STOP_COMPLETED);
	record(sink, "new", TRACE_FORWARD, 0, STOP_COMPLETED);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect("SELECT group_concat(x, ' ') FROM (SELECT name || count(*) || min(stop) ||"
		       " max(stop) AS x FROM trace JOIN endpoint USING (endpoint_id)"
		       " GROUP BY name ORDER BY name)",
		       "alone211 cut111 half211 new111 pair21101 silent155 twice211 whole111");
	results_expect("SELECT count(*), count(DISTINCT cycle_id) FROM trace", "12|1");
	results_expect("SELECT group_concat(run_id || state || coalesce(resumes, '-')) FROM run",
		       "1interrupted-,2complete1");
	results_expect("SELECT count(*), max(ended_us) FROM cycle", "1|1700000009000000");
	results_expect_sound();
}

/* Each table that has rows of a trace, those to come included. */
Test(ledger, nothing_is_left_of_what_is_replaced)
{
	void *sink;

	write_first_run();
	execute("INSERT INTO ext VALUES (3, 1, 0, 0, 0, 1, 1, x'00');"
		"INSERT INTO vertex SELECT 3, 1, 1, addr_id, 0 FROM addr LIMIT 1;"
		"INSERT INTO link VALUES (3, 1, 1, 2, 1);");
	results_expect("SELECT name FROM trace JOIN endpoint USING (endpoint_id)"
		       " WHERE trace_id = 3 AND stop = 9",
		       "cut");
	results_expect("SELECT group_concat(m.name) FROM (SELECT * FROM sqlite_schema ORDER BY"
		       " name) m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
		       " AND c.name = 'trace_id'",
		       "ext,hop,link,trace,upload,vertex");
	sink = open_run("second", 1);
	record(sink, "cut", TRACE_FORWARD, 0, STOP_COMPLETED);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect("SELECT (SELECT count(*) FROM ext) + (SELECT count(*) FROM vertex) +"
		       " (SELECT count(*) FROM link)",
		       "0");
	results_expect_sound();
}

Test(ledger, newest_run_of_the_cycle_says_whether_it_is_complete)
{
	struct ledger *l;

	write_first_run();
	cr_assert_eq(sqlite_sink.close(open_run("second", 1), &interrupted), 0);
	l = open_ledger(0);
	cr_assert(!ledger_run(l)->is_complete);
	cr_assert_eq(ledger_run(l)->run_id, 1);
	cr_assert_eq(ledger_run(l)->last_id, 2);
	ledger_close(l);
	cr_assert_eq(sqlite_sink.close(open_run("third", 1), &draft_end), 0);
	for (int64_t run_id = 0; run_id <= 3; run_id++) {
		l = open_ledger(run_id);
		cr_assert(ledger_run(l)->is_complete);
		cr_assert_eq(ledger_run(l)->last_id, 3);
		ledger_close(l);
	}
}

Test(ledger, another_cycle_does_not_count)
{
	struct ledger *l;

	write_first_run();
	cr_assert_eq(sqlite_sink.close(open_run("second", 0), &interrupted), 0);
	l = open_ledger(0);
	cr_assert_eq(ledger_run(l)->number, 2);
	expect_count(l, "whole", 0);
	ledger_close(l);
	l = open_ledger(1);
	cr_assert_eq(ledger_run(l)->number, 1);
	expect_count(l, "whole", 1);
	ledger_close(l);
}

Test(ledger, what_is_written_later_does_not_count)
{
	struct ledger *l;
	void *sink;

	write_first_run();
	l = open_ledger(0);
	sink = open_run("second", 1);
	record(sink, "whole", TRACE_FORWARD, 0, STOP_COMPLETED);
	cr_assert_eq(sqlite_sink.flush(sink), 0);
	expect_count(l, "whole", 1);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	ledger_close(l);
}

Test(ledger, first_direction_waits_for_the_second)
{
	void *sink = open_run("first", 0);

	record(sink, "pair", TRACE_FORWARD, 1, STOP_COMPLETED);
	cr_assert_eq(sqlite_sink.flush(sink), 0);
	results_expect("SELECT count(*) FROM trace", "0");
	record(sink, "pair", TRACE_REVERSE, 1, STOP_COMPLETED);
	cr_assert_eq(sqlite_sink.flush(sink), 0);
	results_expect("SELECT count(*), count(DISTINCT pair_id) FROM trace", "2|1");
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
}

Test(ledger, resumed_run_that_never_began_leaves_the_cycle)
{
	write_first_run();
	cr_assert_eq(sqlite_sink.close(open_run("second", 1), NULL), 0);
	results_expect("SELECT count(*), max(run_id) FROM run", "1|1");
	results_expect("SELECT count(*) FROM cycle", "1");
}

Test(ledger, what_is_not_there_is_said)
{
	struct ledger *l = NULL;

	cr_assert_eq(ledger_open(results_path, 0, &l), -ENOENT);
	cr_assert_eq(access(results_path, F_OK), -1, "a file was made");
	write_first_run();
	cr_assert_eq(ledger_open(results_path, 2, &l), -ENOENT);
	cr_assert_null(l);
}

Test(ledger, clock_that_is_set_back_changes_no_order)
{
	struct run_record run = draft_run;
	struct ledger *l;
	void *sink = NULL;

	write_first_run();
	run.uuid = "yesterday";
	run.started_us -= 86400 * INT64_C(1000000);
	cr_assert_eq(sqlite_sink.open(results_path, &draft_options, &run, &sink), 0);
	cr_assert_eq(sqlite_sink.close(sink, &interrupted), 0);
	results_expect("SELECT group_concat(number) FROM (SELECT number FROM cycle ORDER BY"
		       " cycle_id)",
		       "1,2");
	l = open_ledger(0);
	cr_assert_eq(ledger_run(l)->number, 2);
	ledger_close(l);
}
