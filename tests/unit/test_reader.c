// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/reader.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "output/names.h"
#include "output/sink.h"
#include "tests/unit/diamonds.h"
#include "tests/unit/results.h"
#include "wire/headers.h"

TestSuite(reader, .init = results_set_up, .fini = results_tear_down);

static const struct reader_filter everything;

static struct reader *opened(const struct reader_filter *filter)
{
	struct reader *r = NULL;

	cr_assert_eq(reader_open(results_path, filter, &r), 0);
	return r;
}

static void store(const struct trace_record *trace)
{
	void *sink = results_open();

	cr_assert_eq(sqlite_sink.record(sink, trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
}

static void expect_probes(const struct trace_record *got, const struct trace_record *wanted)
{
	cr_assert_eq(got->probe_count, wanted->probe_count);
	for (size_t i = 0; i < got->probe_count; i++) {
		struct probe_record a = got->probes[i], b = wanted->probes[i];

		cr_assert_eq(a.objects_len, b.objects_len, "probe %zu", i);
		if (a.objects_len > 0)
			cr_assert(memcmp(a.objects, b.objects, a.objects_len) == 0);
		cr_assert(addr_equal(&a.from, &b.from), "probe %zu", i);
		cr_assert(a.rtt_ns == b.rtt_ns && a.sent_us == b.sent_us, "probe %zu", i);
		cr_assert(a.flow == b.flow && a.ttl == b.ttl && a.try == b.try, "probe %zu", i);
		cr_assert(a.icmp == b.icmp && a.reply_ttl == b.reply_ttl, "probe %zu", i);
		cr_assert(a.reply_tos == b.reply_tos && a.quoted_ttl == b.quoted_ttl, "probe %zu",
			  i);
		cr_assert(a.answered == b.answered && a.has_rtt == b.has_rtt &&
				  a.arrived == b.arrived,
			  "probe %zu", i);
	}
}

static void expect_graph(const struct trace_record *got, const struct trace_record *wanted)
{
	cr_assert_eq(got->vertex_count, wanted->vertex_count);
	cr_assert_eq(got->link_count, wanted->link_count);
	for (size_t i = 0; i < got->vertex_count; i++) {
		cr_assert(addr_equal(&got->vertices[i].addr, &wanted->vertices[i].addr));
		cr_assert_eq(got->vertices[i].ttl, wanted->vertices[i].ttl);
		cr_assert_eq(got->vertices[i].is_end, wanted->vertices[i].is_end);
	}
	for (size_t i = 0; i < wanted->link_count; i++) {
		const struct link_record *w = &wanted->links[i];
		bool found = false;

		for (size_t j = 0; j < got->link_count; j++)
			found |= got->links[j].near == w->near && got->links[j].far == w->far &&
				 got->links[j].flows == w->flows;
		cr_assert(found, "link %zu", i);
	}
}

static void expect_trace(const struct trace_record *got, const struct trace_record *wanted)
{
	cr_assert_str_eq(got->target, wanted->target);
	cr_assert_str_eq(got->contact, wanted->contact);
	cr_assert_eq(got->declared_asn, wanted->declared_asn);
	cr_assert(got->direction == wanted->direction && got->mode == wanted->mode);
	cr_assert(addr_equal(&got->src, &wanted->src) && addr_equal(&got->dst, &wanted->dst));
	cr_assert(got->proto == wanted->proto && got->sport == wanted->sport &&
		  got->dport == wanted->dport && got->flow == wanted->flow);
	cr_assert_eq(got->pair_id, wanted->pair_id);
	cr_assert(got->started_us == wanted->started_us && got->ended_us == wanted->ended_us);
	cr_assert(got->stop == wanted->stop && got->stop_code == wanted->stop_code);
	cr_assert(got->reached == wanted->reached && got->path_len == wanted->path_len &&
		  got->arrival_len == wanted->arrival_len);
	cr_assert(got->sent == wanted->sent && got->lost == wanted->lost &&
		  got->checks == wanted->checks && got->check_rtt_ns == wanted->check_rtt_ns);
	cr_assert(got->eps == wanted->eps && got->eps_trace == wanted->eps_trace &&
		  got->is_per_packet == wanted->is_per_packet);
	expect_probes(got, wanted);
	expect_graph(got, wanted);
}

static void expect_same(const struct trace_record *wanted)
{
	struct trace_record got;
	struct run_record run;
	struct reader *r;

	store(wanted);
	r = opened(&everything);
	cr_assert_eq(reader_next_cycle(r, &run), 1);
	cr_assert_eq(reader_next_trace(r, &got), 1);
	cr_assert_eq(got.id, 1);
	expect_trace(&got, wanted);
	cr_assert_eq(reader_next_trace(r, &got), 0);
	cr_assert_eq(reader_next_cycle(r, &run), 0);
	reader_close(r);
}

Test(reader, forward_trace_is_what_it_was)
{
	struct probe_record *p;
	struct record_draft d;

	results_draft_forward(&d);
	p = &d.probes[0];
	p->reply_tos = 0xc0;
	p->quoted_ttl = 2;
	draft_objects(&d, p, DRAFT_LABELS);
	draft_objects(&d, &d.probes[4], "0008 0101 00011 1 01");
	d.trace.pair_id = 3;
	expect_same(&d.trace);
}

Test(reader, reverse_trace_is_what_it_was)
{
	struct record_draft d;

	draft_init(&d, TRACE_REVERSE, "www.example.net", "2001:db8::7", "2001:db8::1");
	d.trace.proto = PROTO_ICMPV6;
	d.trace.sport = d.trace.dport = 0;
	d.trace.arrival_len = 2;
	d.trace.checks = 1;
	d.trace.check_rtt_ns = 1234567;
	d.trace.stop = STOP_ERROR;
	d.trace.stop_code = 0x103;
	draft_add(&d, 1, "2001:db8::fe", 300)->has_rtt = false;
	d.probes[0].rtt_ns = 0;
	draft_add_arrival(&d, 2);
	draft_add(&d, 2, "2001:db8::1", 800)->arrived = true;
	expect_same(&d.trace);
}

Test(reader, multipath_trace_is_what_it_was)
{
	struct record_draft d;

	diamond_draft(&d);
	d.trace.eps_trace = 0.5;
	draft_objects(&d, &d.probes[5], DRAFT_LABELS);
	expect_same(&d.trace);
}

Test(reader, trace_without_probes_is_one)
{
	struct record_draft d;

	draft_init(&d, TRACE_REVERSE, "dead.example.net", "198.51.100.9", "192.0.2.1");
	d.trace.stop = STOP_NOT_SUPPORTED;
	expect_same(&d.trace);
}

Test(reader, run_is_what_it_was_and_has_its_cycle)
{
	struct record_draft d;
	struct run_record run;
	struct reader *r;

	results_draft_forward(&d);
	store(&d.trace);
	r = opened(&everything);
	cr_assert_eq(reader_next_cycle(r, &run), 1);
	cr_assert_str_eq(run.uuid, draft_run.uuid);
	cr_assert_str_eq(run.program, draft_run.program);
	cr_assert_str_eq(run.argv, draft_run.argv);
	cr_assert_str_eq(run.config, draft_run.config);
	cr_assert_str_eq(run.host, draft_run.host);
	cr_assert_str_eq(run.list, draft_run.list);
	cr_assert(run.seed == draft_run.seed && run.started_us == draft_run.started_us);
	cr_assert_eq(run.cycle, 1);
	reader_close(r);
}

Test(reader, names_come_with_their_addresses_and_are_looked_at_again)
{
	struct addr first = draft_addr("192.0.2.254"), last = draft_addr("198.51.100.7");
	struct reader_filter without = { .without_names = true };
	struct trace_record got;
	struct record_draft d;
	struct run_record run;
	struct reader *r;

	results_draft_forward(&d);
	store(&d.trace);
	results_change(
		"UPDATE addr SET ptr = 'r1.example.net', annotated_us = 5"
		" WHERE text = '192.0.2.254';"
		"UPDATE addr SET ptr = 'evil' || char(27) || '[31m' WHERE text = '198.51.100.7'");
	r = opened(&everything);
	cr_assert_eq(reader_next_cycle(r, &run), 1);
	cr_assert_eq(reader_next_trace(r, &got), 1);
	cr_assert_str_eq(names_find(got.names, &first), "r1.example.net");
	cr_assert_null(names_find(got.names, &last));
	cr_assert_eq(got.names, reader_names(r));
	reader_close(r);
	r = opened(&without);
	cr_assert_eq(reader_next_cycle(r, &run), 1);
	cr_assert_eq(reader_next_trace(r, &got), 1);
	cr_assert_null(names_find(got.names, &first));
	reader_close(r);
}

/* Cycle 1 has both directions of a.example, cycle 2 one of b.example, each a second
 * later than the one before. */
static void store_several(void)
{
	struct record_draft d;
	void *sink = results_open();

	draft_init(&d, TRACE_FORWARD, "a.example", "192.0.2.1", "198.51.100.7");
	draft_add(&d, 1, "198.51.100.7", 400);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	draft_init(&d, TRACE_REVERSE, "a.example", "198.51.100.7", "192.0.2.1");
	draft_add(&d, 1, "192.0.2.1", 400);
	d.trace.started_us += 1000000;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	cr_assert_eq(results_open_as("second", &sink), 0);
	draft_init(&d, TRACE_FORWARD, "b.example", "2001:db8::1", "2001:db8::7");
	draft_add(&d, 1, "2001:db8::7", 400);
	d.trace.started_us += 2000000;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
}

/* Ids of the traces that come out, cycles separated by '|'. */
static void expect_ids(const struct reader_filter *filter, const char *wanted)
{
	struct reader *r = opened(filter);
	struct trace_record trace;
	struct reader_size size;
	struct run_record run;
	int64_t traces = 0, cycles = 0;
	char ids[64] = "";

	cr_assert_eq(reader_count(r, &size), 0);
	while (reader_next_cycle(r, &run) > 0) {
		cycles++;
		while (reader_next_trace(r, &trace) > 0) {
			traces++;
			snprintf(ids + strlen(ids), sizeof(ids) - strlen(ids), "%d", (int)trace.id);
		}
		strncat(ids, "|", sizeof(ids) - strlen(ids) - 1);
	}
	cr_assert_str_eq(ids, wanted);
	cr_assert(size.cycles == cycles && size.traces == traces, "%d cycles, %d traces",
		  (int)size.cycles, (int)size.traces);
	reader_close(r);
}

#define EXPECT_IDS(wanted, ...) expect_ids(&(const struct reader_filter){ __VA_ARGS__ }, wanted)

Test(reader, gives_what_is_chosen)
{
	const int64_t begin = 1700000001000000;

	store_several();
	EXPECT_IDS("12|3|", .list = "ENDPOINTS");
	EXPECT_IDS("", .list = "other");
	EXPECT_IDS("12|", .cycle = 1);
	EXPECT_IDS("3|", .newest = true);
	EXPECT_IDS("1|3|", .has_direction = true, .direction = TRACE_FORWARD);
	EXPECT_IDS("2|", .has_direction = true, .direction = TRACE_REVERSE);
	EXPECT_IDS("12|", .endpoint = "a.example");
	EXPECT_IDS("12|", .endpoint = "198.51.100.7");
	EXPECT_IDS("3|", .endpoint = "2001:DB8:0::7");
	EXPECT_IDS("", .endpoint = "198.51.100.8");
	EXPECT_IDS("2|3|", .since_us = begin + 1000000);
	EXPECT_IDS("1|", .until_us = begin + 1000000);
	EXPECT_IDS("2|", .since_us = begin + 1, .until_us = begin + 2000000);
	EXPECT_IDS("", .endpoint = "a.example", .cycle = 2);
}

Test(reader, is_of_one_moment_while_others_write)
{
	struct record_draft d;
	struct trace_record trace;
	struct run_record run;
	struct reader *r;
	void *sink;

	results_draft_forward(&d);
	store(&d.trace);
	r = opened(&everything);
	cr_assert_eq(reader_next_cycle(r, &run), 1);
	cr_assert_eq(results_open_as("second", &sink), 0);
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
	cr_assert_eq(sqlite_sink.flush(sink), 0);
	cr_assert_eq(reader_next_trace(r, &trace), 1);
	cr_assert_eq(reader_next_trace(r, &trace), 0);
	cr_assert_eq(reader_next_cycle(r, &run), 0);
	reader_close(r);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	r = opened(&everything);
	cr_assert_eq(reader_next_cycle(r, &run), 1);
	cr_assert_eq(reader_next_cycle(r, &run), 1);
	reader_close(r);
}

static void expect_refused(int err)
{
	struct reader *r = NULL;

	cr_assert_eq(reader_open(results_path, &everything, &r), err);
	cr_assert_null(r);
}

Test(reader, refuses_what_is_none_of_ours_and_makes_nothing)
{
	expect_refused(-ENOENT);
	cr_assert_eq(access(results_path, F_OK), -1);
	close(open(results_path, O_CREAT | O_WRONLY, 0600));
	expect_refused(-EINVAL);
	results_change("CREATE TABLE run (x)");
	expect_refused(-EINVAL);
	results_change("PRAGMA application_id = 1381257776; PRAGMA user_version = 99");
	expect_refused(-ENOTSUP);
	snprintf(results_path, sizeof(results_path), "%s", results_directory);
	expect_refused(-EINVAL);
}

Test(reader, older_file_is_upgraded_unless_somebody_writes)
{
	struct record_draft d;
	int fd;

	diamond_draft(&d);
	store(&d.trace);
	results_make_old(4);
	fd = open(results_path, O_RDWR);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	expect_refused(-EBUSY);
	close(fd);
	EXPECT_IDS("1|", .cycle = 0);
	results_expect("PRAGMA user_version", "7");
}

/* What nobody of ours wrote, and where it must be found out. */
Test(reader, damage_is_an_error_and_nothing_worse)
{
	static const char *const damages[] = {
		"UPDATE hop SET rtt_ns = -1 WHERE ttl = 1",
		"UPDATE hop SET icmp = 'x' WHERE ttl = 4",
		"UPDATE hop SET icmp = 65536 WHERE ttl = 4",
		"UPDATE hop SET ttl = 256 WHERE ttl = 4",
		("PRAGMA ignore_check_constraints = 1; UPDATE addr SET ip = x'010203'"
		 " WHERE text = '203.0.113.9'"),
		"UPDATE vertex SET addr_id = 0 WHERE n = 1",
		"UPDATE vertex SET addr_id = 99 WHERE n = 1",
		"UPDATE vertex SET ttl = 9 WHERE n = 1",
		"UPDATE link SET near_id = 99 WHERE near_ttl = 1",
		"UPDATE link SET flows = 65536",
		"UPDATE ext SET data = zeroblob(65536)",
		"UPDATE ext SET ttl = 7",
		"UPDATE trace SET mode = 2",
		"UPDATE trace SET stop = 3",
		"UPDATE trace SET pair_id = -1",
		"UPDATE trace SET started_us = 'now'",
	};

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct trace_record trace;
		struct record_draft d;
		struct run_record run;
		struct reader *r;

		diamond_draft(&d);
		draft_objects(&d, &d.probes[0], DRAFT_LABELS);
		store(&d.trace);
		results_change(damages[i]);
		r = opened(&everything);
		cr_assert_eq(reader_next_cycle(r, &run), 1);
		cr_assert_eq(reader_next_trace(r, &trace), -EBADMSG, "%s", damages[i]);
		reader_close(r);
		cr_assert_eq(unlink(results_path), 0);
	}
}
