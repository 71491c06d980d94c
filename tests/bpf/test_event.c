// SPDX-License-Identifier: GPL-2.0-or-later
/* What is told to the log, and what is not. */
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <string.h>

#include "base/addr_text.h"
#include "server-bpf/events.h"
#include "tests/bpf/harness.h"
#include "tests/support/build.h"
#include "wire/revtr.h"

#define SECOND 1000000000ull
#define CLIENT "192.0.2.1"
#define SERVER "198.51.100.1"
#define ROUTER "203.0.113.7"

static const struct build_ip to_server = { .src = CLIENT, .dst = SERVER };

static struct harness *logged(enum event_level level, uint64_t burst)
{
	struct server_config config = {
		.timeout_ns = 5 * SECOND,
		.sessions = 64,
		.secret = { 1, 2 },
		.tcp_syn = 1,
		.events = (uint8_t)level,
		.limit.events = { .gap_ns = 1000 * SECOND, .room_ns = (burst - 1) * 1000 * SECOND },
	};

	struct harness *h = harness_new_with(&config);

	harness_own(h, SERVER);
	return h;
}

struct heard {
	struct server_event events[64];
	unsigned int count;
};

static int hear(void *self, void *data, size_t size)
{
	struct heard *heard = self;

	cr_assert_eq(size, sizeof(struct server_event));
	cr_assert_lt(heard->count, 64u);
	memcpy(&heard->events[heard->count++], data, size);
	return 0;
}

static struct heard listen_to(struct harness *h)
{
	struct heard heard = { .count = 0 };
	struct ring_buffer *ring = ring_buffer__new(harness_map(h, "events"), hear, &heard, NULL);

	cr_assert(ring);
	cr_assert_geq(ring_buffer__consume(ring), 0);
	ring_buffer__free(ring);
	return heard;
}

/* A session that is answered, a duplicate, two refusals. */
static void act(struct harness *h)
{
	struct packet_bytes in = build_request(&to_server, 7, 3, PROTO_UDP, 33500, 0), probe, error;
	struct packet_bytes zero = build_request(&to_server, 8, 0, PROTO_UDP, 33500, 0), out;
	struct packet_bytes bad = build_request(&to_server, 9, 3, 99, 33500, 0);

	harness_run(h, &in, &probe);
	harness_run(h, &in, &out);
	harness_run(h, &zero, &out);
	harness_run(h, &bad, &out);
	error = build_error(ROUTER, SERVER, ICMPV4_TIME_EXCEEDED, 0, &probe, 0);
	harness_run(h, &error, &out);
}

static void expect_events(const struct heard *heard, const enum server_counter *want,
			  unsigned int n)
{
	cr_assert_eq(heard->count, n, "%u events, want %u", heard->count, n);
	for (unsigned int i = 0; i < n; i++)
		cr_expect_eq(heard->events[i].what, want[i], "event %u is %s", i,
			     counter_name(heard->events[i].what));
}

Test(event, each_level_hears_its_own)
{
	static const enum server_counter refused[] = { COUNT_DUPLICATE, COUNT_BAD_PROTO };
	static const enum server_counter all[] = { COUNT_PROBE, COUNT_DUPLICATE, COUNT_BAD_TTL,
						   COUNT_BAD_PROTO, COUNT_RESPONSE };
	struct harness *h = logged(EVENTS_NONE, 100);
	struct heard heard;

	act(h);
	heard = listen_to(h);
	cr_expect_eq(heard.count, 0);
	cr_expect_eq(harness_counter(h, COUNT_EVENT_LOST, FAMILY_V4), 0);
	harness_free(h);
	h = logged(EVENTS_REFUSED, 100);
	act(h);
	heard = listen_to(h);
	expect_events(&heard, refused, 2);
	harness_free(h);
	h = logged(EVENTS_SESSIONS, 100);
	act(h);
	heard = listen_to(h);
	expect_events(&heard, all, 5);
	harness_free(h);
}

Test(event, says_who_and_what)
{
	struct harness *h = logged(EVENTS_SESSIONS, 100);
	const struct server_event *last;
	struct addr client, router;
	struct heard heard;

	cr_assert(addr_from_text(CLIENT, &client) && addr_from_text(ROUTER, &router));
	act(h);
	heard = listen_to(h);
	cr_assert_eq(heard.count, 5);
	for (unsigned int i = 0; i < 5; i++)
		cr_expect(addr_equal(&heard.events[i].client, &client));
	last = &heard.events[4];
	cr_expect_eq(be16_to(last->id), 7);
	cr_expect_eq(last->proto, PROTO_UDP);
	cr_expect(addr_equal(&last->hop, &router));
	cr_expect_gt(last->rtt_ns, 0);
	cr_expect(addr_is_none(&heard.events[0].hop));
	harness_free(h);
}

Test(event, no_more_than_the_limit_and_the_rest_is_counted)
{
	struct harness *h = logged(EVENTS_SESSIONS, 10);
	struct packet_bytes zero = build_request(&to_server, 8, 0, PROTO_UDP, 33500, 0), out;
	struct heard heard;

	for (int i = 0; i < 50; i++)
		cr_assert_eq(harness_run(h, &zero, &out), HARNESS_SEND);
	heard = listen_to(h);
	cr_expect_eq(heard.count, 10);
	cr_expect_eq(harness_counter(h, COUNT_EVENT_LOST, FAMILY_V4), 40);
	cr_expect_eq(harness_counter(h, COUNT_BAD_TTL, FAMILY_V4), 50);
	harness_free(h);
}

/* Nobody reads: the ring fills up, and requests are served all the same. */
Test(event, a_full_ring_stops_nobody)
{
	struct harness *h = logged(EVENTS_SESSIONS, 1000000);
	struct packet_bytes zero = build_request(&to_server, 8, 0, PROTO_UDP, 33500, 0), out;
	uint64_t lost;

	for (int i = 0; i < 500; i++)
		cr_assert_eq(harness_run(h, &zero, &out), HARNESS_SEND);
	lost = harness_counter(h, COUNT_EVENT_LOST, FAMILY_V4);
	cr_expect_gt(lost, 0);
	cr_expect_lt(lost, 500);
	cr_expect_eq(harness_counter(h, COUNT_BAD_TTL, FAMILY_V4), 500);
	harness_free(h);
}
