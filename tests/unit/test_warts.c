// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes; tests/lab/test_results_lab.py has scamper's own programs read them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/fanout.h"
#include "output/sink.h"
#include "output/warts_trace.h"
#include "tests/support/packets.h"
#include "tests/unit/diamonds.h"
#include "wire/headers.h"

static char path[] = "/tmp/test_warts.XXXXXX";

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

TestSuite(warts, .init = set_up, .fini = tear_down);

static void expect_bytes(const uint8_t *bytes, size_t len, const char *hex)
{
	struct packet_bytes wanted = packet_from_hex(hex);

	for (size_t i = 0; i < len && i < wanted.len; i++)
		cr_assert_eq(bytes[i], wanted.bytes[i], "byte %zu: %02x, not %02x", i, bytes[i],
			     wanted.bytes[i]);
	cr_assert_eq(len, wanted.len);
}

Test(warts, blocks_have_flags_as_far_as_they_are_needed)
{
	struct warts_record r = { 0 };

	warts_begin(&r, WARTS_CYCLE_STOP);
	warts_open_block(&r);
	warts_close_block(&r);
	warts_open_block(&r);
	warts_u8_at(&r, 7, 0xaa);
	warts_close_block(&r);
	warts_open_block(&r);
	warts_u8_at(&r, 1, 0xbb);
	warts_u16_at(&r, 8, 0x1234);
	warts_u32_at(&r, 30, 7);
	warts_close_block(&r);
	cr_assert_eq(warts_end(&r), 0);
	expect_bytes(r.bytes, r.len,
		     "1205 0004 00000013 00 40 0001 aa"
		     "81 81 80 80 02 0007 bb 1234 00000007");
	warts_free(&r);
}

Test(warts, address_is_spelled_out_once_a_record)
{
	struct addr four = draft_addr("192.0.2.1"), six = draft_addr("2001:db8::1");
	struct warts_record r = { 0 };

	for (int i = 0; i < 2; i++) {
		warts_begin(&r, WARTS_TRACE);
		warts_open_block(&r);
		warts_addr_at(&r, 1, &four);
		warts_addr_at(&r, 2, &six);
		warts_addr_at(&r, 3, &six);
		warts_addr_at(&r, 4, &four);
		warts_close_block(&r);
		cr_assert_eq(warts_end(&r), 0);
		expect_bytes(r.bytes, r.len,
			     "1205 0006 00000025 0f 0022 04 01 c0000201"
			     "10 02 20010db8000000000000000000000001 00 00000001 00 00000000");
	}
	warts_free(&r);
}

Test(warts, objects_are_as_they_came_but_for_their_own_length)
{
	struct warts_record r = { 0 };
	struct probe_record *p;
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	p = draft_add(&d, 1, "192.0.2.254", 412);
	warts_begin(&r, WARTS_TRACE);
	warts_open_block(&r);
	warts_objects_at(&r, 1, p);
	draft_objects(&d, p, DRAFT_LABELS);
	warts_objects_at(&r, 2, p);
	warts_close_block(&r);
	cr_assert_eq(warts_end(&r), 0);
	expect_bytes(r.bytes, r.len,
		     "1205 0006 00000016 02 0013 0011 0008 01 01 49330002 00010bff 0001 02 03 aa");
	warts_free(&r);
}

/* The types of a file's records, a digit each. */
static void expect_types(const char *wanted)
{
	char types[64] = "";
	uint8_t head[8];
	FILE *file = fopen(path, "r");

	cr_assert_not_null(file);
	while (fread(head, 1, sizeof(head), file) == sizeof(head)) {
		uint32_t len = (uint32_t)head[5] << 16 | (uint32_t)head[6] << 8 | head[7];

		cr_assert(head[0] == 0x12 && head[1] == 0x05 && head[2] == 0 && head[4] == 0);
		types[strlen(types)] = (char)('0' + head[3]);
		cr_assert_eq(fseek(file, len, SEEK_CUR), 0);
	}
	cr_assert(feof(file));
	fclose(file);
	cr_assert_str_eq(types, wanted);
}

Test(warts, lists_and_cycles_begin_when_they_are_needed)
{
	struct run_record again = draft_run, other = draft_run;
	struct record_draft d;
	struct fanout *f;

	again.cycle = 2;
	other.list = "other";
	cr_assert_eq(fanout_new(&f), 0);
	cr_assert_eq(fanout_add(f, &warts_sink, path, &draft_options, &draft_run), 0);
	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	fanout_record(f, &d.trace);
	fanout_record(f, &d.trace);
	draft_init(&d, TRACE_REVERSE, "a", "198.51.100.7", "192.0.2.1");
	fanout_record(f, &d.trace);
	fanout_cycle(f, &again);
	fanout_record(f, &d.trace);
	fanout_cycle(f, &again); /* nothing is of it */
	fanout_cycle(f, &other);
	fanout_record(f, &d.trace);
	cr_assert_eq(fanout_close(f, &draft_end), 0);
	expect_types("1266"
		     "126"
		     "44"
		     "264"
		     "1264");
}

Test(warts, run_without_traces_is_an_empty_file)
{
	void *sink;

	cr_assert_eq(warts_sink.open(path, &draft_options, &draft_run, &sink), 0);
	cr_assert_eq(warts_sink.close(sink, &draft_end), 0);
	expect_types("");
}

static uint16_t u16_at(const struct warts_record *r, size_t at)
{
	return (uint16_t)(r->bytes[at] << 8 | r->bytes[at + 1]);
}

Test(warts, silent_hops_are_longer_links)
{
	struct warts_record r = { 0 };
	struct record_draft d;

	diamond_draft(&d);
	cr_assert_eq(warts_tracelb(&r, &d.trace, (struct warts_ids){ 1, 1 }), 0);
	expect_bytes(r.bytes + 8, 6, "b3 c6 ce 03 002d");
	cr_assert_eq(u16_at(&r, 35), 6, "%u nodes", u16_at(&r, 35));
	cr_assert_eq(u16_at(&r, 37), 6, "%u links", u16_at(&r, 37));
	warts_free(&r);
}

/* Where errors are of no use the rest of the file is not, either. */
Test(warts, full_disk_is_an_error)
{
	struct record_draft d;
	void *sink = NULL;
	int err = 0;

	cr_assert_eq(warts_sink.open("/dev/full", &draft_options, &draft_run, &sink), 0);
	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	for (int i = 0; !err && i < 10000; i++)
		err = warts_sink.record(sink, &d.trace);
	cr_assert_eq(err, -ENOSPC);
	cr_assert_eq(warts_sink.close(sink, &draft_end), -ENOSPC);
}

struct stop_case {
	enum trace_stop stop;
	uint16_t code;
	uint8_t reason, data;
};

Test(warts, stops_have_their_reasons)
{
	static const struct stop_case cases[] = {
		{ STOP_COMPLETED, 0, 1, 0 },
		{ STOP_UNREACHABLE, 3 << 8 | 13, 2, 13 },
		{ STOP_UNREACHABLE, 12 << 8, 3, 12 },
		{ STOP_LOOP, 0, 4, 0 },
		{ STOP_GAP_LIMIT, 0, 5, 0 },
		{ STOP_ERROR, 1 << 8 | 3, 6, 3 },
		{ STOP_MAX_TTL, 0, 7, 0 },
		{ STOP_INTERRUPTED, 0, 9, 0 },
		{ STOP_NOT_SUPPORTED, 0, 6, 93 },
		{ STOP_NO_ANSWER, 0, 6, 110 },
	};
	struct warts_record r = { 0 };
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		d.trace.stop = cases[i].stop;
		d.trace.stop_code = cases[i].code;
		cr_assert_eq(warts_trace(&r, &d.trace, (struct warts_ids){ 1, 1 }), 0);
		/* Behind the header: four bytes of flags, a length, list, cycle and start. */
		cr_assert_eq(r.bytes[30], cases[i].reason, "case %zu", i);
		cr_assert_eq(r.bytes[31], cases[i].data, "case %zu", i);
	}
	warts_free(&r);
}

/* A server does not tell which ICMP message it was. */
Test(warts, what_servers_do_not_tell_is_what_is_usual)
{
	struct probe_record *last;
	struct record_draft d;
	uint16_t icmp;

	draft_init(&d, TRACE_REVERSE, "a", "198.51.100.7", "192.0.2.1");
	draft_add(&d, 1, "198.51.100.254", 300);
	last = draft_add(&d, 2, "192.0.2.1", 800);
	cr_assert(warts_icmp(&d.trace, &d.probes[0], &icmp) && icmp == ICMPV4_TIME_EXCEEDED << 8);
	cr_assert(warts_icmp(&d.trace, last, &icmp) && icmp == (ICMPV4_UNREACHABLE << 8 | 3));
	d.trace.proto = PROTO_ICMP;
	cr_assert(warts_icmp(&d.trace, last, &icmp) && icmp == ICMPV4_ECHO_REPLY << 8);
	d.trace.proto = PROTO_TCP;
	cr_assert(!warts_icmp(&d.trace, last, &icmp));
	cr_assert(warts_icmp(&d.trace, &d.probes[0], &icmp));
}
