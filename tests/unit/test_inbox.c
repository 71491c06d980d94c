// SPDX-License-Identifier: GPL-2.0-or-later
/* What a collector stores of the documents that it was sent. */
#include "output/inbox.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "output/study_read.h"
#include "tests/unit/results.h"
#include "tests/unit/study_checks.h"

TestSuite(inbox, .init = results_set_up, .fini = results_tear_down);

static const int64_t received_us = 1700000000000000;

static struct inbox *open_inbox(void)
{
	static int count;
	char uuid[16];
	struct run_record run = draft_run;
	struct inbox *inbox;

	snprintf(uuid, sizeof(uuid), "inbox-%d", count++);
	run.uuid = uuid;
	cr_assert_eq(inbox_open(results_path, &run, &inbox), 0);
	return inbox;
}

static const char *sample(const char *name)
{
	static char text[65536];
	const char *srcdir = getenv("srcdir");
	char path[4096];
	size_t len;
	FILE *in;

	snprintf(path, sizeof(path), "%s/tests/study/%s", srcdir ? srcdir : ".", name);
	in = fopen(path, "rb");
	cr_assert_not_null(in, "%s", path);
	len = fread(text, 1, sizeof(text) - 1, in);
	text[len] = '\0';
	fclose(in);
	return text;
}

static int add(struct inbox *inbox, const char *sender, const char *key, const char *text,
	       enum inbox_verdict *ret_verdict, int64_t *ret_id)
{
	char reason[STUDY_REASON_LEN];
	struct study_input input;
	struct inbox_document document = { sender, key, received_us, &input, text, strlen(text) };
	int err = study_read(text, strlen(text), &input, reason);

	cr_assert_eq(err, 0, "%s", reason);
	err = inbox_add(inbox, &document, ret_verdict, ret_id);
	study_input_fini(&input);
	return err;
}

static int64_t expect_added(struct inbox *inbox, const char *sender, const char *key,
			    const char *text, enum inbox_verdict wanted)
{
	enum inbox_verdict verdict;
	int64_t id;

	cr_assert_eq(add(inbox, sender, key, text, &verdict, &id), 0);
	cr_assert_eq(verdict, wanted, "verdict %d, not %d", verdict, wanted);
	return id;
}

static void close_inbox(struct inbox *inbox)
{
	cr_assert_eq(inbox_commit(inbox), 0);
	cr_assert_eq(inbox_close(inbox, &draft_end), 0);
	results_expect_sound();
}

Test(inbox, single_path_both_ways)
{
	struct inbox *inbox = open_inbox();

	expect_added(inbox, "alice", "k1", sample("malformed/single.json"), INBOX_STORED);
	close_inbox(inbox);
	results_expect(
		"SELECT sender, key, target, forward_trace, reverse_trace, unplaced, received"
		" FROM v_received",
		"alice|k1|www.example.net|1|2|0|2023-11-14 22:13:20");
	results_expect(
		"SELECT endpoint, src, dst, proto, mode, flow, reached, stop, hops, sent, lost,"
		" eps, per_packet, started FROM v_trace WHERE direction = 'forward'",
		"www.example.net|192.0.2.1|198.51.100.7|udp|singlepath|33500|1|completed|3|4|1"
		"|-|-|2023-11-14 22:13:20");
	results_expect("SELECT src, dst, hops, reached FROM v_trace WHERE direction = 'reverse'",
		       "198.51.100.7|192.0.2.1|1|1");
	results_expect(
		"SELECT group_concat(ttl || ' ' || try || ' ' || coalesce(addr, '*') || ' ' ||"
		" coalesce(rtt_ms, '-')) FROM v_hop WHERE trace_id = 1",
		"1 0 192.0.2.254 0.4,1 1 192.0.2.254 0.5,2 0 * -,3 0 198.51.100.7 12.5");
	results_expect("SELECT group_concat(ttl || ' ' || coalesce(a.text, '*')) FROM trace"
		       " JOIN path_hop USING (path_id) LEFT JOIN addr a USING (addr_id)"
		       " WHERE trace_id = 1",
		       "1 192.0.2.254,2 *,3 198.51.100.7");
	results_expect("SELECT count(*) FROM v_pair", "1");
	results_expect("SELECT text, ptr, annotated_us FROM addr WHERE ptr IS NOT NULL",
		       "192.0.2.254|r1.example.net|1700000000000000");
}

Test(inbox, multipath)
{
	struct inbox *inbox = open_inbox();

	expect_added(inbox, "bob", NULL, sample("malformed/multi.json"), INBOX_STORED);
	close_inbox(inbox);
	results_expect(
		"SELECT endpoint, src, dst, proto, mode, flow, reached, stop, hops, sent, lost,"
		" eps, per_packet FROM v_trace",
		"2001:db8::9|2001:db8::9|2001:db8::1|icmp|multipath|-|0|not told|2|11|0|0.05|0");
	results_expect(
		"SELECT group_concat(ttl || ' ' || flow || ' ' || try || ' ' || addr || ' ' ||"
		" coalesce(rtt_ms, '-'), ', ') FROM v_hop WHERE ttl = 1",
		"1 0 0 2001:db8::b 1.75, 1 0 1 2001:db8::b 2.0, 1 10001 0 2001:db8::a 1.5, "
		"1 10002 0 2001:db8::b -, 1 10003 0 2001:db8::b -");
	results_expect(
		"SELECT group_concat(near_ttl || ' ' || near || ' ' || far || ' ' || flows, ', ')"
		" FROM v_link ORDER BY near_ttl, near",
		"0 2001:db8::9 2001:db8::a 1, 0 2001:db8::9 2001:db8::b 2, "
		"1 2001:db8::a 2001:db8::1 1, 1 2001:db8::b 2001:db8::1 2");
	results_expect(
		"SELECT group_concat(n || ' ' || ttl || ' ' || text || ' ' || is_end, ', ')"
		" FROM vertex JOIN addr USING (addr_id)",
		"0 0 2001:db8::9 0, 1 1 2001:db8::a 0, 2 1 2001:db8::b 0, 3 2 2001:db8::1 1");
	results_expect("SELECT key LIKE 'hash:%', length(key) FROM received", "1|37");
	results_expect("SELECT pair_id FROM trace", "-");
}

Test(inbox, the_references_documents)
{
	struct inbox *inbox = open_inbox();

	for (size_t i = 0; i < study_sample_count; i++)
		expect_added(inbox, "carol", NULL, sample(study_samples[i]), INBOX_STORED);
	for (size_t i = 0; i < study_sample_count; i++)
		expect_added(inbox, "carol", NULL, sample(study_samples[i]), INBOX_REPEATED);
	close_inbox(inbox);
	results_expect("SELECT count(*), sum(unplaced) FROM v_received", "4|0");
	results_expect("SELECT count(*), sum(reached) FROM trace WHERE direction = 0", "3|3");
	results_expect("SELECT min(n) >= 6 FROM (SELECT count(*) AS n FROM hop GROUP BY trace_id)",
		       "1");
}

Test(inbox, a_key_is_one_document_of_its_sender)
{
	struct inbox *inbox = open_inbox();
	char text[4096];
	int64_t first;

	snprintf(text, sizeof(text), "%s", sample("malformed/single.json"));
	first = expect_added(inbox, "alice", "k", text, INBOX_STORED);
	cr_assert_eq(expect_added(inbox, "alice", "k", text, INBOX_REPEATED), first,
		     "in one transaction");
	close_inbox(inbox);
	inbox = open_inbox();
	cr_assert_eq(expect_added(inbox, "alice", "k", text, INBOX_REPEATED), first,
		     "after a restart");
	expect_added(inbox, "alice", "k", sample("malformed/multi.json"), INBOX_CONFLICT);
	cr_assert_neq(expect_added(inbox, "bob", "k", text, INBOX_STORED), first);
	cr_assert_neq(expect_added(inbox, "alice", NULL, text, INBOX_STORED), first);
	cr_assert_neq(expect_added(inbox, "alice", "K", text, INBOX_STORED), first);
	close_inbox(inbox);
	results_expect("SELECT count(*), count(DISTINCT pair_id), count(DISTINCT run_id)"
		       " FROM trace JOIN cycle USING (cycle_id)",
		       "8|4|2");
	results_expect("SELECT count(*) FROM received", "4");
}

Test(inbox, nothing_is_there_without_a_commit)
{
	struct inbox *inbox = open_inbox();

	expect_added(inbox, "alice", "k", sample("malformed/single.json"), INBOX_STORED);
	inbox_close(inbox, NULL);
	results_expect("SELECT (SELECT count(*) FROM received) + (SELECT count(*) FROM trace) +"
		       " (SELECT count(*) FROM addr)",
		       "0");
	inbox = open_inbox();
	expect_added(inbox, "alice", "k", sample("malformed/single.json"), INBOX_STORED);
	close_inbox(inbox);
	results_expect("SELECT group_concat(state) FROM run", "interrupted,complete");
}

/* Names are chosen by strangers, who may speak for the addresses of their paths only. */
Test(inbox, names)
{
	static const char *const names[][2] = {
		{ "192.0.2.254\":[\"x; DROP TABLE addr", "-|-" },
		{ "192.0.2.254\":[\"10.0.0.1", "-|-" },
		{ "198.51.100.99\":[\"r1.example.net", "-|-" },
		{ "192.0.2.254\":[\"R9.Example.NET.", "192.0.2.254|r9.example.net" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct inbox *inbox = open_inbox();
		char text[4096], *at;

		snprintf(text, sizeof(text), "%s", sample("malformed/single.json"));
		at = strstr(text, "192.0.2.254\":[\"r1");
		cr_assert_not_null(at);
		sprintf(at, "%s\"]}}", names[i][0]);
		expect_added(inbox, "alice", NULL, text, INBOX_STORED);
		close_inbox(inbox);
		results_expect("SELECT max(text), max(ptr) FROM addr WHERE ptr IS NOT NULL",
			       names[i][1]);
		results_expect("SELECT count(*) FROM addr WHERE text = '198.51.100.99'", "0");
	}
}

Test(inbox, vertices_that_no_way_leads_to)
{
	struct inbox *inbox = open_inbox();
	char text[4096], *at;

	snprintf(text, sizeof(text), "%s", sample("malformed/multi.json"));
	at = strstr(text, "[11,12]");
	memcpy(at, "[11]   ", 7);
	expect_added(inbox, "alice", NULL, text, INBOX_STORED);
	close_inbox(inbox);
	results_expect("SELECT unplaced FROM received", "1");
	results_expect("SELECT per_packet, hops, sent FROM v_trace", "1|2|7");
	results_expect("SELECT count(*) FROM v_hop WHERE addr = '2001:db8::b'", "0");
}

/* A document with an address that no other number has. */
static const char *document_with_address(int number)
{
	static char text[4096];
	const char *rest = sample("malformed/single.json"), *at;
	size_t len = 0;

	while ((at = strstr(rest, "192.0.2.254"))) {
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%.*s198.18.%d.%d",
					(int)(at - rest), rest, number / 250, number % 250);
		rest = at + strlen("192.0.2.254");
	}
	snprintf(text + len, sizeof(text) - len, "%s", rest);
	return text;
}

/* Nothing of the transaction is stored, and all goes on when there is room again. */
Test(inbox, a_full_disk)
{
	struct rlimit limit = { 200000, RLIM_INFINITY };
	struct inbox *inbox = open_inbox();
	enum inbox_verdict verdict;
	char key[16];
	int64_t id;
	int err = 0, stored = 0, tried;

	signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (tried = 0; tried < 1000 && !err; tried++) {
		snprintf(key, sizeof(key), "%d", tried);
		err = add(inbox, "alice", key, document_with_address(tried), &verdict, &id);
		if (!err)
			err = inbox_commit(inbox);
		stored += !err;
	}
	cr_assert(err == -EFBIG || err == -ENOSPC || err == -EIO, "%d", err);
	cr_assert_gt(stored, 0);
	limit.rlim_cur = RLIM_INFINITY;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (int i = 0; i < tried; i++) {
		snprintf(key, sizeof(key), "%d", i);
		cr_assert_eq(add(inbox, "alice", key, document_with_address(i), &verdict, &id), 0);
		cr_assert_eq(verdict, i < stored ? INBOX_REPEATED : INBOX_STORED, "document %d", i);
	}
	close_inbox(inbox);
	snprintf(key, sizeof(key), "%d", tried);
	results_expect("SELECT count(*) FROM received", key);
}
