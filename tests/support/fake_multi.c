// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_multi.h"

#include <criterion/criterion.h>

#include "tests/support/fake_forwarding.h"
#include "tests/support/fake_trace.h"

struct fake_network_config fake_multi_config(double eps)
{
	struct fake_network_config config = { .seed = 1, .engine = fake_engine_config() };
	struct engine_config *engine = &config.engine;

	engine->mode = TRACE_MDA;
	engine->window = 1;
	engine->budget = 8192;
	engine->mda = (struct mda_config){
		.retries = 3, .recheck = true, .min_burst = 20, .max_burst = 500
	};
	engine->mda.stopping = *fake_stopping(eps);
	engine->host_limit.gap_ns = 0;
	config.events = 1 << 14;
	return config;
}

struct fake_network *fake_multi_run(const struct fake_balanced *world,
				    struct fake_network_config config,
				    enum trace_direction direction, const char *dst, uint8_t proto)
{
	struct trace_spec spec = fake_trace_spec(direction, dst, proto, 0);
	struct fake_network *n;

	config.world = fake_balanced_world(world);
	n = fake_network_new(&config);
	fake_network_add(n, &spec);
	fake_network_run(n, MONO_NEVER);
	cr_assert_eq(fake_network_counts(n)->records, 1);
	return n;
}
