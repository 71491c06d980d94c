// SPDX-License-Identifier: GPL-2.0-or-later
/* Multipath traces in every kind of trouble at once: each has one record. */
#include <criterion/criterion.h>

#include "tests/support/fake_multi.h"
#include "tests/support/fake_trace.h"

#define SURE 0.0001

static struct fake_balanced world;

#define V4 "203.0.113.7"
#define V6 "2001:db8:9::7"

static const struct {
	const char *dst;
	uint8_t proto;
} kinds[] = { { V4, PROTO_UDP }, { V4, PROTO_TCP }, { V4, PROTO_ICMP },
	      { V6, PROTO_UDP }, { V6, PROTO_TCP }, { V6, PROTO_ICMPV6 } };

static uint32_t any(struct random *dice, uint32_t least, uint32_t most)
{
	return least + random_below(dice, most - least + 1);
}

struct crowd {
	struct random dice;
	uint32_t added, done;
	uint64_t packets;
	uint32_t stops[128];
};

static bool crowd_more(void *self, struct trace_spec *ret_spec)
{
	struct crowd *c = self;
	uint32_t kind = any(&c->dice, 0, 5);

	if (c->added == 12)
		return false;
	*ret_spec = fake_trace_spec(any(&c->dice, 0, 1) ? TRACE_FORWARD : TRACE_REVERSE,
				    kinds[kind].dst, kinds[kind].proto, c->added);
	ret_spec->dst.bytes[15] = (uint8_t)any(&c->dice, 1, 4); /* some have a host together */
	c->added++;
	return true;
}

static void crowd_done(void *self, const struct trace_record *r, uint32_t job)
{
	struct crowd *c = self;

	cr_assert_lt(job, c->added);
	c->done++;
	c->stops[r->stop]++;
	c->packets += r->sent + r->checks;
	cr_assert_geq(r->vertex_count, 1);
	for (size_t i = 0; i < r->link_count; i++)
		cr_assert(r->links[i].near < r->links[i].far && r->links[i].far < r->vertex_count);
	for (size_t i = 1; i < r->probe_count; i++)
		cr_assert(r->probes[i - 1].ttl <= r->probes[i].ttl);
}

static struct fake_network_config chaos(struct random *dice)
{
	struct fake_network_config config = fake_multi_config(any(dice, 0, 1) ? 0.05 : SURE);
	struct engine_config *engine = &config.engine;

	engine->window = any(dice, 1, 12);
	engine->gap_limit = (uint8_t)any(dice, 1, 5);
	engine->min_ttl = (uint8_t)any(dice, 1, 4);
	engine->max_ttl = (uint8_t)any(dice, engine->min_ttl, 12);
	engine->host_limit.gap_ns = any(dice, 0, 2) * NS_PER_MS;
	engine->host_limit.burst = any(dice, 1, 5);
	engine->timeout_ns = any(dice, 1, 2000) * NS_PER_MS;
	engine->budget = any(dice, 0, 2) ? 8192 : any(dice, 1, 300);
	engine->mda.method = (enum mda_method)any(dice, MDA_NODE, MDA_LITE);
	engine->mda.trust_single = any(dice, 0, 1);
	engine->mda.retries = (uint8_t)any(dice, 0, MDA_RETRIES_MAX);
	engine->mda.min_burst = (uint16_t)any(dice, 1, 30);
	engine->mda.max_burst = (uint16_t)(engine->mda.min_burst + any(dice, 0, 300));
	config.seed = random_u64(dice);
	config.loss_ppm = any(dice, 0, 300000);
	config.duplicate_ppm = any(dice, 0, 300000);
	config.late_ppm = any(dice, 0, 100000);
	config.forge_ppm = any(dice, 0, 300000);
	config.jitter_ns = any(dice, 0, 300) * NS_PER_MS;
	config.poll_ns = any(dice, 0, 2) * NS_PER_MS;
	config.has_no_stamps = any(dice, 0, 3) == 0;
	config.events = 1 << 16;
	return config;
}

Test(multi_chaos, each_trace_has_one_record_whatever_happens)
{
	static const char *const wild[] = { "S-A A-B1..4 B1..4-C1..4 C1..4-@ !A ?B2 *C1",
					    "S-A A-B1..8 B1..3-@ B4..8-C C-@ #B3", "S-A A-A",
					    "S-A A-B B-C C-D D-@ *B *C *@",
					    "S-A A-B1..16 B1..16-C C-@ ?B1..16 ?C" };
	static const enum fake_speech speeches[] = { FAKE_SERVER, FAKE_SERVER, FAKE_SERVER,
						     FAKE_ECHOES, FAKE_DEAD };
	uint32_t stops[128] = { 0 };

	for (uint64_t seed = 1; seed <= 150; seed++) {
		struct crowd crowd = { .dice = { seed } };
		struct fake_network_config config = chaos(&crowd.dice);
		struct fake_network *n;

		fake_balanced_init(&world, wild[any(&crowd.dice, 0, 4)], seed);
		world.host.speech = speeches[any(&crowd.dice, 0, 4)];
		world.host.client_filters = any(&crowd.dice, 0, 1);
		world.host.has_global_ids = any(&crowd.dice, 0, 1);
		config.world = fake_balanced_world(&world);
		config.self = &crowd;
		config.more = crowd_more;
		config.done = crowd_done;
		n = fake_network_new(&config);
		fake_network_run(n, MONO_NEVER);
		cr_assert_eq(crowd.done, 12, "seed %lu", (unsigned long)seed);
		cr_assert_eq(crowd.packets, fake_network_counts(n)->sent);
		fake_network_free(n);
		for (int i = 0; i < 128; i++)
			stops[i] += crowd.stops[i];
	}
	cr_assert(stops[STOP_COMPLETED] && stops[STOP_UNREACHABLE] && stops[STOP_GAP_LIMIT]);
	cr_assert(stops[STOP_MAX_TTL] && stops[STOP_BUDGET] && stops[STOP_NO_ANSWER]);
	cr_assert(stops[STOP_NOT_SUPPORTED]);
}
