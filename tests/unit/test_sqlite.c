// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output/sink.h"
#include "output/sqlite_db.h"
#include "tests/unit/records.h"
#include "wire/headers.h"

static char directory[] = "/tmp/test_sqlite.XXXXXX";
static char path[64];

static void set_up(void)
{
	cr_assert_not_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/results.db", directory);
}

static void tear_down(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf %s", directory);
	cr_assert_eq(system(command), 0);
}

TestSuite(sqlite, .init = set_up, .fini = tear_down);

/* The first row of a query as text: columns joined by '|', NULL as "-". */
static void expect(const char *sql, const char *wanted)
{
	char got[1024] = "";
	sqlite3_stmt *statement;
	sqlite3 *db;

	cr_assert_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	sqlite3_busy_timeout(db, 2000);
	cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK, "%s: %s", sql,
		     sqlite3_errmsg(db));
	if (sqlite3_step(statement) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(statement); i++) {
			const char *text = (const char *)sqlite3_column_text(statement, i);

			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s",
				 i > 0 ? "|" : "", text ? text : "-");
		}
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
	cr_assert_str_eq(got, wanted, "%s\n got: %s\nwant: %s", sql, got, wanted);
}

/* Nothing but whole traces, and SQLite content with the file. */
static void expect_sound(void)
{
	expect("PRAGMA integrity_check", "ok");
	expect("SELECT count(*) FROM pragma_foreign_key_check", "0");
	expect("SELECT count(*) FROM trace t WHERE sent <>"
	       " (SELECT count(*) FROM hop h WHERE h.trace_id = t.trace_id)",
	       "0");
	expect("SELECT count(*) FROM hop WHERE trace_id NOT IN (SELECT trace_id FROM trace)", "0");
	expect("SELECT count(*) FROM path p WHERE length <>"
	       " (SELECT max(ttl) FROM path_hop h WHERE h.path_id = p.path_id)",
	       "0");
}

static void *open_sink(void)
{
	void *sink = NULL;

	cr_assert_eq(sqlite_sink.open(path, &draft_run, &sink), 0);
	return sink;
}

/* With a uuid of its own, as each run has. */
static int open_as(const char *uuid, void **ret_sink)
{
	struct run_record run = draft_run;

	run.uuid = uuid;
	return sqlite_sink.open(path, &run, ret_sink);
}

static void draft_forward(struct record_draft *d)
{
	draft_init(d, TRACE_FORWARD, "www.example.net", "192.0.2.1", "198.51.100.7");
	d->trace.declared_asn = 64500;
	d->trace.contact = "mailto:noc@example.net";
	draft_add(d, 1, "192.0.2.254", 400)->reply_ttl = 64;
	draft_add(d, 1, "192.0.2.254", 410)->reply_ttl = 64;
	draft_add(d, 2, NULL, 0);
	draft_add(d, 2, NULL, 0);
	draft_add(d, 3, "198.51.100.7", 900)->icmp = ICMPV4_UNREACHABLE * 256 + 3;
	draft_add(d, 3, "198.51.100.8", 910)->icmp = ICMPV4_UNREACHABLE * 256 + 3;
}

static void draft_reverse(struct record_draft *d)
{
	draft_init(d, TRACE_REVERSE, "www.example.net", "198.51.100.7", "192.0.2.1");
	d->trace.arrival_len = 2;
	d->trace.checks = 1;
	d->trace.check_rtt_ns = 1234567;
	draft_add(d, 1, "198.51.100.254", 300);
	draft_add_arrival(d, 2);
	draft_add(d, 2, "192.0.2.1", 800)->arrived = true;
}

Test(sqlite, new_file_is_ours_and_one_file_remains)
{
	void *sink = open_sink();
	char wal[80];

	expect("SELECT state, ended_us FROM run", "running|-");
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	snprintf(wal, sizeof(wal), "%s-wal", path);
	cr_assert_eq(access(wal, F_OK), -1);
	snprintf(wal, sizeof(wal), "%s-shm", path);
	cr_assert_eq(access(wal, F_OK), -1);
	expect("SELECT application_id, user_version FROM pragma_application_id, "
	       "pragma_user_version",
	       "1381257776|1");
	expect("PRAGMA journal_mode", "wal");
	expect_sound();
}

Test(sqlite, every_stop_has_its_name)
{
	cr_assert_eq(sqlite_sink.close(open_sink(), &draft_end), 0);
	for (int stop = 0; stop < 256; stop++) {
		const char *name = trace_stop_name((enum trace_stop)stop);
		char sql[80];

		snprintf(sql, sizeof(sql), "SELECT name FROM stop WHERE stop = %d", stop);
		expect(sql, name ? name : "");
	}
}

Test(sqlite, provenance_is_stored)
{
	cr_assert_eq(sqlite_sink.close(open_sink(), &draft_end), 0);
	expect("SELECT uuid, started_us, ended_us, state, program, argv, config, host, seed, "
	       "counters FROM run",
	       "9f0c7a52-7d7c-4a55-9d8e-0f4f5f3b2a10|1700000000000000|1700000009000000|complete|"
	       "revprobe 0.1.0|[\"revprobe\",\"two-way\"]|{\"probes\":3}|{\"name\":\"lab\"}|-1|"
	       "{\"sent\":9}");
	expect("SELECT run_id, list, number, started_us, ended_us FROM cycle",
	       "1|ENDPOINTS|1|1700000000000000|1700000009000000");
}

Test(sqlite, every_column_of_a_forward_trace)
{
	void *sink = open_sink();
	struct record_draft d;

	draft_forward(&d);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	expect_sound();
	expect("SELECT name, text, declared_asn, contact FROM endpoint JOIN addr USING (addr_id)",
	       "www.example.net|198.51.100.7|64500|mailto:noc@example.net");
	expect("SELECT t.cycle_id, t.endpoint_id, direction, mode, proto, s.text, hex(d.ip), sport,"
	       " dport, flow, started_us, ended_us, stop, stop_code, reached, path_len, "
	       "arrival_len,"
	       " sent, lost, checks, check_rtt_ns, path_id, pair_id FROM trace t"
	       " JOIN addr s ON s.addr_id = src_id JOIN addr d ON d.addr_id = dst_id",
	       "1|1|0|0|17|192.0.2.1|C6336407|1021|33500|33500|1700000001000000|1700000001500000|"
	       "1|0|1|3|-|6|2|0|-|1|-");
	expect("SELECT group_concat(x, ' ') FROM (SELECT ttl || ',' || flow || ',' || try || ','"
	       " || coalesce(a.text, '-') || ',' || coalesce(rtt_ns, '-') || ',' || tx_us || ','"
	       " || coalesce(icmp, '-') || ',' || coalesce(reply_ttl, '-') || ',' || arrived AS x"
	       " FROM hop LEFT JOIN addr a USING (addr_id) ORDER BY ttl, flow, try)",
	       "1,0,0,192.0.2.254,400000,0,-,64,0 1,0,1,192.0.2.254,410000,20000,-,64,0 "
	       "2,0,0,-,-,40000,-,-,0 2,0,1,-,-,60000,-,-,0 "
	       "3,0,0,198.51.100.7,900000,80000,771,-,0 3,0,1,198.51.100.8,910000,100000,771,-,0");
	expect("SELECT group_concat(x, ' ') FROM (SELECT ttl || ',' || coalesce(text, '-') AS x"
	       " FROM path_hop LEFT JOIN addr USING (addr_id) ORDER BY ttl)",
	       "1,192.0.2.254 2,- 3,198.51.100.7");
	expect("SELECT typeof(hash), length(hash), length FROM path", "blob|16|3");
}

Test(sqlite, every_column_of_a_reverse_trace)
{
	void *sink = open_sink();
	struct record_draft d;

	draft_reverse(&d);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	expect_sound();
	expect("SELECT name, text, declared_asn, contact FROM endpoint JOIN addr USING (addr_id)",
	       "www.example.net|198.51.100.7|-|-");
	expect("SELECT direction, s.text, d.text, reached, path_len, arrival_len, sent, lost,"
	       " checks, check_rtt_ns FROM trace t"
	       " JOIN addr s ON s.addr_id = src_id JOIN addr d ON d.addr_id = dst_id",
	       "1|198.51.100.7|192.0.2.1|1|2|2|3|0|1|1234567");
	expect("SELECT group_concat(ttl || ',' || try || ',' || coalesce(text, '-') || ',' ||"
	       " coalesce(rtt_ns, '-') || ',' || coalesce(icmp, '-') || ',' || arrived, ' ')"
	       " FROM hop LEFT JOIN addr USING (addr_id)",
	       "1,0,198.51.100.254,300000,0,0 2,0,-,-,-,1 2,1,192.0.2.1,800000,0,1");
	expect("SELECT group_concat(x, ' ') FROM (SELECT ttl || ',' || coalesce(text, '-') AS x"
	       " FROM path_hop LEFT JOIN addr USING (addr_id) ORDER BY ttl)",
	       "1,198.51.100.254 2,192.0.2.1");
}

Test(sqlite, views_speak_words)
{
	void *sink = open_sink();
	struct record_draft d;

	draft_forward(&d);
	d.trace.pair_id = 5;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	draft_reverse(&d);
	d.trace.pair_id = 5;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	expect("SELECT * FROM v_trace WHERE direction = 'forward'",
	       "1|1|ENDPOINTS|1|www.example.net|forward|192.0.2.1|198.51.100.7|udp|33500|1|"
	       "completed|0|3|-|6|2|0|-|1|5|2023-11-14 22:13:21|500.0");
	expect("SELECT * FROM v_hop WHERE trace_id = 1 AND ttl = 3",
	       "1|ENDPOINTS|1|www.example.net|forward|3|33500|0|198.51.100.7|0.9|0|0|1|3|3|-|"
	       "2023-11-14 22:13:21.080");
	expect("SELECT icmp_type, icmp_code, lost FROM v_hop WHERE trace_id = 1 AND ttl = 1",
	       "11|0|0");
	expect("SELECT icmp_type, icmp_code, lost FROM v_hop WHERE trace_id = 1 AND ttl = 2",
	       "-|-|1");
	expect("SELECT addr, icmp_type, arrived, lost FROM v_hop WHERE trace_id = 2 AND ttl = 2",
	       "-|-|1|0");
	expect("SELECT * FROM v_pair",
	       "5|ENDPOINTS|1|www.example.net|1|2|1|3|2|completed|completed|1|2|"
	       "2023-11-14 22:13:21");
}

Test(sqlite, ipv6_takes_sixteen_bytes_and_icmp_no_ports)
{
	void *sink = open_sink();
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "v6.example.net", "2001:db8::1", "2001:db8::2");
	d.trace.proto = PROTO_ICMPV6;
	d.trace.sport = d.trace.dport = 0;
	draft_add(&d, 1, "2001:db8:0:0::fe", 400);
	draft_add(&d, 2, "2001:db8::2", 500)->icmp = ICMPV6_UNREACHABLE * 256 + 4;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	expect("SELECT hex(ip) FROM addr WHERE text = '2001:db8::fe'",
	       "20010DB80000000000000000000000FE");
	expect("SELECT sport, dport FROM trace", "-|-");
	expect("SELECT group_concat(icmp_type || ',' || icmp_code, ' ') FROM v_hop", "3,0 1,4");
	expect("SELECT group_concat(coalesce(icmp, '-'), ' ') FROM hop", "- 260");
}

Test(sqlite, traces_without_a_path_are_outcomes_too)
{
	void *sink = open_sink();
	struct record_draft d;

	draft_init(&d, TRACE_REVERSE, "dead.example.net", "198.51.100.9", "192.0.2.1");
	d.trace.stop = STOP_NOT_SUPPORTED;
	d.trace.reached = false;
	d.trace.checks = 1;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	expect("SELECT stop, hops, path_id, sent, checks FROM v_trace", "not supported|0|-|0|1");
	expect_sound();
}

Test(sqlite, equal_paths_and_addresses_are_stored_once)
{
	void *sink = open_sink();
	struct record_draft d;

	for (int i = 0; i < 3; i++) {
		draft_forward(&d);
		cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	}
	draft_add(&d, 4, "198.51.100.99", 700);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	expect("SELECT (SELECT count(*) FROM path), (SELECT count(*) FROM addr),"
	       " (SELECT count(*) FROM endpoint), group_concat(path_id, ' ') FROM trace",
	       "2|5|1|1 1 1 2");
	expect_sound();
}

Test(sqlite, append_is_the_next_cycle_and_pairs_stay_apart)
{
	struct record_draft d;
	void *sink = open_sink();

	draft_forward(&d);
	d.trace.pair_id = 1;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	cr_assert_eq(open_as("second", &sink), 0);
	d.trace.declared_asn = 64501;
	d.trace.contact = "";
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	expect("SELECT group_concat(run_id || ',' || number, ' ') FROM cycle", "1,1 2,2");
	expect("SELECT group_concat(cycle_id || ',' || pair_id || ',' || path_id, ' ') FROM trace",
	       "1,1,1 2,2,1");
	expect("SELECT count(*), declared_asn, contact FROM endpoint",
	       "1|64501|mailto:noc@example.net");
	expect_sound();
}

Test(sqlite, other_lists_count_their_own_cycles)
{
	struct run_record other = draft_run;
	void *sink;

	cr_assert_eq(sqlite_sink.close(open_sink(), &draft_end), 0);
	other.uuid = "other";
	other.list = "targets.txt";
	cr_assert_eq(sqlite_sink.open(path, &other, &sink), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	expect("SELECT group_concat(list || ',' || number, ' ') FROM cycle",
	       "ENDPOINTS,1 targets.txt,1");
}

Test(sqlite, run_that_never_began_leaves_no_row)
{
	cr_assert_eq(sqlite_sink.close(open_sink(), NULL), 0);
	expect("SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM cycle)", "0|0");
}

Test(sqlite, flush_makes_results_visible_and_readers_do_not_block)
{
	void *sink = open_sink();
	struct record_draft d;

	draft_forward(&d);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	expect("SELECT count(*) FROM trace", "0");
	cr_assert_eq(sqlite_sink.flush(sink), 0);
	expect("SELECT count(*) FROM trace", "1");
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
}

Test(sqlite, batch_ends_after_ten_thousand_rows_or_a_second)
{
	void *sink = open_sink();
	struct record_draft d;

	draft_forward(&d); /* 7 rows */
	for (int i = 0; i < 1500; i++)
		cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	expect("SELECT count(*) FROM trace", "1429");
	usleep(1050000);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	expect("SELECT count(*) FROM trace", "1501");
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	expect_sound();
}

static void write_file(const char *bytes, size_t len)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

static void write_database(const char *sql)
{
	sqlite3 *db;

	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Refused, and not a byte of it changed. */
static void expect_refused(int err)
{
	static char before[65536], after[65536];
	void *sink = NULL;
	ssize_t len;
	int fd = open(path, O_RDONLY);

	cr_assert_geq(fd, 0);
	len = read(fd, before, sizeof(before));
	cr_assert_eq(sqlite_sink.open(path, &draft_run, &sink), err);
	cr_assert_null(sink);
	cr_assert_eq(pread(fd, after, sizeof(after), 0), len);
	cr_assert_arr_eq(before, after, (size_t)len);
	close(fd);
}

Test(sqlite, refuses_what_is_no_database)
{
	write_file("192.0.2.1\n", 10);
	expect_refused(-EINVAL);
	static const char text[200] = "SQLite format 2";
	write_file(text, sizeof(text));
	expect_refused(-EINVAL);
}

Test(sqlite, refuses_the_database_of_another_program)
{
	write_database("CREATE TABLE run (x)");
	expect_refused(-EINVAL);
	write_database("PRAGMA application_id = 77; PRAGMA user_version = 1;"
		       "PRAGMA journal_mode = WAL");
	expect_refused(-EINVAL);
}

Test(sqlite, refuses_a_newer_schema)
{
	cr_assert_eq(sqlite_sink.close(open_sink(), &draft_end), 0);
	write_database("PRAGMA user_version = 2");
	expect_refused(-ENOTSUP);
}

Test(sqlite, refuses_what_is_no_file)
{
	void *sink;

	cr_assert_eq(sqlite_sink.open("-", &draft_run, &sink), -EINVAL);
	cr_assert_eq(sqlite_sink.open("/dev/null", &draft_run, &sink), -EINVAL);
	cr_assert_eq(sqlite_sink.open(directory, &draft_run, &sink), -EISDIR);
	cr_assert_eq(sqlite_sink.open("/nonexistent/results.db", &draft_run, &sink), -ENOENT);
}

Test(sqlite, names_that_mean_something_to_sqlite_are_files)
{
	void *sink;

	cr_assert_eq(chdir(directory), 0);
	cr_assert_eq(sqlite_sink.open(":memory:", &draft_run, &sink), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	cr_assert_eq(access(":memory:", F_OK), 0);
	snprintf(path, sizeof(path), "%s/:memory:", directory);
	expect("SELECT state FROM run", "complete");
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

	return -open_as("second writer", &sink);
}

Test(sqlite, second_writer_is_refused_while_the_first_lives)
{
	void *sink = open_sink();

	cr_assert_eq(in_child(try_open), EBUSY);
	expect("SELECT count(*) FROM run", "1");
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	cr_assert_eq(in_child(try_open), 0);
}

/* Leaves without a good-bye, as a crash does: neither commit nor close. */
static int write_until_killed(void)
{
	struct record_draft d;
	void *sink = open_sink();

	draft_forward(&d);
	for (uint32_t i = 0;; i++) {
		d.probes[4].from = draft_addr("203.0.113.1");
		memcpy(&d.probes[4].from.bytes[12], &i, 4);
		if (sqlite_sink.record(sink, &d.trace))
			return 1;
	}
}

Test(sqlite, killed_writer_leaves_whole_traces)
{
	pid_t child = fork();
	void *sink;

	if (child == 0)
		_exit(write_until_killed());
	usleep(700000);
	kill(child, SIGKILL);
	cr_assert_eq(waitpid(child, NULL, 0), child);
	expect("SELECT count(*) > 1000 FROM trace", "1");
	expect("SELECT state, ended_us FROM run", "running|-");
	expect_sound();
	cr_assert_eq(open_as("after the crash", &sink), 0);
	expect("SELECT group_concat(state, ' ') FROM run", "interrupted running");
	expect("SELECT group_concat(number || ',' || coalesce(ended_us, '-'), ' ') FROM cycle",
	       "1,- 2,-");
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	expect_sound();
}

static int write_until_full(void)
{
	const struct rlimit limit = { 1 << 20, 1 << 20 };
	struct record_draft d;
	void *sink = open_sink();
	int err = 0, closed;

	signal(SIGXFSZ, SIG_IGN);
	draft_forward(&d);
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

Test(sqlite, full_disk_keeps_what_was_committed)
{
	void *sink;

	int err = in_child(write_until_full);

	/* SQLite doesn't always pass the system's reason on. */
	cr_assert(err == EFBIG || err == EIO, "%d", err);
	expect_sound();
	expect("SELECT count(*) > 1000 FROM trace", "1");
	cr_assert_eq(open_as("there is room again", &sink), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	expect("SELECT state <> 'running' FROM run WHERE run_id = 1", "1");
	expect_sound();
}

Test(sqlite, full_database_is_no_space)
{
	struct sqlite_db *db;
	int64_t traces = -1;
	int err = 0;

	cr_assert_eq(sqlite_db_open(path, &db), 0);
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

Test(sqlite, error_is_sticky_and_rolls_the_batch_back)
{
	void *sink = open_sink();
	struct record_draft d;

	draft_forward(&d);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	d.probes[1].try = 0; /* two probes with one key: refused by the schema */
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), -EINVAL);
	draft_forward(&d);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), -EINVAL);
	cr_assert_eq(sqlite_sink.flush(sink), -EINVAL);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), -EINVAL);
	expect("SELECT (SELECT count(*) FROM trace), state FROM run", "0|failed");
	expect_sound();
}

Test(sqlite, arrival_alone_ends_the_path)
{
	void *sink = open_sink();
	struct record_draft d;

	draft_init(&d, TRACE_REVERSE, "www.example.net", "198.51.100.7", "192.0.2.1");
	draft_add(&d, 1, "198.51.100.254", 300);
	draft_add(&d, 2, NULL, 0);
	draft_add_arrival(&d, 2);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	expect("SELECT ttl, text FROM path_hop LEFT JOIN addr USING (addr_id) ORDER BY ttl DESC",
	       "2|192.0.2.1");
	expect("SELECT sum(lost), sum(arrived) FROM v_hop", "1|1");
}

Test(sqlite, paths_that_start_later_are_others)
{
	void *sink = open_sink();
	struct record_draft d;

	for (uint8_t ttl = 1; ttl <= 2; ttl++) {
		draft_init(&d, TRACE_FORWARD, "www.example.net", "192.0.2.1", "198.51.100.7");
		draft_add(&d, ttl, "192.0.2.254", 300);
		cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	}
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	expect("SELECT count(DISTINCT path_id) FROM trace", "2");
	expect("SELECT count(*) FROM path_hop", "2");
}

Test(sqlite, reader_in_the_way_loses_nothing)
{
	void *sink = open_sink();
	struct record_draft d;
	struct stat st;
	sqlite3 *reader;
	char wal[80];

	cr_assert_eq(sqlite3_open(path, &reader), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(reader, "SELECT * FROM run", NULL, NULL, NULL), SQLITE_OK);
	draft_forward(&d);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	snprintf(wal, sizeof(wal), "%s-wal", path);
	cr_assert_eq(stat(wal, &st), 0);
	cr_assert_eq(st.st_size, 0, "the log was not checkpointed");
	expect("SELECT count(*) FROM trace", "1");
	sqlite3_close(reader);
}
