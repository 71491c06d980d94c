// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output/sink.h"
#include "output/sqlite_db.h"
#include "tests/unit/results.h"

TestSuite(sqlite_file, .init = results_set_up, .fini = results_tear_down);

static void write_file(const char *bytes, size_t len)
{
	int fd = open(results_path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

static void write_database(const char *sql)
{
	sqlite3 *db;

	cr_assert_eq(sqlite3_open(results_path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Refused, and not a byte of it changed. */
static void expect_refused(int err)
{
	static char before[65536], after[65536];
	void *sink = NULL;
	ssize_t len;
	int fd = open(results_path, O_RDONLY);

	cr_assert_geq(fd, 0);
	len = read(fd, before, sizeof(before));
	cr_assert_eq(sqlite_sink.open(results_path, &draft_options, &draft_run, &sink), err);
	cr_assert_null(sink);
	cr_assert_eq(pread(fd, after, sizeof(after), 0), len);
	cr_assert_arr_eq(before, after, (size_t)len);
	close(fd);
}

Test(sqlite_file, refuses_what_is_no_database)
{
	write_file("192.0.2.1\n", 10);
	expect_refused(-EINVAL);
	static const char text[200] = "SQLite format 2";
	write_file(text, sizeof(text));
	expect_refused(-EINVAL);
}

Test(sqlite_file, refuses_the_database_of_another_program)
{
	write_database("CREATE TABLE run (x)");
	expect_refused(-EINVAL);
	write_database("PRAGMA application_id = 77; PRAGMA user_version = 1;"
		       "PRAGMA journal_mode = WAL");
	expect_refused(-EINVAL);
}

Test(sqlite_file, refuses_a_newer_schema)
{
	cr_assert_eq(sqlite_sink.close(results_open(), &draft_end), 0);
	write_database("PRAGMA user_version = 8");
	expect_refused(-ENOTSUP);
}

Test(sqlite_file, upgrades_an_older_schema_and_keeps_what_is_there)
{
	struct record_draft d;
	void *sink = results_open();

	results_draft_forward(&d);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_make_old(1);
	cr_assert_eq(results_open_as("another", &sink), 0);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect("PRAGMA user_version", "7");
	results_expect("SELECT count(*), count(eps_trace) FROM v_trace", "2|0");
	results_expect_sound();
}

Test(sqlite_file, refuses_what_is_no_file)
{
	void *sink;

	cr_assert_eq(sqlite_sink.open("-", &draft_options, &draft_run, &sink), -EINVAL);
	cr_assert_eq(sqlite_sink.open("/dev/null", &draft_options, &draft_run, &sink), -EINVAL);
	cr_assert_eq(sqlite_sink.open(results_directory, &draft_options, &draft_run, &sink),
		     -EISDIR);
	cr_assert_eq(sqlite_sink.open("/nonexistent/results.db", &draft_options, &draft_run, &sink),
		     -ENOENT);
}

Test(sqlite_file, names_that_mean_something_to_sqlite_are_files)
{
	void *sink;

	cr_assert_eq(chdir(results_directory), 0);
	cr_assert_eq(sqlite_sink.open(":memory:", &draft_options, &draft_run, &sink), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	cr_assert_eq(access(":memory:", F_OK), 0);
	snprintf(results_path, sizeof(results_path), "%s/:memory:", results_directory);
	results_expect("SELECT state FROM run", "complete");
}

/* Runs in a child, so that locks and limits are those of a process of its own. */
static int in_child(int (*work)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(work());
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int try_open(void)
{
	void *sink;

	return -results_open_as("second writer", &sink);
}

Test(sqlite_file, second_writer_is_refused_while_the_first_lives)
{
	void *sink = results_open();

	cr_assert_eq(in_child(try_open), EBUSY);
	results_expect("SELECT count(*) FROM run", "1");
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	cr_assert_eq(in_child(try_open), 0);
}

/* Leaves without a good-bye, as a crash does: neither commit nor close. */
static int write_until_killed(void)
{
	struct record_draft d;
	void *sink = results_open();

	results_draft_forward(&d);
	for (uint32_t i = 0;; i++) {
		d.probes[4].from = draft_addr("203.0.113.1");
		memcpy(&d.probes[4].from.bytes[12], &i, 4);
		if (sqlite_sink.record(sink, &d.trace))
			return 1;
	}
}

Test(sqlite_file, killed_writer_leaves_whole_traces)
{
	pid_t child = fork();
	void *sink;

	if (child == 0)
		_exit(write_until_killed());
	usleep(700000);
	kill(child, SIGKILL);
	cr_assert_eq(waitpid(child, NULL, 0), child);
	results_expect("SELECT count(*) > 1000 FROM trace", "1");
	results_expect("SELECT state, ended_us FROM run", "running|-");
	results_expect_sound();
	cr_assert_eq(results_open_as("after the crash", &sink), 0);
	results_expect("SELECT group_concat(state, ' ') FROM run", "interrupted running");
	results_expect(
		"SELECT group_concat(number || ',' || coalesce(ended_us, '-'), ' ') FROM cycle",
		"1,- 2,-");
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect_sound();
}

static int write_until_full(void)
{
	const struct rlimit limit = { 1 << 20, 1 << 20 };
	struct record_draft d;
	void *sink = results_open();
	int err = 0, closed;

	signal(SIGXFSZ, SIG_IGN);
	results_draft_forward(&d);
	if (sqlite_sink.record(sink, &d.trace) || sqlite_sink.flush(sink) ||
	    setrlimit(RLIMIT_FSIZE, &limit))
		return 1;
	for (uint32_t i = 0; !err && i < 1000000; i++) {
		memcpy(&d.probes[4].from.bytes[12], &i, 4);
		err = sqlite_sink.record(sink, &d.trace);
	}
	closed = sqlite_sink.close(sink, &draft_end);
	return err == closed ? -err : 1;
}

Test(sqlite_file, full_disk_keeps_what_was_committed)
{
	void *sink;

	int err = in_child(write_until_full);

	/* SQLite doesn't always pass the system's reason on. */
	cr_assert(err == EFBIG || err == EIO, "%d", err);
	results_expect_sound();
	results_expect("SELECT count(*) > 1000 FROM trace", "1");
	cr_assert_eq(results_open_as("there is room again", &sink), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect("SELECT state <> 'running' FROM run WHERE run_id = 1", "1");
	results_expect_sound();
}

Test(sqlite_file, full_database_is_no_space)
{
	struct sqlite_db *db;
	int64_t traces = -1;
	int err = 0;

	cr_assert_eq(sqlite_db_open(results_path, &db), 0);
	cr_assert_eq(sqlite_db_exec(db, "PRAGMA max_page_count = 50"), 0);
	for (int i = 0; !err && i < 1000; i++)
		err = sqlite_db_exec(db, "INSERT INTO path (hash, length) VALUES"
					 " (randomblob(4000), 1)");
	cr_assert_eq(err, -ENOSPC);
	cr_assert(db->complained);
	cr_assert_eq(sqlite_db_value(db, "SELECT count(*) FROM trace", &traces), 0);
	cr_assert_eq(traces, 0);
	sqlite_db_close(db);
}

Test(sqlite_file, reader_in_the_way_loses_nothing)
{
	void *sink = results_open();
	struct record_draft d;
	struct stat st;
	sqlite3 *reader;
	char wal[80];

	cr_assert_eq(sqlite3_open(results_path, &reader), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(reader, "SELECT * FROM run", NULL, NULL, NULL), SQLITE_OK);
	results_draft_forward(&d);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	snprintf(wal, sizeof(wal), "%s-wal", results_path);
	cr_assert_eq(stat(wal, &st), 0);
	cr_assert_eq(st.st_size, 0, "the log was not checkpointed");
	results_expect("SELECT count(*) FROM trace", "1");
	sqlite3_close(reader);
}
