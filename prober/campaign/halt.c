// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/halt.h"

#include <inttypes.h>
#include <stdio.h>

void halt_init(struct halt *h, double min_hitrate, uint64_t timeout_ns, mono now)
{
	uint64_t lag = (timeout_ns + HALT_TICK_NS - 1) / HALT_TICK_NS + 1;

	*h = (struct halt){
		.min_hitrate = min_hitrate,
		.lag = lag < HALT_TICKS - HALT_WINDOW ? (uint32_t)lag
						      : HALT_TICKS - HALT_WINDOW - 1,
		.count = 1, /* all counts were 0 */
		.next = mono_after(now, HALT_TICK_NS),
	};
}

bool halt_is_due(const struct halt *h, mono now)
{
	return !mono_before(now, h->next);
}

/* What had been counted so many ticks ago. */
static const struct halt_counts *halt_ago(const struct halt *h, uint32_t ticks)
{
	return &h->ticks[(h->count - 1 - ticks) % HALT_TICKS];
}

static bool halt_by_failures(const struct halt *h, char *ret_reason)
{
	const struct halt_counts *now = halt_ago(h, 0), *then = halt_ago(h, HALT_WINDOW);
	uint64_t failed = now->failed - then->failed;
	uint64_t tried = now->sent - then->sent + failed;

	if (failed < HALT_FAILED_MIN || (double)failed <= HALT_FAILED_SHARE * (double)tried)
		return false;
	snprintf(ret_reason, HALT_REASON_LEN,
		 "%" PRIu64 " of %" PRIu64 " packets could not be sent in %d s", failed, tried,
		 HALT_WINDOW);
	return true;
}

static bool halt_by_drops(const struct halt *h, char *ret_reason)
{
	const struct halt_counts *now = halt_ago(h, 0), *then = halt_ago(h, HALT_WINDOW);
	uint64_t dropped = now->dropped - then->dropped;
	uint64_t received = now->received - then->received;

	if (dropped < HALT_PACKETS_MIN || (double)dropped <= HALT_DROPPED_SHARE * (double)received)
		return false;
	snprintf(ret_reason, HALT_REASON_LEN,
		 "the kernel dropped %" PRIu64 " of %" PRIu64 " captured packets in %d s", dropped,
		 received, HALT_WINDOW);
	return true;
}

/* Those that were sent long enough ago, and what was answered since: some of it is to later
 * ones, which is in favour of the run. */
static bool halt_by_answers(const struct halt *h, char *ret_reason)
{
	const struct halt_counts *now = halt_ago(h, 0), *last = halt_ago(h, h->lag);
	const struct halt_counts *first = halt_ago(h, h->lag + HALT_WINDOW);
	uint64_t sent = last->sent - first->sent;
	uint64_t answered = now->answered - first->answered;

	if (sent < HALT_PACKETS_MIN || (double)answered >= h->min_hitrate * (double)sent)
		return false;
	snprintf(ret_reason, HALT_REASON_LEN,
		 "%" PRIu64 " answers to %" PRIu64 " packets are less than --min-hitrate %g",
		 answered, sent, h->min_hitrate);
	return true;
}

bool halt_look(struct halt *h, const struct halt_counts *counts, mono now,
	       char ret_reason[static HALT_REASON_LEN])
{
	if (!halt_is_due(h, now))
		return false;
	/* After a stall, one tick for all of it: what was not counted can't be judged. */
	h->next = mono_after(now, HALT_TICK_NS);
	h->ticks[h->count++ % HALT_TICKS] = *counts;
	if (h->count > HALT_WINDOW &&
	    (halt_by_failures(h, ret_reason) || halt_by_drops(h, ret_reason)))
		return true;
	return h->min_hitrate > 0 && h->count > h->lag + HALT_WINDOW &&
	       halt_by_answers(h, ret_reason);
}
