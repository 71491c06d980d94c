// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/limit.h"

#include <sys/random.h>

#include "base/clock.h"
#include "server-bpf/events.h"

#define NEWCOMERS_AT_ONCE 64 /* that come within a moment, whatever the rate is */

struct limit_rate limit_rate_of(const struct option_rate *rate)
{
	struct limit_rate limit = { 0 };

	if (rate->pps == 0)
		return limit;
	limit.gap_ns = (NS_PER_S + rate->pps - 1) / rate->pps;
	limit.room_ns = (rate->burst - 1) * limit.gap_ns;
	return limit;
}

/* As many as take a quarter of the sessions if none of their probes is ever answered:
 * they have two buckets. */
static struct limit_rate limit_newcomers(const struct server_options *options)
{
	uint64_t gap_ns = 4 * options->timeout_ns / options->sessions;

	if (gap_ns == 0)
		gap_ns = 1;
	return (struct limit_rate){ .gap_ns = gap_ns, .room_ns = (NEWCOMERS_AT_ONCE - 1) * gap_ns };
}

void limit_configure(const struct server_options *options, struct limit_config *ret_config)
{
	struct limit_config config = {
		.source = limit_rate_of(&options->rate_source),
		.target = limit_rate_of(&options->rate_target),
		.total = limit_rate_of(&options->rate_total),
		.newcomers = limit_newcomers(options),
		.events = limit_rate_of(&(struct option_rate){ EVENTS_PPS, EVENTS_BURST }),
		.require_padding = options->require_padding,
	};

	/* Of eight bytes, once the kernel has any: it never fails and is never short.  At
	 * boot it may block, and a server without secrets is worse than a late one. */
	while (getrandom(&config.seed, sizeof(config.seed), 0) != sizeof(config.seed))
		continue;
	*ret_config = config;
}
