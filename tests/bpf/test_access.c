// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is served, by lists that change while the program runs. */
#include "server-bpf/access.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/bpf/harness.h"
#include "tests/support/build.h"
#include "tests/unit/folder.h"

#define SECOND 1000000000ull

TestSuite(access, .init = folder_set_up, .fini = folder_tear_down);

static struct harness *listed(const char *text)
{
	struct server_config config = {
		.timeout_ns = 5 * SECOND,
		.sessions = 64,
		.secret = { 1, 2 },
		.tcp_syn = 1,
		.access.listed[ACCESS_DIRECT] = 1,
	};
	struct harness *h = harness_new_with(&config);
	struct access_maps maps = harness_access(h);

	harness_own(h, "198.51.100.1");
	harness_own(h, "2001:db8:ffff::1");
	if (text) {
		folder_write("list", text);
		cr_assert_eq(
			access_reload(&maps, (const char *const[]){ folder_path("list"), NULL }),
			0);
	}
	return h;
}

static int reload(struct harness *h, const char *text)
{
	struct access_maps maps = harness_access(h);

	folder_write("list", text);
	return access_reload(&maps, (const char *const[]){ folder_path("list"), NULL });
}

static uint16_t next_id = 1;

static bool is_served(struct harness *h, const char *source)
{
	const char *server = strchr(source, ':') ? "2001:db8:ffff::1" : "198.51.100.1";
	struct build_ip ip = { .src = source, .dst = server };
	struct packet_bytes in = build_request(&ip, next_id++, 3, PROTO_UDP, 33500, 0), out;
	enum harness_verdict verdict = harness_run(h, &in, &out);

	cr_assert(verdict == HARNESS_SEND || verdict == HARNESS_DROP, "%s: verdict %d", source,
		  verdict);
	return verdict == HARNESS_SEND;
}

static void expect_served(struct harness *h, const char *source)
{
	cr_expect(is_served(h, source), "%s is not served", source);
}

static void expect_refused(struct harness *h, const char *source)
{
	cr_expect(!is_served(h, source), "%s is served", source);
}

Test(access, only_listed_sources_are_served)
{
	struct harness *h = listed("192.0.2.0/25\n203.0.113.7\n2001:db8:1::/48\n");

	expect_served(h, "192.0.2.1");
	expect_served(h, "192.0.2.127");
	expect_refused(h, "192.0.2.128");
	expect_served(h, "203.0.113.7");
	expect_refused(h, "203.0.113.6");
	expect_served(h, "2001:db8:1::");
	expect_served(h, "2001:db8:1:ffff::7");
	expect_refused(h, "2001:db8:2::1");
	cr_expect_eq(harness_counter(h, COUNT_NOT_ALLOWED, FAMILY_V4), 2);
	cr_expect_eq(harness_counter(h, COUNT_NOT_ALLOWED, FAMILY_V6), 1);
	cr_expect_eq(harness_counter(h, COUNT_REQUEST, FAMILY_V4), 5);
	harness_free(h);
}

Test(access, a_family_is_not_opened_by_the_other)
{
	struct harness *h = listed("::/0\n");

	expect_served(h, "2001:db8::1");
	expect_refused(h, "192.0.2.1");
	cr_assert_eq(reload(h, "0.0.0.0/0\n"), 0);
	expect_served(h, "192.0.2.1");
	expect_refused(h, "2001:db8::1");
	harness_free(h);
}

Test(access, an_empty_list_is_nobody_and_so_is_one_that_is_missing)
{
	struct harness *h = listed("# nobody\n");

	expect_refused(h, "192.0.2.1");
	expect_refused(h, "2001:db8::1");
	harness_free(h);
	h = listed(NULL); /* configured, never filled: what a failure would leave */
	expect_refused(h, "192.0.2.1");
	harness_free(h);
}

Test(access, a_new_list_replaces_the_old_one_and_a_bad_one_changes_nothing)
{
	struct harness *h = listed("192.0.2.0/24\n");

	for (int round = 0; round < 5; round++) { /* more than there are generations */
		expect_served(h, "192.0.2.1");
		expect_refused(h, "203.0.113.1");
		cr_assert_eq(reload(h, "203.0.113.0/24\n"), 0);
		expect_refused(h, "192.0.2.1");
		expect_served(h, "203.0.113.1");
		cr_assert_neq(reload(h, "192.0.2.0/24\nnonsense\n"), 0);
		expect_refused(h, "192.0.2.1");
		expect_served(h, "203.0.113.1");
		cr_assert_eq(reload(h, "192.0.2.0/24\n192.0.2.0/24\n"), 0);
	}
	harness_free(h);
}

Test(access, sessions_outlive_a_new_list)
{
	struct harness *h = listed("192.0.2.0/24\n");
	struct build_ip ip = { .src = "192.0.2.1", .dst = "198.51.100.1" };
	struct packet_bytes in = build_request(&ip, 7, 3, PROTO_UDP, 33500, 0), probe, error, out;

	cr_assert_eq(harness_run(h, &in, &probe), HARNESS_SEND);
	cr_assert_eq(reload(h, "# nobody\n"), 0);
	error = build_error("203.0.113.7", "198.51.100.1", ICMPV4_TIME_EXCEEDED, 0, &probe, 0);
	cr_expect_eq(harness_run(h, &error, &out), HARNESS_SEND);
	cr_expect_eq(harness_counter(h, COUNT_RESPONSE, FAMILY_V4), 1);
	harness_free(h);
}
