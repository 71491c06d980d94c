// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/printed.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "output/sink.h"
#include "wire/headers.h"

static char path[] = "/tmp/test_text.XXXXXX";

void printed_set_up(void)
{
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	close(fd);
	setenv("COLUMNS", "100", 1);
}

void printed_tear_down(void)
{
	unlink(path);
}

void *printed_open(void)
{
	void *sink = NULL;

	cr_assert_eq(text_sink.open(path, &draft_options, &draft_run, &sink), 0);
	return sink;
}

void printed_expect(const char *wanted)
{
	static char got[65536];
	int fd = open(path, O_RDONLY);
	ssize_t len = read(fd, got, sizeof(got) - 1);

	cr_assert_geq(len, 0);
	close(fd);
	got[len] = '\0';
	cr_assert_str_eq(got, wanted, "got:\n%s\nwant:\n%s", got, wanted);
}

void printed_expect_trace(const struct record_draft *d, const char *wanted)
{
	void *sink = printed_open();

	cr_assert_eq(text_sink.record(sink, &d->trace), 0);
	cr_assert_eq(text_sink.close(sink, &draft_end), 0);
	printed_expect(wanted);
}

void printed_draft_forward(struct record_draft *d)
{
	draft_init(d, TRACE_FORWARD, "www.example.net", "192.0.2.1", "198.51.100.7");
	draft_add(d, 1, "192.0.2.254", 412);
	draft_add(d, 1, "192.0.2.254", 398);
	draft_add(d, 1, "192.0.2.254", 405);
	draft_add(d, 2, NULL, 0);
	draft_add(d, 2, NULL, 0);
	draft_add(d, 2, NULL, 0);
	draft_add(d, 3, "203.0.113.129", 10412);
	draft_add(d, 3, NULL, 0);
	draft_add(d, 3, "203.0.113.133", 112398);
	draft_add(d, 4, "198.51.100.7", 12001)->icmp = ICMPV4_UNREACHABLE * 256 + 3;
	draft_add(d, 4, "198.51.100.7", 12002)->icmp = ICMPV4_UNREACHABLE * 256 + 3;
	draft_add(d, 4, "198.51.100.7", 12003)->icmp = ICMPV4_UNREACHABLE * 256 + 3;
}

void printed_draft_reverse(struct record_draft *d)
{
	draft_init(d, TRACE_REVERSE, "www.example.net", "198.51.100.7", "192.0.2.1");
	draft_add(d, 1, "198.51.100.254", 300);
	draft_add(d, 1, NULL, 0);
	draft_add(d, 1, "198.51.100.254", 310);
	draft_add(d, 2, "203.0.113.1", 9500);
	draft_add(d, 2, "203.0.113.1", 9501)->has_rtt = false;
	draft_add(d, 2, "203.0.113.1", 9502);
	draft_add_arrival(d, 3);
	draft_add(d, 3, "192.0.2.1", 11800)->arrived = true;
	draft_add(d, 3, NULL, 0);
}
