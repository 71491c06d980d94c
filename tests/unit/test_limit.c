// SPDX-License-Identifier: GPL-2.0-or-later
/* How fast packets go to one host, and that hosts do not wait for each other. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "prober/engine/state.h"
#include "tests/support/fake_trace.h"

#define HOSTS 64

/* Traces to a few hosts, one after the other; and when packets went to the first. */
struct load {
	struct fake_sites world;
	struct fake_site sites[HOSTS];
	char addrs[HOSTS][24]; /* as long as gcc thinks that the text may get */
	uint32_t traces;
	uint32_t added;
	uint32_t (*host_of)(uint32_t trace);
	mono sent[20000]; /* to host 0 */
	size_t count;
	int64_t longest_us[HOSTS];
	uint32_t done[HOSTS];
};

static bool load_more(void *self, struct trace_spec *ret_spec)
{
	struct load *l = self;
	uint32_t host = l->host_of(l->added);

	if (l->added == l->traces)
		return false;
	*ret_spec = fake_trace_spec(TRACE_FORWARD, l->addrs[host], PROTO_UDP, host);
	l->added++;
	return true;
}

static void load_sent(void *self, const struct engine_packet *packet, mono now)
{
	struct load *l = self;

	if (packet->job != 0)
		return;
	cr_assert_lt(l->count, sizeof(l->sent) / sizeof(l->sent[0]));
	l->sent[l->count++] = now;
}

static void load_done(void *self, const struct trace_record *record, uint32_t job)
{
	struct load *l = self;
	int64_t us = record->ended_us - record->started_us;

	l->done[job]++;
	if (us > l->longest_us[job])
		l->longest_us[job] = us;
}

static void load_run(struct load *l, uint32_t traces, uint32_t (*host_of)(uint32_t),
		     struct fake_network_config config)
{
	struct fake_network *n;
	uint32_t done = 0;

	memset(l, 0, sizeof(*l));
	l->traces = traces;
	l->host_of = host_of;
	l->world = (struct fake_sites){ l->sites, HOSTS };
	for (int i = 0; i < HOSTS; i++) {
		snprintf(l->addrs[i], sizeof(l->addrs[i]), "203.0.113.%d", i + 1);
		l->sites[i] = (struct fake_site){ .addr = l->addrs[i], .forward = "A B C D" };
	}
	config.world = fake_world_of(&l->world);
	config.self = l;
	config.more = load_more;
	config.sent = load_sent;
	config.done = load_done;
	n = fake_network_new(&config);
	fake_network_run(n, MONO_NEVER);
	fake_network_free(n);
	for (int i = 0; i < HOSTS; i++)
		done += l->done[i];
	cr_assert_eq(done, traces);
}

static uint32_t all_to_one(uint32_t trace)
{
	(void)trace;
	return 0;
}

static struct load load;

Test(limit, gap_to_one_host_holds_over_all_its_traces)
{
	static const uint32_t windows[] = { 1, 7, 64 };
	struct fake_network_config config = { .seed = 1, .engine = fake_engine_config() };

	for (int i = 0; i < 3; i++) {
		config.engine.window = windows[i];
		load_run(&load, 200, all_to_one, config);
		cr_assert_gt(load.count, 200 * 5 * 3);
		for (size_t p = 1; p < load.count; p++)
			cr_assert_geq(mono_since(load.sent[p - 1], load.sent[p]), NS_PER_MS);
	}
}

Test(limit, burst_is_borrowed_from_the_next_trace_too)
{
	static const uint32_t windows[] = { 1, 16 };
	struct fake_network_config config = { .seed = 1, .engine = fake_engine_config() };

	config.engine.host_limit = (struct pace_limit){ .gap_ns = 50 * NS_PER_MS, .burst = 20 };
	for (int i = 0; i < 2; i++) {
		size_t first = 0;

		config.engine.window = windows[i];
		load_run(&load, 40, all_to_one, config);
		for (size_t last = 0; last < load.count; last++) {
			while (mono_since(load.sent[first], load.sent[last]) >= NS_PER_S)
				first++;
			cr_assert_leq(last - first + 1, 21, "%zu in a second", last - first + 1);
		}
	}
}

static uint32_t mostly_one(uint32_t trace)
{
	return trace % 8 ? 0 : trace / 8 + 1;
}

Test(limit, slow_host_holds_up_no_other)
{
	struct fake_network_config config = { .seed = 1, .engine = fake_engine_config() };
	int64_t alone;

	config.engine.window = 64;
	config.engine.host_limit.gap_ns = 20 * NS_PER_MS;
	load_run(&load, 1, mostly_one, config);
	alone = load.longest_us[1];
	load_run(&load, 64, mostly_one, config);
	for (int i = 1; i <= 8; i++)
		cr_assert_eq(load.longest_us[i], alone);
	cr_assert_gt(load.longest_us[0], 10 * alone);
}

static uint32_t eight_and_others(uint32_t trace)
{
	return trace % 64 < 8 ? 0 : trace % 64 - 7;
}

/* More to send than may leave altogether: every host gets its turn. */
Test(limit, busy_host_is_not_starved)
{
	struct fake_network_config config = {
		.seed = 1, .engine = fake_engine_config(), .poll_ns = NS_PER_MS, .per_poll = 1
	};
	uint64_t longest = 0;

	config.engine.window = 64;
	load_run(&load, 640, eight_and_others, config);
	for (size_t p = 1; p < load.count / 2; p++)
		if (mono_since(load.sent[p - 1], load.sent[p]) > longest)
			longest = mono_since(load.sent[p - 1], load.sent[p]);
	cr_assert_lt(longest, 150 * NS_PER_MS, "%lu ms without a packet",
		     (unsigned long)(longest / NS_PER_MS));
}

/* One short trace after the other, each to another host; at one moment. */
static void expect_room_for(uint32_t traces, const struct pace_limit *limit)
{
	struct engine_config config = fake_engine_config();
	struct trace_spec spec = fake_trace_spec(TRACE_FORWARD, "203.0.113.1", PROTO_UDP, 0);
	struct engine *e;

	config.window = 1;
	config.host_limit = *limit;
	cr_assert_eq(engine_new(&config, &e), 0);
	for (uint32_t i = 0; i < traces; i++) {
		struct engine_packet packet;
		struct trace_record record;
		uint32_t job;

		memcpy(spec.dst.bytes + 13, &i, 3);
		cr_assert(engine_has_room(e, 1), "no room for trace %u", i);
		engine_add(e, &spec, FAKE_START);
		cr_assert(engine_next_packet(e, FAKE_START, &packet));
		engine_stop(e, pool_at(e->traces, 0), STOP_NO_ANSWER, 0, FAKE_START);
		cr_assert(engine_next_done(e, &record, &job));
		engine_expire(e, FAKE_START);
	}
	engine_free(e);
}

/* A host is kept for its limit's sake only, and that is no reason to wait. */
Test(limit, finished_traces_hold_up_no_others)
{
	static const struct pace_limit none = { .burst = 1 };
	struct pace_limit usual = pace_limit_of_gap(20 * NS_PER_MS, false);

	expect_room_for(200000, &none);
	expect_room_for(50000, &usual);
}

Test(limit, host_that_rests_is_forgotten_in_time)
{
	struct engine_config config = fake_engine_config();
	struct trace_spec spec = fake_trace_spec(TRACE_FORWARD, "203.0.113.1", PROTO_UDP, 0);
	struct engine_packet packet;
	struct engine *e;
	mono rested;

	cr_assert_eq(engine_new(&config, &e), 0);
	engine_add(e, &spec, FAKE_START);
	cr_assert(engine_next_packet(e, FAKE_START, &packet));
	engine_stop(e, pool_at(e->traces, 0), STOP_NO_ANSWER, 0, FAKE_START);
	rested = engine_next_deadline(e, FAKE_START);
	cr_assert_eq(mono_since(FAKE_START, rested), NS_PER_MS);
	engine_expire(e, rested);
	cr_assert_eq(engine_next_deadline(e, rested).ns, UINT64_MAX);
	cr_assert_null(hosts_find(e->hosts, &spec.dst));
	engine_free(e);
}

Test(limit, traces_to_one_host_take_turns)
{
	struct engine_config config = fake_engine_config();
	struct trace_spec spec = fake_trace_spec(TRACE_FORWARD, "203.0.113.1", PROTO_UDP, 0);
	struct engine_packet packet;
	struct engine *e;

	config.host_limit.gap_ns = 0;
	cr_assert_eq(engine_new(&config, &e), 0);
	for (spec.job = 0; spec.job < 3; spec.job++)
		engine_add(e, &spec, FAKE_START);
	for (uint32_t i = 0; i < 12; i++) {
		cr_assert(engine_next_packet(e, FAKE_START, &packet));
		cr_assert_eq(packet.job, i % 3);
	}
	engine_free(e);
}
