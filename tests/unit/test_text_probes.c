// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <string.h>

#include "base/addr_text.h"
#include "output/sink.h"
#include "tests/unit/folder.h"
#include "tests/unit/records.h"
#include "wire/headers.h"

TestSuite(text_probes, .init = folder_set_up, .fini = folder_tear_down);

static const char *lines_of(const struct trace_record *trace)
{
	void *sink = NULL;

	cr_assert_eq(probes_sink.open(folder_path("out"), &draft_options, &draft_run, &sink), 0);
	cr_assert_eq(probes_sink.record(sink, trace), 0);
	cr_assert_eq(probes_sink.close(sink, &draft_end), 0);
	return folder_read("out");
}

static struct addr addr_of(const char *text)
{
	struct addr a;

	cr_assert(addr_from_text(text, &a));
	return a;
}

Test(text_probes, all_that_is_known_and_a_dash_for_what_is_not)
{
	const struct probe_record probes[] = {
		{ .from = addr_of("203.0.113.9"),
		  .rtt_ns = 1234567,
		  .flow = 33500,
		  .icmp = ICMPV4_TIME_EXCEEDED << 8,
		  .ttl = 1,
		  .reply_ttl = 255,
		  .reply_tos = 192,
		  .quoted_ttl = 3,
		  .answered = true,
		  .has_rtt = true },
		{ .flow = 33500, .ttl = 1, .try = 1 },
		{ .from = addr_of("198.51.100.7"),
		  .flow = 33500,
		  .ttl = 2,
		  .reply_ttl = 60,
		  .answered = true },
		{ .flow = 33500, .ttl = 2, .try = 1, .arrived = true },
	};
	struct trace_record trace = { .src = addr_of("192.0.2.1"),
				      .dst = addr_of("198.51.100.7"),
				      .target = "198.51.100.7",
				      .proto = PROTO_UDP,
				      .flow = 33500,
				      .path_len = 2,
				      .reached = true,
				      .stop = STOP_COMPLETED,
				      .probes = probes,
				      .probe_count = 4 };
	const char *text = lines_of(&trace);

	cr_expect_str_eq(
		strchr(text, '\n') + 1,
		"ttl   flow  try  address           rtt ms    icmp  reply ttl  tos  quoted ttl\n"
		"  1  33500    0  203.0.113.9        1.235    11-0        255  192           3\n"
		"  1  33500    1  *                      -       -          -    -           -\n"
		"  2  33500    0  198.51.100.7           -       -         60    0           -\n"
		"  2  33500    1  +                      -       -          -    -           -\n",
		"%s", text);
}
