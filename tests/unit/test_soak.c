// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hundred thousand traces through a network that loses, reorders, repeats and
 * delays: none is lost, no hop is foreign, and the engine allocates nothing.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fake_trace.h"
#include "tests/unit/allocations.h"

/* The address sanitizer makes everything ten times slower. */
#if defined(__SANITIZE_ADDRESS__)
#define TRACES 10000
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TRACES 10000
#endif
#endif
#ifndef TRACES
#define TRACES 100000
#endif

#define WINDOW	     1000
#define PROBES	     3
#define LOSS_PPM     20000
#define LATE_PPM     10000
#define COMPLETENESS 0.999 /* all three probes of a hop lost, on either way, or late: 0.02 % */

/* --- a world by hash ------------------------------------------------------------------ */

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93ull;
	return x ^ x >> 32;
}

static uint64_t leg_seed(const struct fake_leg *leg)
{
	uint64_t low;

	memcpy(&low, leg->host.bytes + 8, sizeof(low));
	return mix(low * 2 + leg->is_reverse + ((uint64_t)leg->flow << 48));
}

static uint8_t leg_routers(const struct fake_leg *leg)
{
	return (uint8_t)(leg_seed(leg) % 7);
}

/* Every router of every path has an address of its own. */
static struct fake_hop hashed_hop(const void *self, const struct fake_leg *leg, uint8_t ttl)
{
	uint64_t hash = mix(leg_seed(leg) + ttl);
	struct fake_hop hop = { .kind = FAKE_END, .addr = leg->end };
	uint32_t low = (uint32_t)hash;

	(void)self;
	hop.rtt_ns = NS_PER_MS + ttl * (leg_seed(leg) % (8 * NS_PER_MS));
	if (ttl > leg_routers(leg))
		return hop;
	hop.kind = FAKE_ROUTER;
	memcpy(hop.addr.bytes + 12, &low, sizeof(low));
	hop.addr.bytes[12] = (uint8_t)(32 + low % 64); /* of a plausible range */
	return hop;
}

static struct fake_host hashed_host(const void *self, const struct addr *addr)
{
	(void)self;
	return (struct fake_host){ .rtt_ns = 20 * NS_PER_MS,
				   .has_global_ids = addr->bytes[15] & 1,
				   .has_wide_time = addr->bytes[15] & 2 };
}

/* --- the soak -------------------------------------------------------------------------- */

struct soak {
	uint32_t added;
	uint32_t done;
	uint8_t records[TRACES];
	uint64_t hops;
	uint64_t found;
	uint64_t completed;
};

static bool soak_more(void *self, struct trace_spec *ret_spec)
{
	struct soak *s = self;
	uint32_t job = s->added;
	uint32_t low = job / 3; /* up to three traces to one host */
	static const uint8_t protos[] = { PROTO_UDP, PROTO_TCP };

	if (job == TRACES)
		return false;
	*ret_spec =
		fake_trace_spec(job % 3 ? TRACE_FORWARD : TRACE_REVERSE,
				low & 1 ? "203.0.113.9" : "2001:db8:9::9", protos[job % 2], job);
	ret_spec->dst.bytes[13] = (uint8_t)(low >> 16);
	ret_spec->dst.bytes[14] = (uint8_t)(low >> 8);
	ret_spec->dst.bytes[15] = (uint8_t)low;
	ret_spec->flow = (uint16_t)(33434 + job % 3);
	s->added++;
	return true;
}

static void soak_done(void *self, const struct trace_record *record, uint32_t job)
{
	bool reverse = record->direction == TRACE_REVERSE;
	struct fake_leg leg = { .host = reverse ? record->src : record->dst,
				.end = record->dst,
				.is_reverse = reverse,
				.flow = record->flow };
	struct soak *s = self;
	uint8_t len = (uint8_t)(leg_routers(&leg) + 1);
	uint8_t last = 0;

	cr_assert_lt(job, TRACES);
	s->records[job]++;
	s->done++;
	s->hops += len;
	s->completed += record->stop == STOP_COMPLETED;
	for (size_t i = 0; i < record->probe_count; i++) {
		const struct probe_record *p = &record->probes[i];
		struct fake_hop hop;

		if (!p->answered)
			continue;
		hop = hashed_hop(NULL, &leg, p->ttl);
		if (!addr_equal(&p->from, &hop.addr))
			cr_assert_fail("trace %u: a foreign hop at %u", job, p->ttl);
		s->found += p->ttl <= len && p->ttl != last;
		last = p->ttl;
	}
	if (record->arrival_len)
		cr_assert_eq(record->arrival_len, len);
}

static struct soak soak;

Test(soak, nothing_is_lost_foreign_or_allocated)
{
	struct fake_network_config config = {
		.engine = fake_engine_config(),
		.world = { .hop = hashed_hop, .host = hashed_host },
		.seed = 42,
		.loss_ppm = LOSS_PPM,
		.duplicate_ppm = 20000,
		.late_ppm = LATE_PPM,
		.jitter_ns = 30 * NS_PER_MS,
		.is_fast = true,
		.events = 1 << 18,
		.self = &soak,
		.more = soak_more,
		.done = soak_done,
		.in_engine = &allocations_counted,
	};
	struct fake_network *n;
	uint64_t before;

	config.engine.window = WINDOW;
	config.engine.probes = PROBES;
	n = fake_network_new(&config);
	before = allocations;
	fake_network_run(n, MONO_NEVER);
	cr_assert_eq(allocations, before, "the engine allocates");
	cr_assert_eq(soak.done, TRACES);
	for (uint32_t i = 0; i < TRACES; i++)
		cr_assert_eq(soak.records[i], 1, "trace %u has %u records", i, soak.records[i]);
	cr_assert_gt((double)soak.found, COMPLETENESS * (double)soak.hops, "%lu of %lu hops",
		     (unsigned long)soak.found, (unsigned long)soak.hops);
	cr_assert_gt((double)soak.completed, COMPLETENESS * TRACES, "%lu traces completed",
		     (unsigned long)soak.completed);
	cr_log_info("%lu packets, %lu of %lu hops", (unsigned long)fake_network_counts(n)->sent,
		    (unsigned long)soak.found, (unsigned long)soak.hops);
	fake_network_free(n);
}

Test(soak, allocations_would_be_noticed)
{
	/* The compiler knows malloc(), and that it reads and counts nothing. */
	void *(*volatile allocate)(size_t) = malloc;
	uint64_t before = allocations;
	void *memory;

	allocations_counted = true;
	memory = allocate(1);
	allocations_counted = false;
	free(memory);
	cr_assert_eq(allocations, before + 1);
}
