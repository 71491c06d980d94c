// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "output/sink.h"
#include "tests/unit/results.h"
#include "wire/headers.h"

TestSuite(sqlite, .init = results_set_up, .fini = results_tear_down);

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
	void *sink = results_open();
	char wal[80];

	results_expect("SELECT state, ended_us FROM run", "running|-");
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	snprintf(wal, sizeof(wal), "%s-wal", results_path);
	cr_assert_eq(access(wal, F_OK), -1);
	snprintf(wal, sizeof(wal), "%s-shm", results_path);
	cr_assert_eq(access(wal, F_OK), -1);
	results_expect("SELECT application_id, user_version FROM pragma_application_id, "
		       "pragma_user_version",
		       "1381257776|7");
	results_expect("PRAGMA journal_mode", "wal");
	results_expect_sound();
}

Test(sqlite, every_stop_has_its_name)
{
	cr_assert_eq(sqlite_sink.close(results_open(), &draft_end), 0);
	for (int stop = 0; stop < 256; stop++) {
		const char *name = trace_stop_name((enum trace_stop)stop);
		char sql[80];

		snprintf(sql, sizeof(sql), "SELECT name FROM stop WHERE stop = %d", stop);
		results_expect(sql, name ? name : "");
	}
}

Test(sqlite, provenance_is_stored)
{
	cr_assert_eq(sqlite_sink.close(results_open(), &draft_end), 0);
	results_expect(
		"SELECT uuid, started_us, ended_us, state, program, argv, config, host, seed, "
		"counters FROM run",
		"9f0c7a52-7d7c-4a55-9d8e-0f4f5f3b2a10|1700000000000000|1700000009000000|complete|"
		"revprobe 0.1.0|[\"revprobe\",\"two-way\"]|{\"probes\":3}|{\"name\":\"lab\"}|-1|"
		"{\"sent\":9}");
	results_expect("SELECT run_id, list, number, started_us, ended_us FROM cycle",
		       "1|ENDPOINTS|1|1700000000000000|1700000009000000");
}

Test(sqlite, every_column_of_a_forward_trace)
{
	void *sink = results_open();
	struct record_draft d;

	results_draft_forward(&d);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect_sound();
	results_expect(
		"SELECT name, text, declared_asn, contact FROM endpoint JOIN addr USING (addr_id)",
		"www.example.net|198.51.100.7|64500|mailto:noc@example.net");
	results_expect(
		"SELECT t.cycle_id, t.endpoint_id, direction, mode, proto, s.text, hex(d.ip), "
		"sport,"
		" dport, flow, started_us, ended_us, stop, stop_code, reached, path_len, "
		"arrival_len,"
		" sent, lost, checks, check_rtt_ns, path_id, pair_id FROM trace t"
		" JOIN addr s ON s.addr_id = src_id JOIN addr d ON d.addr_id = dst_id",
		"1|1|0|0|17|192.0.2.1|C6336407|1021|33500|33500|1700000001000000|1700000001500000|"
		"1|0|1|3|-|6|2|0|-|1|-");
	results_expect(
		"SELECT group_concat(x, ' ') FROM (SELECT ttl || ',' || flow || ',' || try || ','"
		" || coalesce(a.text, '-') || ',' || coalesce(rtt_ns, '-') || ',' || tx_us || ','"
		" || coalesce(icmp, '-') || ',' || coalesce(reply_ttl, '-') || ',' || arrived AS x"
		" FROM hop LEFT JOIN addr a USING (addr_id) ORDER BY ttl, flow, try)",
		"1,0,0,192.0.2.254,400000,0,-,64,0 1,0,1,192.0.2.254,410000,20000,-,64,0 "
		"2,0,0,-,-,40000,-,-,0 2,0,1,-,-,60000,-,-,0 "
		"3,0,0,198.51.100.7,900000,80000,771,-,0 3,0,1,198.51.100.8,910000,100000,771,-,0");
	results_expect(
		"SELECT group_concat(x, ' ') FROM (SELECT ttl || ',' || coalesce(text, '-') AS x"
		" FROM path_hop LEFT JOIN addr USING (addr_id) ORDER BY ttl)",
		"1,192.0.2.254 2,- 3,198.51.100.7");
	results_expect("SELECT typeof(hash), length(hash), length FROM path", "blob|16|3");
}

Test(sqlite, every_column_of_a_reverse_trace)
{
	void *sink = results_open();
	struct record_draft d;

	draft_reverse(&d);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect_sound();
	results_expect(
		"SELECT name, text, declared_asn, contact FROM endpoint JOIN addr USING (addr_id)",
		"www.example.net|198.51.100.7|-|-");
	results_expect(
		"SELECT direction, s.text, d.text, reached, path_len, arrival_len, sent, lost,"
		" checks, check_rtt_ns FROM trace t"
		" JOIN addr s ON s.addr_id = src_id JOIN addr d ON d.addr_id = dst_id",
		"1|198.51.100.7|192.0.2.1|1|2|2|3|0|1|1234567");
	results_expect(
		"SELECT group_concat(ttl || ',' || try || ',' || coalesce(text, '-') || ',' ||"
		" coalesce(rtt_ns, '-') || ',' || coalesce(icmp, '-') || ',' || arrived, ' ')"
		" FROM hop LEFT JOIN addr USING (addr_id)",
		"1,0,198.51.100.254,300000,0,0 2,0,-,-,-,1 2,1,192.0.2.1,800000,0,1");
	results_expect(
		"SELECT group_concat(x, ' ') FROM (SELECT ttl || ',' || coalesce(text, '-') AS x"
		" FROM path_hop LEFT JOIN addr USING (addr_id) ORDER BY ttl)",
		"1,198.51.100.254 2,192.0.2.1");
}

Test(sqlite, what_answers_carry_is_kept)
{
	void *sink = results_open();
	struct probe_record *p;
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "www.example.net", "192.0.2.1", "198.51.100.7");
	p = draft_add(&d, 1, "192.0.2.254", 400);
	p->reply_ttl = 254;
	p->reply_tos = 0xc0;
	p->quoted_ttl = 2;
	draft_objects(&d, p, DRAFT_LABELS);
	draft_add(&d, 1, "192.0.2.254", 400)->reply_ttl = 254; /* quoted with a TTL of 0 */
	p = draft_add(&d, 2, "198.51.100.7", 400);	       /* no ICMP error */
	p->icmp = 0;
	p->reply_ttl = 60;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	draft_reverse(&d);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect("SELECT group_concat(coalesce(reply_ttl, '-') || ' ' ||"
		       " coalesce(reply_tos, '-') || ' ' || coalesce(quoted_ttl, '-')) FROM v_hop",
		       "254 192 2,254 0 0,60 0 -,- - -,- - -,- - -");
	results_expect("SELECT group_concat(trace_id || ' ' || ttl || ' ' || flow || ' ' || try ||"
		       " ' ' || n || ' ' || class || ' ' || type || ' ' || hex(data)) FROM ext",
		       "1 1 0 0 0 1 1 4933000200010BFF,1 1 0 0 1 2 3 AA");
	results_expect("SELECT group_concat(trace_id || ' ' || ttl || ' ' || flow || ' ' || try ||"
		       " ' ' || addr || ' ' || depth || ' ' || label || ' ' || class || ' ' ||"
		       " bottom || ' ' || label_ttl) FROM v_mpls",
		       "1 1 33500 0 192.0.2.254 0 299824 0 0 2,"
		       "1 1 33500 0 192.0.2.254 1 16 5 1 255");
	results_expect_sound();
}

Test(sqlite, views_speak_words)
{
	void *sink = results_open();
	struct record_draft d;

	results_draft_forward(&d);
	d.trace.pair_id = 5;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	draft_reverse(&d);
	d.trace.pair_id = 5;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect("SELECT * FROM v_trace WHERE direction = 'forward'",
		       "1|1|ENDPOINTS|1|www.example.net|forward|192.0.2.1|198.51.100.7|udp|"
		       "singlepath|33500|1|completed|0|3|-|6|2|0|-|-|-|-|1|5|2023-11-14 "
		       "22:13:21|500.0|-|-");
	results_expect(
		"SELECT * FROM v_hop WHERE trace_id = 1 AND ttl = 3",
		"1|ENDPOINTS|1|www.example.net|forward|3|33500|0|198.51.100.7|-|0.9|0|0|1|3|3|-|"
		"2023-11-14 22:13:21.080|-|-|-|-|-");
	results_expect(
		"SELECT icmp_type, icmp_code, lost FROM v_hop WHERE trace_id = 1 AND ttl = 1",
		"11|0|0");
	results_expect(
		"SELECT icmp_type, icmp_code, lost FROM v_hop WHERE trace_id = 1 AND ttl = 2",
		"-|-|1");
	results_expect(
		"SELECT addr, icmp_type, arrived, lost FROM v_hop WHERE trace_id = 2 AND ttl = 2",
		"-|-|1|0");
	results_expect("SELECT * FROM v_pair",
		       "5|ENDPOINTS|1|www.example.net|1|2|1|3|2|completed|completed|1|2|"
		       "2023-11-14 22:13:21");
}

Test(sqlite, ipv6_takes_sixteen_bytes_and_icmp_no_ports)
{
	void *sink = results_open();
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "v6.example.net", "2001:db8::1", "2001:db8::2");
	d.trace.proto = PROTO_ICMPV6;
	d.trace.sport = d.trace.dport = 0;
	draft_add(&d, 1, "2001:db8:0:0::fe", 400);
	draft_add(&d, 2, "2001:db8::2", 500)->icmp = ICMPV6_UNREACHABLE * 256 + 4;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect("SELECT hex(ip) FROM addr WHERE text = '2001:db8::fe'",
		       "20010DB80000000000000000000000FE");
	results_expect("SELECT sport, dport FROM trace", "-|-");
	results_expect("SELECT group_concat(icmp_type || ',' || icmp_code, ' ') FROM v_hop",
		       "3,0 1,4");
	results_expect("SELECT group_concat(coalesce(icmp, '-'), ' ') FROM hop", "- 260");
}

Test(sqlite, traces_without_a_path_are_outcomes_too)
{
	void *sink = results_open();
	struct record_draft d;

	draft_init(&d, TRACE_REVERSE, "dead.example.net", "198.51.100.9", "192.0.2.1");
	d.trace.stop = STOP_NOT_SUPPORTED;
	d.trace.reached = false;
	d.trace.checks = 1;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect("SELECT stop, hops, path_id, sent, checks FROM v_trace",
		       "not supported|0|-|0|1");
	results_expect_sound();
}

Test(sqlite, equal_paths_and_addresses_are_stored_once)
{
	void *sink = results_open();
	struct record_draft d;

	for (int i = 0; i < 3; i++) {
		results_draft_forward(&d);
		cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	}
	draft_add(&d, 4, "198.51.100.99", 700);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect("SELECT (SELECT count(*) FROM path), (SELECT count(*) FROM addr),"
		       " (SELECT count(*) FROM endpoint), group_concat(path_id, ' ') FROM trace",
		       "2|5|1|1 1 1 2");
	results_expect_sound();
}

Test(sqlite, append_is_the_next_cycle_and_pairs_stay_apart)
{
	struct record_draft d;
	void *sink = results_open();

	results_draft_forward(&d);
	d.trace.pair_id = 1;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	cr_assert_eq(results_open_as("second", &sink), 0);
	d.trace.declared_asn = 64501;
	d.trace.contact = "";
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect("SELECT group_concat(run_id || ',' || number, ' ') FROM cycle", "1,1 2,2");
	results_expect(
		"SELECT group_concat(cycle_id || ',' || pair_id || ',' || path_id, ' ') FROM trace",
		"1,1,1 2,2,1");
	results_expect("SELECT count(*), declared_asn, contact FROM endpoint",
		       "1|64501|mailto:noc@example.net");
	results_expect_sound();
}

Test(sqlite, other_lists_count_their_own_cycles)
{
	struct run_record other = draft_run;
	void *sink;

	cr_assert_eq(sqlite_sink.close(results_open(), &draft_end), 0);
	other.uuid = "other";
	other.list = "targets.txt";
	cr_assert_eq(sqlite_sink.open(results_path, &draft_options, &other, &sink), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect("SELECT group_concat(list || ',' || number, ' ') FROM cycle",
		       "ENDPOINTS,1 targets.txt,1");
}

Test(sqlite, run_that_never_began_leaves_no_row)
{
	cr_assert_eq(sqlite_sink.close(results_open(), NULL), 0);
	results_expect("SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM cycle)", "0|0");
}

Test(sqlite, flush_makes_results_visible_and_readers_do_not_block)
{
	void *sink = results_open();
	struct record_draft d;

	results_draft_forward(&d);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	results_expect("SELECT count(*) FROM trace", "0");
	cr_assert_eq(sqlite_sink.flush(sink), 0);
	results_expect("SELECT count(*) FROM trace", "1");
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
}

Test(sqlite, batch_ends_after_ten_thousand_rows_or_a_second)
{
	void *sink = results_open();
	struct record_draft d;

	results_draft_forward(&d); /* 7 rows */
	for (int i = 0; i < 1500; i++)
		cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	results_expect("SELECT count(*) FROM trace", "1429");
	usleep(1050000);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	results_expect("SELECT count(*) FROM trace", "1501");
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect_sound();
}

Test(sqlite, arrival_alone_ends_the_path)
{
	void *sink = results_open();
	struct record_draft d;

	draft_init(&d, TRACE_REVERSE, "www.example.net", "198.51.100.7", "192.0.2.1");
	draft_add(&d, 1, "198.51.100.254", 300);
	draft_add(&d, 2, NULL, 0);
	draft_add_arrival(&d, 2);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect(
		"SELECT ttl, text FROM path_hop LEFT JOIN addr USING (addr_id) ORDER BY ttl DESC",
		"2|192.0.2.1");
	results_expect("SELECT sum(lost), sum(arrived) FROM v_hop", "1|1");
}

Test(sqlite, paths_that_start_later_are_others)
{
	void *sink = results_open();
	struct record_draft d;

	for (uint8_t ttl = 1; ttl <= 2; ttl++) {
		draft_init(&d, TRACE_FORWARD, "www.example.net", "192.0.2.1", "198.51.100.7");
		draft_add(&d, ttl, "192.0.2.254", 300);
		cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	}
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect("SELECT count(DISTINCT path_id) FROM trace", "2");
	results_expect("SELECT count(*) FROM path_hop", "2");
}

Test(sqlite, error_is_sticky_and_rolls_the_batch_back)
{
	void *sink = results_open();
	struct record_draft d;

	results_draft_forward(&d);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	d.probes[1].try = 0; /* two probes with one key: refused by the schema */
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), -EINVAL);
	results_draft_forward(&d);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), -EINVAL);
	cr_assert_eq(sqlite_sink.flush(sink), -EINVAL);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), -EINVAL);
	results_expect("SELECT (SELECT count(*) FROM trace), state FROM run", "0|failed");
	results_expect_sound();
}
