// SPDX-License-Identifier: GPL-2.0-or-later
/* How long multipath traces take, beside one that waits out each burst. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/fake_forwarding.h"
#include "tests/support/fake_multi.h"
#include "tests/support/fake_trace.h"

#define SIXTEEN "S-A A-B1..16 B1..16-C C-@"
#define V4	"203.0.113.7"

static struct fake_balanced world;

static uint64_t time_of(const struct fake_network *n)
{
	return mono_since(FAKE_START, fake_network_now(n));
}

#define LOSS_PPM   100000
#define STEP_NS	   (3 * NS_PER_MS)
#define SERVER_NS  (20 * NS_PER_MS)
#define TIMEOUT_NS (2 * NS_PER_S)

/* A trace by the same rules that sends a burst, waits for all its answers, and so on. */
static uint64_t waiting_out_each_burst(enum mda_method method, bool reverse, uint64_t seed)
{
	struct mda_config config = { .method = method,
				     .min_ttl = 1,
				     .max_ttl = 30,
				     .gap_limit = 3,
				     .retries = 3,
				     .min_burst = 20,
				     .max_burst = 500 };
	static struct mda_ask burst[500];
	struct random dice = { seed };
	uint64_t spent_ns = 0;
	struct mda *m = malloc(mda_size(30));

	cr_assert(m);
	config.stopping = *fake_stopping(0.05);
	mda_init(m, &config, seed);
	while (m->end == MDA_RUNS) {
		uint64_t longest_ns = 0;
		size_t count = 0;

		for (; mda_peek(m, &burst[count]); count++)
			mda_sent(m);
		for (size_t i = 0; i < count; i++) {
			const struct fake_node *node = fake_graph_walk(
				&world.forward, seed, mda_flow_value(m, burst[i].flow),
				burst[i].ttl, &dice, NULL);
			bool lost = random_below(&dice, 1000000) < LOSS_PPM;
			uint64_t rtt_ns = burst[i].ttl * STEP_NS + reverse * SERVER_NS;

			rtt_ns = lost ? TIMEOUT_NS : rtt_ns;
			longest_ns = rtt_ns > longest_ns ? rtt_ns : longest_ns;
			if (lost)
				mda_lost(m, &burst[i]);
			else
				mda_answered(m, &burst[i], &node->addr, node->is_end);
		}
		spent_ns += longest_ns;
	}
	free(m);
	return spent_ns;
}

Test(multi, two_way_trace_is_five_times_faster_than_waiting_out_each_burst)
{
	uint64_t ours_ns = 0;
	uint64_t waiting_ns[2] = { 0, 0 };

	for (uint64_t seed = 1; seed <= 20; seed++) {
		fake_balanced_init(&world, SIXTEEN, seed);
		for (int reverse = 0; reverse < 2; reverse++) {
			struct fake_network_config config = fake_multi_config(0.05);
			struct fake_network *n;

			config.seed = seed;
			config.loss_ppm = LOSS_PPM;
			n = fake_multi_run(&world, config, reverse ? TRACE_REVERSE : TRACE_FORWARD,
					   V4, PROTO_UDP);
			ours_ns += time_of(n) / 20;
			fake_network_free(n);
			for (int method = 0; method < 2; method++)
				waiting_ns[method] +=
					waiting_out_each_burst((enum mda_method)method, reverse,
							       seed) /
					20;
		}
	}
	cr_log_info("ours %.1f s, waiting: same method %.1f s, share rule %.1f s",
		    (double)ours_ns / 1e9, (double)waiting_ns[MDA_NODE] / 1e9,
		    (double)waiting_ns[MDA_SHARE] / 1e9);
	cr_expect_leq(5 * ours_ns, waiting_ns[MDA_SHARE]);
}
