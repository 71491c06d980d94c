// SPDX-License-Identifier: GPL-2.0-or-later
/* How documents get into the outbox: with their results, or not at all. */
#include "output/sqlite_outbox.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/queued.h"
#include "tests/unit/results.h"

TestSuite(sqlite_outbox, .init = results_set_up, .fini = results_tear_down);

static void close_sink(void *sink)
{
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect_sound();
}

Test(sqlite_outbox, trace_is_queued_for_the_collector_with_its_key)
{
	void *sink = queued_open("one", QUEUED_COLLECTOR);

	queued_record(sink, TRACE_FORWARD, "www.example.net", 0, STOP_COMPLETED);
	close_sink(sink);
	results_expect("SELECT u.trace_id, collector, consented_us, state, attempts, tried_us,"
		       " queued_us = ended_us, length(key), bytes > 300, length(body) > 100"
		       " FROM upload u JOIN trace USING (trace_id)",
		       "1|" QUEUED_COLLECTOR "|1700000001499999|queued|0|-|1|36|1|1");
	results_expect("SELECT target, state, collector FROM v_upload",
		       "www.example.net|queued|" QUEUED_COLLECTOR);
}

Test(sqlite_outbox, nothing_is_queued_unless_asked)
{
	void *sink = queued_open("one", NULL);

	queued_record(sink, TRACE_FORWARD, "www.example.net", 0, STOP_COMPLETED);
	close_sink(sink);
	results_expect("SELECT count(*) FROM trace", "1");
	results_expect("SELECT count(*) FROM upload", "0");
}

Test(sqlite_outbox, pair_is_one_document_of_what_ended_last)
{
	void *sink = queued_open("one", QUEUED_COLLECTOR);

	queued_record(sink, TRACE_REVERSE, "www.example.net", 7, STOP_COMPLETED);
	queued_record(sink, TRACE_REVERSE, "mail.example.net", 8, STOP_COMPLETED);
	cr_assert_eq(sqlite_sink.flush(sink), 0);
	results_expect("SELECT count(*) FROM upload", "0");
	queued_record(sink, TRACE_FORWARD, "mail.example.net", 8, STOP_COMPLETED);
	queued_record(sink, TRACE_FORWARD, "www.example.net", 7, STOP_COMPLETED);
	close_sink(sink);
	results_expect("SELECT group_concat(trace_id || ' ' || target) FROM v_upload",
		       "2 mail.example.net,4 www.example.net");
}

Test(sqlite_outbox, what_is_no_measurement_is_not_queued)
{
	void *sink = queued_open("one", QUEUED_COLLECTOR);

	queued_record(sink, TRACE_FORWARD, "interrupted", 0, STOP_INTERRUPTED);
	queued_record(sink, TRACE_REVERSE, "no server", 0, STOP_NOT_SUPPORTED);
	queued_record(sink, TRACE_REVERSE, "half", 1, STOP_COMPLETED);
	queued_record(sink, TRACE_FORWARD, "half", 1, STOP_INTERRUPTED);
	queued_record(sink, TRACE_REVERSE, "alone", 2, STOP_COMPLETED);
	queued_record(sink, TRACE_REVERSE, "one way", 3, STOP_NO_ANSWER);
	queued_record(sink, TRACE_FORWARD, "one way", 3, STOP_COMPLETED);
	close_sink(sink);
	results_expect("SELECT group_concat(target) FROM v_upload", "one way");
}

/* Leaves without a good-bye, as a crash does. */
static void write_until_killed(void)
{
	void *sink = queued_open("one", QUEUED_COLLECTOR);

	for (uint64_t pair = 1;; pair++) {
		queued_record(sink, TRACE_FORWARD, "www.example.net", pair, STOP_COMPLETED);
		queued_record(sink, TRACE_REVERSE, "www.example.net", pair, STOP_COMPLETED);
	}
}

static int count_uploads(void)
{
	sqlite3_stmt *count = NULL;
	sqlite3 *db;
	int uploads = 0;

	if (sqlite3_open_v2(results_path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, "SELECT count(*) FROM upload", -1, &count, NULL) == SQLITE_OK &&
	    sqlite3_step(count) == SQLITE_ROW)
		uploads = sqlite3_column_int(count, 0);
	sqlite3_finalize(count);
	sqlite3_close(db);
	return uploads;
}

Test(sqlite_outbox, killed_writer_leaves_no_pair_without_its_document)
{
	pid_t child = fork();

	if (child == 0)
		write_until_killed();
	for (int i = 0; i < 3000 && count_uploads() <= 100; i++)
		usleep(10000);
	kill(child, SIGKILL);
	cr_assert_eq(waitpid(child, NULL, 0), child);
	results_expect("SELECT count(*) > 100 FROM upload", "1");
	results_expect("SELECT count(*) - (SELECT count(*) FROM upload) FROM v_pair", "0");
	results_expect("SELECT count(*) FROM upload WHERE trace_id NOT IN"
		       " (SELECT reverse_trace FROM v_pair)",
		       "0");
	results_expect_sound();
}

#define COLUMNS                                                                   \
	"SELECT group_concat(name || ' ' || type || ' ' || \"notnull\" || ' ' ||" \
	" coalesce(dflt_value, '-') || ' ' || pk) FROM pragma_table_info('upload')"

static int keep_text(void *context, int count, char **values, char **names)
{
	(void)count;
	(void)names;
	snprintf(context, 1024, "%s", values[0]);
	return 0;
}

Test(sqlite_outbox, older_file_gets_the_same_outbox)
{
	char columns[1024] = "";
	sqlite3 *db;

	close_sink(queued_open("one", NULL));
	cr_assert_eq(sqlite3_open(results_path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, COLUMNS, keep_text, columns, NULL), SQLITE_OK);
	sqlite3_close(db);
	results_make_old(2);
	close_sink(queued_open("two", QUEUED_COLLECTOR));
	results_expect("PRAGMA user_version", "7");
	results_expect(COLUMNS, columns);
	results_expect("SELECT count(*) FROM sqlite_schema WHERE name = 'upload_queue'", "1");
	results_expect("SELECT count(*) FROM v_upload", "0");
}
