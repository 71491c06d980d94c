// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets of the same sessions on several CPUs at once: every slot comes back. */
#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/addr_text.h"
#include "tests/bpf/harness.h"
#include "tests/support/build.h"
#include "tests/support/random.h"
#include "wire/revtr.h"

#define CLIENT "192.0.2.1"
#define SERVER "198.51.100.1"
#define ROUTER "203.0.113.7"

#define SLOTS	8
#define IDS	16
#define THREADS 4
#define ROUNDS	60000
#define AGE_NS	100000ull

struct race {
	struct harness *harness;
	struct packet_bytes requests[IDS];
	struct packet_bytes answers[IDS];
};

struct runner {
	const struct race *race;
	struct random random;
	pthread_t thread;
};

static void race_build(struct race *r)
{
	const struct build_ip asked = { .src = CLIENT, .dst = SERVER };
	const struct build_ip back = { .src = SERVER, .dst = CLIENT, .proto = PROTO_UDP };

	for (uint16_t i = 0; i < IDS; i++) {
		struct udp_hdr probe = { .sport = be16_from(REVTR_PROBE_PORT),
					 .dport = be16_from(33500),
					 .len = be16_from(sizeof(probe)),
					 .checksum = be16_from((uint16_t)(i + 1)) };
		struct packet_bytes quoted = build_frame(&back, &probe, sizeof(probe));

		r->requests[i] = build_request(&asked, (uint16_t)(i + 1), 3, PROTO_UDP, 33500, 0);
		r->answers[i] = build_error(ROUTER, SERVER, ICMPV4_TIME_EXCEEDED, 0, &quoted, 0);
	}
}

/* Between finding a session and reading it, its memory may have become another's. */
Test(race, session_that_became_another)
{
	static struct race race;
	struct session_key first = { .id = be16_from(1) };
	struct session_key second = { .id = be16_from(2) };
	struct packet_bytes out;
	struct session other;
	int sessions;

	race.harness = harness_new(SLOTS, 5000000000ull);
	race_build(&race);
	sessions = harness_session_map(race.harness);
	cr_assert(addr_from_text(CLIENT, &first.peer) && addr_from_text(CLIENT, &second.peer));
	cr_assert_eq(harness_run(race.harness, &race.requests[0], &out), HARNESS_SEND);
	cr_assert_eq(harness_run(race.harness, &race.requests[1], &out), HARNESS_SEND);
	cr_assert_eq(bpf_map_lookup_elem(sessions, &second, &other), 0);
	cr_assert_eq(bpf_map_update_elem(sessions, &first, &other, BPF_EXIST), 0);
	cr_expect_eq(harness_run(race.harness, &race.answers[0], &out), HARNESS_PASS);
	cr_expect_eq(harness_run(race.harness, &race.answers[1], &out), HARNESS_SEND);
	cr_expect_eq(harness_free_slots(race.harness), SLOTS - 1);
	harness_free(race.harness);
}

static void *race_run(void *arg)
{
	struct runner *me = arg;
	struct packet_bytes out;

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t dice = random_u64(&me->random);
		const struct packet_bytes *packets =
			dice & 256 ? me->race->requests : me->race->answers;

		harness_run(me->race->harness, &packets[dice % IDS], &out);
	}
	return NULL;
}

Test(race, every_slot_comes_back)
{
	static struct race race;
	struct runner runners[THREADS];
	struct packet_bytes out;
	uint64_t ended;

	race.harness = harness_new(SLOTS, AGE_NS);
	race_build(&race);
	for (uint64_t i = 0; i < THREADS; i++) {
		runners[i] = (struct runner){ .race = &race, .random = { i + 1 } };
		cr_assert_eq(pthread_create(&runners[i].thread, NULL, race_run, &runners[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(runners[i].thread, NULL);
	ended = harness_counter(race.harness, COUNT_RESPONSE, FAMILY_V4) +
		harness_counter(race.harness, COUNT_EXPIRED, FAMILY_V4);
	cr_expect_eq(harness_counter(race.harness, COUNT_PROBE, FAMILY_V4),
		     ended + harness_sessions(race.harness));
	cr_expect_eq(harness_free_slots(race.harness) + harness_sessions(race.harness), SLOTS);
	usleep(1000);
	for (int i = 0; i < SLOTS; i++)
		cr_expect_eq(harness_run(race.harness, &race.requests[i], &out), HARNESS_SEND);
	cr_expect_eq(harness_sessions(race.harness), SLOTS);
	harness_free(race.harness);
}
