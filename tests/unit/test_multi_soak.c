// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Five hundred multipath traces at once: all exact, at the rate they are given, in
 * memory that is bounded, and none of it allocated on the way.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/support/fake_balanced.h"
#include "tests/support/fake_trace.h"
#include "tests/unit/allocations.h"

#define TRACES	   500
#define RATE_PPS   10000
#define BURST	   20 /* packets to one host that may leave together */
#define GAP_NS	   (20 * NS_PER_MS)
#define PER_SECOND (NS_PER_S / GAP_NS)

/* Memory that was touched; measured: 301 kB.  A sanitizer has its own beside it. */
#define TRACE_BYTES_MAX 400000.0
#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

/* --- the traces ------------------------------------------------------------------------- */

static struct fake_balanced world;

struct soak {
	uint32_t added, done, exact, at_once;
	uint64_t packets;
	uint64_t in_second[4096];	  /* of virtual time */
	mono sent_at[TRACES][PER_SECOND]; /* the last of each host */
	uint32_t sent_count[TRACES];
	uint32_t too_fast;
};

static struct soak soak;

static bool soak_more(void *self, struct trace_spec *ret_spec)
{
	struct soak *s = self;
	static const uint8_t protos[] = { PROTO_UDP, PROTO_TCP, PROTO_ICMP };

	if (s->added == TRACES)
		return false;
	*ret_spec = fake_trace_spec(s->added & 1 ? TRACE_REVERSE : TRACE_FORWARD, "203.0.0.0",
				    protos[s->added % 3], s->added);
	ret_spec->dst.bytes[14] = (uint8_t)(s->added >> 8);
	ret_spec->dst.bytes[15] = (uint8_t)s->added;
	s->added++;
	return true;
}

static void soak_done(void *self, const struct trace_record *record, uint32_t job)
{
	struct soak *s = self;

	cr_assert_lt(job, TRACES);
	s->done++;
	s->exact += fake_balanced_is_exact(&world, record);
}

/* No second sees more than the gap allows. */
static void soak_sent(void *self, const struct engine_packet *packet, mono now)
{
	struct soak *s = self;
	uint32_t host = packet->job;
	mono *slot = &s->sent_at[host][s->sent_count[host] % PER_SECOND];

	if (s->sent_count[host]++ >= PER_SECOND && mono_since(*slot, now) + NS_PER_MS < NS_PER_S)
		s->too_fast++;
	*slot = now;
	s->packets++;
	s->in_second[mono_since(FAKE_START, now) / NS_PER_S % 4096]++;
	s->at_once = s->added - s->done > s->at_once ? s->added - s->done : s->at_once;
}

/* Of this process, in bytes. */
static double resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;
	unsigned long all;

	if (!f)
		return 0;
	if (fscanf(f, "%lu %lu", &all, &pages) != 2)
		pages = 0;
	fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

Test(multi_soak, five_hundred_at_once_are_exact_bounded_and_not_too_fast)
{
	struct fake_network_config config = {
		.engine = fake_engine_config(),
		.seed = 42,
		.loss_ppm = 20000,
		.duplicate_ppm = 10000,
		.jitter_ns = 10 * NS_PER_MS,
		.poll_ns = NS_PER_S / RATE_PPS,
		.per_poll = 1,
		.is_fast = true,
		.events = 1 << 18,
		.self = &soak,
		.more = soak_more,
		.done = soak_done,
		.sent = soak_sent,
		.in_engine = &allocations_counted,
	};
	double before = resident();
	struct fake_network *n;

	fake_balanced_init(&world, "S-A A-B1..16 B1..16-C C-@", 7);
	config.world = fake_balanced_world(&world);
	config.engine.window = TRACES;
	config.engine.mode = TRACE_MDA;
	config.engine.budget = 8192;
	config.engine.host_limit = (struct pace_limit){ .gap_ns = GAP_NS, .burst = BURST };
	config.engine.mda = (struct mda_config){
		.retries = 7, .recheck = true, .min_burst = 20, .max_burst = 500
	};
	stopping_fill(&config.engine.mda.stopping, 0.00001);
	n = fake_network_new(&config);
	allocations = 0;
	fake_network_run(n, MONO_NEVER);
	cr_expect_eq(allocations, 0, "the engine allocates");
	cr_expect_eq(soak.done, TRACES);
	cr_expect_eq(soak.exact, TRACES, "%u are exact", soak.exact);
	cr_expect_eq(soak.at_once, TRACES);
	cr_expect_eq(soak.too_fast, 0, "%u packets too early", soak.too_fast);
	for (int i = 0; i < 4096; i++)
		cr_expect_leq(soak.in_second[i], RATE_PPS + 1);
	if (!HAS_SANITIZER)
		cr_expect_lt((resident() - before) / TRACES, TRACE_BYTES_MAX);
	cr_log_info("%lu packets, %.0f kB a trace", (unsigned long)soak.packets,
		    (resident() - before) / TRACES / 1e3);
	fake_network_free(n);
}
