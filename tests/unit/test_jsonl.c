// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/fanout.h"
#include "output/names.h"
#include "output/sink.h"
#include "tests/unit/diamonds.h"
#include "wire/headers.h"

static char path[] = "/tmp/test_jsonl.XXXXXX";

static void set_up(void)
{
	int fd = mkstemp(path);

	cr_assert(fd >= 0);
	close(fd);
}

static void tear_down(void)
{
	unlink(path);
}

TestSuite(jsonl, .init = set_up, .fini = tear_down);

static void *opened(void)
{
	void *sink = NULL;

	cr_assert_eq(jsonl_sink.open(path, &draft_options, &draft_run, &sink), 0);
	return sink;
}

static char *written(void)
{
	char *text = calloc(1, 65536);
	FILE *file = fopen(path, "r");

	cr_assert(file && text);
	cr_assert_gt(fread(text, 1, 65535, file), 0);
	fclose(file);
	return text;
}

static char *text_of(const struct trace_record *trace)
{
	void *sink = opened();

	cr_assert_eq(jsonl_sink.record(sink, trace), 0);
	cr_assert_eq(jsonl_sink.close(sink, &draft_end), 0);
	return written();
}

static json_t *line_of(const struct trace_record *trace)
{
	char *text = text_of(trace);
	json_error_t error;
	json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	cr_assert_not_null(line, "%s\n%s", error.text, text);
	free(text);
	return line;
}

#define RUN "\"v\":1,\"run\":\"9f0c7a52-7d7c-4a55-9d8e-0f4f5f3b2a10\",\"list\":\"ENDPOINTS\","

Test(jsonl, every_member_of_one_path)
{
	struct probe_record *p;
	struct record_draft d;
	char *text;

	draft_init(&d, TRACE_FORWARD, "www.example.net", "192.0.2.1", "198.51.100.7");
	p = draft_add(&d, 1, "192.0.2.254", 412);
	p->reply_ttl = 64;
	p->reply_tos = 192;
	p->quoted_ttl = 1;
	draft_objects(&d, p, DRAFT_LABELS);
	draft_add(&d, 2, NULL, 0);
	draft_add(&d, 3, "198.51.100.7", 900)->icmp = 0;
	text = text_of(&d.trace);
	cr_assert_str_eq(
		text,
		"{" RUN "\"cycle\":null,\"id\":null,\"pair\":null,\"endpoint\":\"www.example.net\","
		"\"declared_asn\":null,\"direction\":\"forward\",\"mode\":\"singlepath\","
		"\"proto\":\"udp\",\"src\":\"192.0.2.1\",\"dst\":\"198.51.100.7\",\"sport\":1021,"
		"\"dport\":33500,\"flow\":33500,\"started_us\":1700000001000000,"
		"\"ended_us\":1700000001500000,\"stop\":\"completed\",\"stop_code\":0,"
		"\"reached\":true,\"path_len\":3,\"arrival_len\":null,\"sent\":3,\"lost\":1,"
		"\"checks\":0,\"check_rtt_ns\":null,\"eps\":null,\"eps_trace\":null,"
		"\"per_packet\":null,\"probes\":["
		"{\"ttl\":1,\"flow\":33500,\"try\":0,\"addr\":\"192.0.2.254\",\"name\":null,"
		"\"asn\":null,\"rtt_ns\":412000,\"sent_us\":0,\"arrived\":false,\"icmp_type\":11,"
		"\"icmp_code\":0,\"reply_ttl\":64,\"reply_tos\":192,\"quoted_ttl\":1,\"labels\":["
		"{\"label\":299824,\"class\":0,\"bottom\":false,\"ttl\":2},"
		"{\"label\":16,\"class\":5,\"bottom\":true,\"ttl\":255}],"
		"\"objects\":[{\"class\":2,\"type\":3,\"data\":\"aa\"}]},"
		"{\"ttl\":2,\"flow\":33500,\"try\":0,\"addr\":null,\"name\":null,\"asn\":null,"
		"\"rtt_ns\":null,\"sent_us\":20000,\"arrived\":false,\"icmp_type\":null,"
		"\"icmp_code\":null,\"reply_ttl\":null,\"reply_tos\":null,\"quoted_ttl\":null,"
		"\"labels\":[],\"objects\":[]},"
		"{\"ttl\":3,\"flow\":33500,\"try\":0,\"addr\":\"198.51.100.7\",\"name\":null,"
		"\"asn\":null,\"rtt_ns\":900000,\"sent_us\":40000,\"arrived\":false,"
		"\"icmp_type\":null,\"icmp_code\":null,\"reply_ttl\":null,\"reply_tos\":null,"
		"\"quoted_ttl\":null,\"labels\":[],\"objects\":[]}],"
		"\"vertices\":[],\"links\":[]}\n");
	free(text);
}

Test(jsonl, reverse_trace_tells_arrival_from_answer)
{
	struct record_draft d;
	json_t *line, *probes;

	draft_init(&d, TRACE_REVERSE, "www.example.net", "198.51.100.7", "192.0.2.1");
	d.trace.arrival_len = 2;
	d.trace.checks = 1;
	d.trace.check_rtt_ns = 1234567;
	d.trace.pair_id = 9;
	d.trace.id = 17;
	draft_add(&d, 1, "198.51.100.254", 300);
	draft_add_arrival(&d, 2);
	draft_add(&d, 2, "192.0.2.1", 800)->arrived = true;
	line = line_of(&d.trace);
	probes = json_object_get(line, "probes");
	cr_assert(json_is_null(json_object_get(json_array_get(probes, 1), "addr")));
	cr_assert(json_is_true(json_object_get(json_array_get(probes, 1), "arrived")));
	cr_assert_str_eq(json_string_value(json_object_get(json_array_get(probes, 2), "addr")),
			 "192.0.2.1");
	cr_assert_eq(json_integer_value(json_object_get(line, "arrival_len")), 2);
	cr_assert_eq(json_integer_value(json_object_get(line, "check_rtt_ns")), 1234567);
	cr_assert_eq(json_integer_value(json_object_get(line, "pair")), 9);
	cr_assert_eq(json_integer_value(json_object_get(line, "id")), 17);
	json_decref(line);
}

Test(jsonl, multipath_trace_has_vertices_and_links)
{
	struct record_draft d;
	json_t *line, *link, *hole;
	char *text;

	diamond_draft(&d);
	line = line_of(&d.trace);
	cr_assert_eq(json_array_size(json_object_get(line, "vertices")), 7);
	cr_assert(json_is_null(json_object_get(line, "flow")));
	cr_assert(json_is_false(json_object_get(line, "per_packet")));
	cr_assert_eq(json_real_value(json_object_get(line, "eps")), 0.05);
	hole = json_array_get(json_object_get(line, "vertices"), 4);
	cr_assert(json_is_null(json_object_get(hole, "addr")));
	link = json_array_get(json_object_get(line, "links"), 1);
	text = json_dumps(link, JSON_COMPACT | JSON_PRESERVE_ORDER);
	cr_assert_str_eq(text, "{\"near_ttl\":1,\"near\":\"192.0.2.254\",\"far_ttl\":2,"
			       "\"far\":\"203.0.113.2\",\"flows\":2}");
	free(text);
	json_decref(line);
}

Test(jsonl, names_are_text_whatever_they_are)
{
	static const char hostile[] = "a\"b\\c\x1b[31m\n\xc3\xa4\xff\xf0\x9f\x98\x80\x7f";
	struct record_draft d;
	json_t *line;
	char *text;

	draft_init(&d, TRACE_FORWARD, hostile, "192.0.2.1", "198.51.100.7");
	text = text_of(&d.trace);
	for (const char *c = text; *c; c++)
		cr_assert((*c >= 0x20 && *c < 0x7f) || (*c == '\n' && !c[1]), "byte %02x",
			  (unsigned char)*c);
	free(text);
	line = line_of(&d.trace);
	cr_assert_str_eq(json_string_value(json_object_get(line, "endpoint")),
			 "a\"b\\c\x1b[31m\n\xc3\xa4\xef\xbf\xbd\xf0\x9f\x98\x80\x7f");
	json_decref(line);
}

Test(jsonl, names_of_addresses_are_beside_them)
{
	struct addr router = draft_addr("192.0.2.254");
	struct record_draft d;
	struct names *names;
	json_t *line;

	cr_assert_eq(names_new(4, 1, &names), 0);
	cr_assert_eq(names_add(names, &router, "r1.example.net", 1), 0);
	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	d.trace.names = names;
	draft_add(&d, 1, "192.0.2.254", 412);
	line = line_of(&d.trace);
	cr_assert_str_eq(json_string_value(json_object_get(
				 json_array_get(json_object_get(line, "probes"), 0), "name")),
			 "r1.example.net");
	json_decref(line);
	names_free(names);
}

static void expect_start(const char *line, const char *wanted)
{
	cr_assert(strncmp(line, wanted, strlen(wanted)) == 0, "%s", line);
}

Test(jsonl, each_line_says_which_cycle_it_is_of)
{
	struct run_record second = draft_run;
	struct record_draft d;
	struct fanout *f;
	char *text, *line;

	second.uuid = "another";
	second.list = "other list";
	second.cycle = 7;
	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	cr_assert_eq(fanout_new(&f), 0);
	cr_assert_eq(fanout_add(f, &jsonl_sink, path, &draft_options, &draft_run), 0);
	fanout_record(f, &d.trace);
	fanout_cycle(f, &second);
	fanout_record(f, &d.trace);
	cr_assert_eq(fanout_close(f, &draft_end), 0);
	text = written();
	expect_start(text, "{" RUN "\"cycle\":null,");
	line = strchr(text, '\n') + 1;
	expect_start(line, "{\"v\":1,\"run\":\"another\",\"list\":\"other list\",\"cycle\":7,");
	free(text);
}

Test(jsonl, full_disk_is_an_error)
{
	struct record_draft d;
	void *sink = NULL;
	int err = 0;

	cr_assert_eq(jsonl_sink.open("/dev/full", &draft_options, &draft_run, &sink), 0);
	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	draft_add(&d, 1, "192.0.2.254", 412);
	for (int i = 0; !err && i < 1000; i++)
		err = jsonl_sink.record(sink, &d.trace);
	cr_assert_eq(err, -ENOSPC);
	cr_assert_eq(jsonl_sink.flush(sink), -ENOSPC);
	cr_assert_eq(jsonl_sink.close(sink, &draft_end), -ENOSPC);
	cr_assert_eq(jsonl_sink.open("/nonexistent/x", &draft_options, &draft_run, &sink), -ENOENT);
}
