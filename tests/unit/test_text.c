// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/container.h"
#include "output/names.h"
#include "output/sink.h"
#include "output/text_mark.h"
#include "tests/unit/printed.h"
#include "wire/headers.h"
#include "wire/revtr.h"

TestSuite(text, .init = printed_set_up, .fini = printed_tear_down);

Test(text, forward_trace_reads_like_traceroute)
{
	struct record_draft d;

	printed_draft_forward(&d);
	printed_expect_trace(&d, "forward from 192.0.2.1 to www.example.net (198.51.100.7), "
				 "udp flow 33500, 4 hops\n"
				 " 1  192.0.2.254  0.412 ms  0.398 ms  0.405 ms\n"
				 " 2  * * *\n"
				 " 3  203.0.113.129  10.412 ms * 203.0.113.133  112.398 ms\n"
				 " 4  198.51.100.7  12.001 ms  12.002 ms  12.003 ms\n");
}

Test(text, reverse_trace_tells_loss_from_arrival)
{
	struct record_draft d;

	printed_draft_reverse(&d);
	printed_expect_trace(&d, "reverse from www.example.net (198.51.100.7) to 192.0.2.1, "
				 "udp flow 33500, 3 hops\n"
				 " 1  198.51.100.254  0.300 ms *  0.310 ms\n"
				 " 2  203.0.113.1  9.500 ms  ?  9.502 ms\n"
				 " 3  192.0.2.1 +  11.800 ms *\n");
}

Test(text, labels_stand_behind_the_answer_that_first_has_them)
{
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "198.51.100.7", "192.0.2.1", "198.51.100.7");
	for (int i = 0; i < 3; i++)
		draft_objects(&d, draft_add(&d, 1, "192.0.2.254", 500), DRAFT_LABELS);
	draft_objects(&d, draft_add(&d, 2, "203.0.113.1", 600), DRAFT_LABELS);
	draft_objects(&d, draft_add(&d, 2, "203.0.113.1", 600), "0008 0101 00011 1 01");
	draft_objects(&d, draft_add(&d, 2, "203.0.113.1", 600), "0005 0203 aa");
	draft_add(&d, 3, "198.51.100.7", 700);
	printed_expect_trace(
		&d, "forward from 192.0.2.1 to 198.51.100.7, udp flow 33500, 3 hops\n"
		    " 1  192.0.2.254  0.500 ms <MPLS:L=299824,E=0,S=0,T=2/L=16,E=5,S=1,T=255>"
		    "  0.500 ms  0.500 ms\n"
		    " 2  203.0.113.1  0.600 ms <MPLS:L=299824,E=0,S=0,T=2/L=16,E=5,S=1,T=255>"
		    "  0.600 ms <MPLS:L=17,E=0,S=1,T=1>  0.600 ms\n"
		    " 3  198.51.100.7  0.700 ms\n");
}

Test(text, what_lies_behind_the_path_is_not_printed)
{
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "198.51.100.7", "192.0.2.1", "198.51.100.7");
	draft_add(&d, 1, "198.51.100.7", 500);
	draft_add(&d, 2, "198.51.100.7", 600);
	d.trace.path_len = 1;
	printed_expect_trace(&d, "forward from 192.0.2.1 to 198.51.100.7, udp flow 33500, 1 hop\n"
				 " 1  198.51.100.7  0.500 ms\n");
}

Test(text, unreachable_is_marked_and_ends_the_trace)
{
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "198.51.100.7", "192.0.2.1", "198.51.100.7");
	d.trace.proto = PROTO_TCP;
	d.trace.reached = false;
	d.trace.stop = STOP_UNREACHABLE;
	d.trace.stop_code = ICMPV4_UNREACHABLE * 256 + 13;
	draft_add(&d, 3, "192.0.2.254", 500)->icmp = d.trace.stop_code;
	draft_add(&d, 3, "192.0.2.254", 510)->icmp = ICMPV4_UNREACHABLE * 256 + 1;
	printed_expect_trace(&d, "forward from 192.0.2.1 to 198.51.100.7, tcp flow 33500\n"
				 " 3  192.0.2.254  0.500 ms !X  0.510 ms !H\n"
				 "-- unreachable (!X) after 3 hops\n");
}

struct mark_case {
	const char *from;
	unsigned int type, code;
	const char *mark;
};

Test(text, marks_are_those_of_traceroute)
{
	static const struct mark_case cases[] = {
		{ "192.0.2.1", 11, 0, "" },	 { "192.0.2.1", 3, 0, "!N" },
		{ "192.0.2.1", 3, 1, "!H" },	 { "192.0.2.1", 3, 2, "!P" },
		{ "192.0.2.1", 3, 3, "" },	 { "192.0.2.1", 3, 4, "!F" },
		{ "192.0.2.1", 3, 5, "!S" },	 { "192.0.2.1", 3, 9, "!X" },
		{ "192.0.2.1", 3, 10, "!X" },	 { "192.0.2.1", 3, 13, "!X" },
		{ "192.0.2.1", 3, 14, "!V" },	 { "192.0.2.1", 3, 15, "!C" },
		{ "192.0.2.1", 3, 99, "!<99>" }, { "192.0.2.1", 11, 1, "!<11-1>" },
		{ "192.0.2.1", 0, 0, "" },	 { "192.0.2.1", 255, 255, "!<255-255>" },
		{ "2001:db8::1", 3, 0, "" },	 { "2001:db8::1", 1, 0, "!N" },
		{ "2001:db8::1", 1, 1, "!X" },	 { "2001:db8::1", 1, 3, "!H" },
		{ "2001:db8::1", 1, 4, "" },	 { "2001:db8::1", 2, 0, "!F" },
		{ "2001:db8::1", 4, 1, "!P" },	 { "2001:db8::1", 1, 9, "!<9>" },
		{ "2001:db8::1", 129, 0, "" },	 { "2001:db8::1", 0, 0, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct mark_case *c = &cases[i];
		const struct probe_record p = { .from = draft_addr(c->from),
						.answered = true,
						.icmp = (uint16_t)(c->type * 256 + c->code) };
		char mark[TEXT_MARK_LEN];

		cr_assert_eq(text_mark(&p, mark), c->mark[0] != '\0');
		cr_assert_str_eq(mark, c->mark, "%s %u %u", c->from, c->type, c->code);
	}
}

Test(text, ipv6_with_a_gap_limit)
{
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "v6.example.net", "2001:db8::1", "2001:db8:ffff::2");
	d.trace.proto = PROTO_ICMPV6;
	d.trace.flow = 7;
	d.trace.reached = false;
	d.trace.stop = STOP_GAP_LIMIT;
	draft_add(&d, 1, "2001:db8::fe", 500);
	for (uint8_t ttl = 2; ttl <= 4; ttl++)
		draft_add(&d, ttl, NULL, 0);
	printed_expect_trace(&d, "forward from 2001:db8::1 to v6.example.net (2001:db8:ffff::2), "
				 "icmp flow 7\n"
				 " 1  2001:db8::fe  0.500 ms\n"
				 " 2  *\n 3  *\n 4  *\n"
				 "-- gap limit after 4 hops\n");
}

struct ending_case {
	enum trace_stop stop;
	uint16_t code;
	const char *line;
};

Test(text, ending_is_told_in_words)
{
	static const struct ending_case cases[] = {
		{ STOP_COMPLETED, 0, "" },
		{ STOP_UNREACHABLE, 0x30a, "-- unreachable (!X) after 2 hops\n" },
		{ STOP_LOOP, 0, "-- loop after 2 hops\n" },
		{ STOP_GAP_LIMIT, 0, "-- gap limit after 2 hops\n" },
		{ STOP_ERROR, REVTR_BAD_TTL, "-- error: the server refuses the TTL (status 1)\n" },
		{ STOP_ERROR, 256 * REFUSED_FLOW + REVTR_BAD_FLOW,
		  "-- error: the server refuses the flow (status 3)\n" },
		{ STOP_ERROR, 200, "-- error: the server reports an unknown error (status 200)\n" },
		{ STOP_MAX_TTL, 0, "-- max TTL after 2 hops\n" },
		{ STOP_INTERRUPTED, 0, "-- interrupted after 2 hops\n" },
		{ STOP_NOT_SUPPORTED, 0, "-- not supported: a plain echo reply, no server\n" },
		{ STOP_NO_ANSWER, 0, "-- no answer to 3 requests\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct record_draft d;
		char wanted[512];

		draft_init(&d, TRACE_REVERSE, "198.51.100.7", "198.51.100.7", "192.0.2.1");
		d.trace.stop = cases[i].stop;
		d.trace.stop_code = cases[i].code;
		d.trace.reached = false;
		d.trace.path_len = 2;
		d.trace.checks = 3;
		snprintf(wanted, sizeof(wanted),
			 "reverse from 198.51.100.7 to 192.0.2.1, udp flow 33500\n%s",
			 cases[i].line);
		printed_expect_trace(&d, wanted);
	}
}

Test(text, names_cannot_steer_a_terminal)
{
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "evil\033[2J\r\n\x9b\x7f\\.net", "192.0.2.1", "192.0.2.2");
	d.trace.pair_id = 1;
	printed_expect_trace(
		&d, "forward from 192.0.2.1 to "
		    "evil\\x1b[2J\\x0d\\x0a\\x9b\\x7f\\x5c.net (192.0.2.2), udp flow 33500\n");
}

Test(text, traces_are_parted_by_a_blank_line)
{
	void *sink = printed_open();
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "192.0.2.2", "192.0.2.1", "192.0.2.2");
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	cr_assert_eq(text_sink.flush(sink), 0);
	printed_expect("forward from 192.0.2.1 to 192.0.2.2, udp flow 33500\n\n"
		       "forward from 192.0.2.1 to 192.0.2.2, udp flow 33500\n");
	cr_assert_eq(text_sink.close(sink, &draft_end), 0);
}

Test(text, file_that_cannot_be_opened_is_named, .init = cr_redirect_stderr)
{
	void *sink;

	cr_assert_eq(text_sink.open("/nonexistent/x", &draft_options, &draft_run, &sink), -ENOENT);
	fflush(stderr);
	cr_assert_stderr_eq_str(
		"revprobe: /nonexistent/x: cannot open: No such file or directory\n");
}

/* Writes to `fd` as standard output, and returns what went wrong. */
static int write_to(int fd)
{
	struct record_draft d;
	void *sink;
	int err;

	dup2(fd, STDOUT_FILENO);
	if (text_sink.open("-", &draft_options, &draft_run, &sink))
		return -1;
	draft_init(&d, TRACE_FORWARD, "192.0.2.2", "192.0.2.1", "192.0.2.2");
	err = text_sink.record(sink, &d.trace);
	if (!err)
		err = text_sink.flush(sink);
	if (text_sink.record(sink, &d.trace) != err || text_sink.flush(sink) != err ||
	    text_sink.close(sink, &draft_end) != err)
		return -1;
	return err;
}

Test(text, full_standard_output_is_reported_once, .init = cr_redirect_stderr)
{
	int fd = open("/dev/full", O_WRONLY);

	cr_assert_eq(write_to(fd), -ENOSPC);
	close(fd);
	fflush(stderr);
	cr_assert_stderr_eq_str(
		"revprobe: standard output: cannot write: No space left on device\n");
}

Test(text, reader_that_left_is_reported_once, .init = cr_redirect_stderr)
{
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	cr_assert_eq(pipe(ends), 0);
	close(ends[0]);
	cr_assert_eq(write_to(ends[1]), -EPIPE);
	close(ends[1]);
	fflush(stderr);
	cr_assert_stderr_eq_str("revprobe: standard output: cannot write: Broken pipe\n");
}

Test(text, full_file_is_reported_once, .init = cr_redirect_stderr)
{
	struct record_draft d;
	void *sink;

	cr_assert_eq(text_sink.open("/dev/full", &draft_options, &draft_run, &sink), 0);
	draft_init(&d, TRACE_FORWARD, "192.0.2.2", "192.0.2.1", "192.0.2.2");
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	cr_assert_eq(text_sink.flush(sink), -ENOSPC);
	cr_assert_eq(text_sink.close(sink, &draft_end), -ENOSPC);
	fflush(stderr);
	cr_assert_stderr_eq_str("revprobe: /dev/full: cannot write: No space left on device\n");
}

Test(text, close_finds_the_full_standard_output, .init = cr_redirect_stderr)
{
	struct record_draft d;
	void *sink;

	cr_assert_geq(dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO), 0);
	cr_assert_eq(text_sink.open("-", &draft_options, &draft_run, &sink), 0);
	draft_init(&d, TRACE_FORWARD, "192.0.2.2", "192.0.2.1", "192.0.2.2");
	cr_assert_eq(text_sink.record(sink, &d.trace), 0);
	cr_assert_eq(text_sink.close(sink, &draft_end), -ENOSPC);
	fflush(stderr);
	cr_assert_stderr_eq_str(
		"revprobe: standard output: cannot write: No space left on device\n");
}

Test(text, host_name_stands_before_its_address)
{
	struct addr gateway = draft_addr("192.0.2.254"), server = draft_addr("198.51.100.7");
	struct addr hostile = draft_addr("203.0.113.129"), nameless = draft_addr("203.0.113.133");
	struct record_draft d;
	struct names *names;

	cr_assert_eq(names_new(4, 7, &names), 0);
	cr_assert_eq(names_add(names, &gateway, "gw.example.net", 1), 0);
	cr_assert_eq(names_add(names, &hostile, "\033[2J.example.net", 1), 0);
	cr_assert_eq(names_add(names, &nameless, NULL, 1), 0);
	cr_assert_eq(names_add(names, &server, "SRV.example.net.", 1), 0);
	printed_draft_forward(&d);
	d.trace.names = names;
	printed_expect_trace(&d, "forward from 192.0.2.1 to www.example.net (198.51.100.7), "
				 "udp flow 33500, 4 hops\n"
				 " 1  gw.example.net (192.0.2.254)  0.412 ms  0.398 ms  0.405 ms\n"
				 " 2  * * *\n"
				 " 3  203.0.113.129  10.412 ms * 203.0.113.133  112.398 ms\n"
				 " 4  srv.example.net (198.51.100.7)  12.001 ms  12.002 ms  "
				 "12.003 ms\n");
	names_free(names);
}
