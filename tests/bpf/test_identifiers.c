// SPDX-License-Identifier: GPL-2.0-or-later
/* Identifiers that the server chooses, the share of a target, and time. */
#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "tests/bpf/harness.h"
#include "tests/support/build.h"
#include "wire/revtr.h"

#define SECOND 1000000000ull
#define CLIENT "192.0.2.1"
#define SERVER "198.51.100.1"
#define ROUTER "203.0.113.7"

enum { L4 = 34 };

static const struct build_ip to_server = { .src = CLIENT, .dst = SERVER };

static struct harness *start(uint32_t sessions, uint32_t per_target, uint64_t secret)
{
	struct server_config config = {
		.timeout_ns = 5 * SECOND,
		.sessions = sessions,
		.sessions_per_target = per_target,
		.secret = { secret, 2 },
		.tcp_syn = 1,
	};
	struct harness *h = harness_new_with(&config);

	harness_own(h, SERVER);
	return h;
}

static uint16_t two(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* The identifier that the probe shows, and the one of the request that it tells. */
static uint32_t shown(const struct packet_bytes *probe, uint8_t proto, uint16_t *ret_told)
{
	const uint8_t *l4 = probe->bytes + L4;

	*ret_told = two(l4 + (proto == PROTO_TCP ? 18 : 10));
	if (proto == PROTO_TCP)
		return (uint32_t)two(l4 + 4) << 16 | two(l4 + 6);
	return two(l4 + (proto == PROTO_UDP ? 6 : 4));
}

/* Bit by bit: set in about half of them, whatever the client counted up. */
Test(identifiers, cannot_be_foreseen_from_those_of_the_client)
{
	static const uint8_t protos[] = { PROTO_UDP, PROTO_TCP, PROTO_ICMP };
	enum { COUNT = 1000 };
	struct harness *h = start(4 * COUNT, UINT32_MAX, 1);

	for (size_t p = 0; p < 3; p++) {
		unsigned int set[32] = { 0 };

		for (uint16_t id = 1; id <= COUNT; id++) {
			struct packet_bytes in = build_request(&to_server, id, 3, protos[p], 77, 0);
			struct packet_bytes probe;
			uint16_t told;
			uint32_t number;

			cr_assert_eq(harness_run(h, &in, &probe), HARNESS_SEND);
			number = shown(&probe, protos[p], &told);
			cr_assert_eq(told, id, "protocol %u", protos[p]);
			for (int bit = 0; bit < 32; bit++)
				set[bit] += number >> bit & 1;
		}
		/* 1000 tosses of a coin: 400 to 600 but once in 10^9. */
		for (int bit = 0; bit < (protos[p] == PROTO_TCP ? 32 : 16); bit++)
			cr_expect(set[bit] > 400 && set[bit] < 600, "protocol %u, bit %d: %u",
				  protos[p], bit, set[bit]);
	}
	harness_free(h);
}

Test(identifiers, clients_behind_one_address_do_not_meet)
{
	struct harness *h = start(8, UINT32_MAX, 1);
	struct packet_bytes one = build_request(&to_server, 1, 3, PROTO_UDP, 33500, 0);
	struct packet_bytes other = build_request(&to_server, 1, 5, PROTO_UDP, 33501, 0);
	struct packet_bytes probe, other_probe, error, out;
	uint16_t told;

	cr_assert_eq(harness_run(h, &one, &probe), HARNESS_SEND);
	cr_assert_eq(harness_run(h, &other, &other_probe), HARNESS_SEND);
	cr_assert_neq(shown(&probe, PROTO_UDP, &told), shown(&other_probe, PROTO_UDP, &told));
	/* The same request again is one that came twice: as deployed, it is dropped. */
	cr_expect_eq(harness_run(h, &one, &out), HARNESS_DROP);
	cr_expect_eq(harness_counter(h, COUNT_DUPLICATE, FAMILY_V4), 1);
	error = build_error(ROUTER, SERVER, ICMPV4_TIME_EXCEEDED, 0, &other_probe, 0);
	cr_expect_eq(harness_run(h, &error, &out), HARNESS_SEND);
	cr_expect_eq(two(out.bytes + L4 + 4), 1, "the client's own identifier");
	cr_expect_eq(harness_sessions(h), 1);
	cr_expect_eq(harness_requests(h), 1);
	harness_free(h);
}

/* The entry of a request that is under way, as the server finds it; or what is left of one
 * that is over, if the kernel did not delete it. */
static void leave_request(struct harness *h, uint16_t id, uint32_t slot)
{
	struct request_key key = {
		.id = be16_from(id), .ttl = 3, .proto = PROTO_UDP, .flow = be16_from(33500)
	};

	cr_assert(addr_from_text(CLIENT, &key.client));
	cr_assert_eq(bpf_map_update_elem(harness_map(h, "requests"), &key, &slot, BPF_ANY), 0);
}

Test(identifiers, entry_that_was_left_behind_stops_no_request)
{
	enum { SLOTS = 4, FIRST = 0, LAST = 3 };
	struct harness *h = start(SLOTS, UINT32_MAX, 1);
	static const uint32_t left[] = { LAST, FIRST, SLOTS };
	struct packet_bytes in, out, error;

	in = build_request(&to_server, 1, 3, PROTO_UDP, 33500, 0);
	cr_assert_eq(harness_run(h, &in, &out), HARNESS_SEND);
	/* A slot that was never used, one that is another's, one that there is not. */
	for (uint16_t id = 2; id <= 4; id++) {
		leave_request(h, id, left[id - 2]);
		in = build_request(&to_server, id, 3, PROTO_UDP, 33500, 0);
		cr_expect_eq(harness_run(h, &in, &out), HARNESS_SEND, "request %u", id);
		cr_expect_eq(harness_run(h, &in, &error), HARNESS_DROP, "request %u again", id);
	}
	cr_expect_eq(harness_counter(h, COUNT_DUPLICATE, FAMILY_V4), 3);
	cr_expect_eq(harness_sessions(h), 4);
	cr_expect_eq(harness_requests(h), 4);
	/* And one that was answered. */
	error = build_error(ROUTER, SERVER, ICMPV4_TIME_EXCEEDED, 0, &out, 0);
	cr_expect_eq(harness_run(h, &error, &out), HARNESS_SEND);
	cr_expect_eq(harness_requests(h), 3);
	leave_request(h, 4, LAST);
	cr_expect_eq(harness_run(h, &in, &out), HARNESS_SEND);
	cr_expect_eq(harness_sessions(h), 4);
	harness_free(h);
}

static enum harness_verdict ask_from(struct harness *h, const char *client, uint16_t id,
				     uint8_t ttl)
{
	const struct build_ip ip = { .src = client, .dst = SERVER };
	struct packet_bytes in = build_request(&ip, id, ttl, PROTO_UDP, 33500, 0), out;

	return harness_run(h, &in, &out);
}

Test(identifiers, one_target_has_its_share_and_no_more)
{
	struct harness *h = start(40, 10, 1);

	for (uint16_t id = 1; id <= 10; id++)
		cr_assert_eq(ask_from(h, CLIENT, id, 3), HARNESS_SEND, "request %u", id);
	for (uint16_t id = 11; id <= 50; id++)
		cr_assert_eq(ask_from(h, CLIENT, id, 3), HARNESS_DROP, "request %u", id);
	cr_expect_eq(harness_counter(h, COUNT_TARGET_FULL, FAMILY_V4), 40);
	cr_expect_eq(harness_sessions(h), 10);
	cr_expect_eq(ask_from(h, "192.0.2.2", 1, 3), HARNESS_SEND, "another client");
	/* The support check needs no session. */
	cr_expect_eq(ask_from(h, CLIENT, 60, 0), HARNESS_SEND);
	harness_age(h, 10 * SECOND);
	for (uint16_t id = 1; id <= 10; id++)
		cr_assert_eq(ask_from(h, CLIENT, id, 3), HARNESS_SEND, "request %u again", id);
	cr_expect_eq(ask_from(h, CLIENT, 11, 3), HARNESS_DROP);
	harness_free(h);
}

Test(identifiers, an_answer_gives_the_share_back)
{
	struct harness *h = start(8, 1, 1);
	struct packet_bytes in, probe, error, out;

	for (uint16_t id = 1; id <= 100; id++) {
		in = build_request(&to_server, id, 3, PROTO_ICMP, 33500, 0);
		cr_assert_eq(harness_run(h, &in, &probe), HARNESS_SEND, "request %u", id);
		error = build_error(ROUTER, SERVER, ICMPV4_TIME_EXCEEDED, 0, &probe, 28);
		cr_assert_eq(harness_run(h, &error, &out), HARNESS_SEND);
	}
	cr_expect_eq(harness_target_sum(h), 0);
	harness_free(h);
}

Test(identifiers, support_check_is_answered_by_a_full_server)
{
	struct harness *h = start(2, UINT32_MAX, 1);

	cr_assert_eq(ask_from(h, CLIENT, 1, 3), HARNESS_SEND);
	cr_assert_eq(ask_from(h, CLIENT, 2, 3), HARNESS_SEND);
	cr_expect_eq(ask_from(h, CLIENT, 3, 3), HARNESS_DROP);
	cr_expect_eq(ask_from(h, CLIENT, 3, 0), HARNESS_SEND);
	cr_expect_eq(harness_counter(h, COUNT_BAD_TTL, FAMILY_V4), 1);
	harness_free(h);
}

/* What the deployed server reports as 0.2 s. */
Test(identifiers, round_trip_beyond_the_field_saturates)
{
	static const struct {
		uint64_t age_ns;
		bool fits;
	} cases[] = {
		{ 0, true }, { 4 * SECOND, true }, { 4500000000ull, false }, { 9 * SECOND, false }
	};
	struct server_config config = { .timeout_ns = 20 * SECOND, .sessions = 8 };
	struct harness *h = harness_new_with(&config);

	harness_own(h, SERVER);
	for (uint16_t i = 0; i < 4; i++) {
		struct packet_bytes in = build_request(&to_server, i, 3, PROTO_UDP, 33500, 0);
		struct packet_bytes probe, error, out;
		struct revtr_answer answer;

		cr_assert_eq(harness_run(h, &in, &probe), HARNESS_SEND);
		harness_age(h, cases[i].age_ns);
		error = build_error(ROUTER, SERVER, ICMPV4_TIME_EXCEEDED, 0, &probe, 0);
		cr_assert_eq(harness_run(h, &error, &out), HARNESS_SEND);
		memcpy(&answer, out.bytes + L4 + sizeof(struct icmp_hdr), sizeof(answer));
		if (cases[i].fits)
			cr_expect(be32_to(answer.result.rtt_ns) - cases[i].age_ns < SECOND / 5);
		else
			cr_expect_eq(be32_to(answer.result.rtt_ns), UINT32_MAX);
		cr_expect_eq(be32_to(answer.result.zero), 0);
	}
	harness_free(h);
}
