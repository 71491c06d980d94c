// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks after the loop: how far it is, and whether it had better end. */
#include <stdio.h>

#include "base/log.h"
#include "prober/campaign/state.h"

void campaign_interrupt(struct campaign *c, bool now_or_never)
{
	if (c->state == RUN_COMPLETE)
		c->state = RUN_INTERRUPTED;
	c->has_parked = false;
	intake_stop(c->intake);
	if (c->namer)
		namer_stop(c->namer);
	engine_interrupt(c->engine, now_or_never, clock_now());
}

/* Traces that there will be, at most; 0: not known. */
static uint64_t campaign_total(const struct campaign *c)
{
	bool both = c->config.forward && c->config.reverse;

	return target_source_total(c->source) * (both ? 2 : 1);
}

void campaign_fetch(void *arg, struct metrics_values *ret_values)
{
	const struct campaign *c = arg;

	campaign_get_stats(c, &ret_values->stats);
	ret_values->in_flight = engine_running(c->engine);
	ret_values->total = campaign_total(c);
	ret_values->seconds = (double)mono_since(c->started, clock_now()) / (double)NS_PER_S;
	ret_values->state = c->interrupts ? "ending" : "running";
}

void campaign_report(struct campaign *c, mono now)
{
	struct campaign_stats stats;

	if (mono_before(now, progress_due(&c->progress)))
		return;
	campaign_get_stats(c, &stats);
	progress_show(&c->progress, &stats, engine_running(c->engine), campaign_total(c), now);
}

/* As if by a signal, for the reason that is set. */
static void campaign_halt(struct campaign *c)
{
	log_error("halting: %s", c->reason);
	c->interrupts++;
	campaign_interrupt(c, false);
}

void campaign_watch(struct campaign *c, mono now)
{
	struct campaign_stats stats;
	struct halt_counts counts;

	if (c->interrupts)
		return;
	if (intake_stats(c->intake)->too_many) {
		snprintf(c->reason, sizeof(c->reason),
			 "more than %u targets need --contact, or --no-contact",
			 c->config.targets_max);
		campaign_halt(c);
	}
	if (c->interrupts || !halt_is_due(&c->halt, now))
		return;
	campaign_get_stats(c, &stats);
	counts = (struct halt_counts){
		.sent = stats.sender.sent,
		.failed = stats.sender.failed,
		.received = stats.capture.received,
		.dropped = stats.capture.dropped,
		.answered = stats.matched[MATCH_ANSWER],
	};
	if (halt_look(&c->halt, &counts, now, c->reason))
		campaign_halt(c);
}
