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
	struct packet_bytes answers[IDS]; /* to the latest probe of each */
	pthread_mutex_t lock;		  /* of the answers */
};

struct runner {
	struct race *race;
	struct random random;
	pthread_t thread;
};

static void race_start(struct race *r, uint64_t timeout_ns)
{
	const struct build_ip asked = { .src = CLIENT, .dst = SERVER };

	r->harness = harness_new(SLOTS, timeout_ns);
	harness_own(r->harness, SERVER);
	pthread_mutex_init(&r->lock, NULL);
	for (uint16_t i = 0; i < IDS; i++) {
		r->requests[i] = build_request(&asked, (uint16_t)(i + 1), 3, PROTO_UDP, 33500, 0);
		r->answers[i] = r->requests[i];
	}
}

static struct packet_bytes answer_to(const struct packet_bytes *probe)
{
	return build_error(ROUTER, SERVER, ICMPV4_TIME_EXCEEDED, 0, probe, 0);
}

static struct probe_key key_of(const struct packet_bytes *probe)
{
	struct probe_key key = { .proto = PROTO_UDP };
	struct udp_hdr udp;

	cr_assert(addr_from_text(CLIENT, &key.target));
	memcpy(&udp, probe->bytes + 34, sizeof(udp));
	key.id = udp.checksum.raw;
	return key;
}

/* Between finding a session and reading it, its memory may have become another's. */
Test(race, session_that_became_another)
{
	static struct race race;
	struct packet_bytes first, second, out;
	struct probe_key first_key, second_key;
	struct session other;
	int sessions;

	race_start(&race, 5000000000ull);
	sessions = harness_session_map(race.harness);
	cr_assert_eq(harness_run(race.harness, &race.requests[0], &first), HARNESS_SEND);
	cr_assert_eq(harness_run(race.harness, &race.requests[1], &second), HARNESS_SEND);
	first_key = key_of(&first);
	second_key = key_of(&second);
	cr_assert_eq(bpf_map_lookup_elem(sessions, &second_key, &other), 0);
	cr_assert_eq(bpf_map_update_elem(sessions, &first_key, &other, BPF_EXIST), 0);
	first = answer_to(&first);
	second = answer_to(&second);
	cr_expect_eq(harness_run(race.harness, &first, &out), HARNESS_PASS);
	cr_expect_eq(harness_run(race.harness, &second, &out), HARNESS_SEND);
	cr_expect_eq(harness_free_slots(race.harness), SLOTS - 1);
	harness_free(race.harness);
}

static void race_step(struct race *r, size_t i, bool is_request)
{
	struct packet_bytes in, out;

	pthread_mutex_lock(&r->lock);
	in = is_request ? r->requests[i] : r->answers[i];
	pthread_mutex_unlock(&r->lock);
	if (harness_run(r->harness, &in, &out) != HARNESS_SEND || !is_request)
		return;
	out = answer_to(&out);
	pthread_mutex_lock(&r->lock);
	r->answers[i] = out;
	pthread_mutex_unlock(&r->lock);
}

static void *race_run(void *arg)
{
	struct runner *me = arg;

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t dice = random_u64(&me->random);

		race_step(me->race, dice % IDS, dice & 256);
	}
	return NULL;
}

Test(race, every_slot_comes_back)
{
	static struct race race;
	struct runner runners[THREADS];
	struct packet_bytes out;
	uint64_t ended;

	race_start(&race, AGE_NS);
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
	cr_expect_eq(harness_requests(race.harness), harness_sessions(race.harness));
	usleep(1000);
	for (int i = 0; i < SLOTS; i++)
		cr_expect_eq(harness_run(race.harness, &race.requests[i], &out), HARNESS_SEND);
	cr_expect_eq(harness_sessions(race.harness), SLOTS);
	harness_free(race.harness);
}
