// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/pace.h"

/* Silence after which a burst may be borrowed again: over any second the limit
 * then holds, whatever was sent before. */
#define PACE_SILENCE_NS NS_PER_S

/* A burst is no more than this: what looks like one packet train to a router. */
#define PACE_BURST_MAX 64

/* Below this gap single gaps are lost in the jitter of timers, and packets leave in
 * batches; slack is then some tenths of a percent of a second. */
#define PACE_SINGLE_GAP_NS (10 * NS_PER_MS)
#define PACE_BATCH_SLACK   (4 * NS_PER_MS)

struct pace_limit pace_limit_of_gap(uint64_t gap_ns, bool strict)
{
	struct pace_limit limit = { .gap_ns = gap_ns, .burst = 1 };
	uint64_t a_second = gap_ns ? NS_PER_S / gap_ns : 0;

	limit.slack_ns = gap_ns < PACE_SINGLE_GAP_NS ? PACE_BATCH_SLACK : gap_ns / 20;
	if (!strict && a_second > 1)
		limit.burst = (uint32_t)(a_second < PACE_BURST_MAX ? a_second : PACE_BURST_MAX);
	return limit;
}

static bool pace_was_silent(const struct pace *p, mono now)
{
	return p->next.ns == 0 || now.ns >= p->next.ns + PACE_SILENCE_NS;
}

mono pace_ready_at(const struct pace *p, const struct pace_limit *limit, mono now)
{
	if (limit->gap_ns == 0 || p->credit > 0 || pace_was_silent(p, now))
		return now;
	return p->next;
}

/* How many more may follow the first packet after silence: a second's worth is
 * the most that can be borrowed from a second. */
static uint32_t pace_credit(const struct pace_limit *limit)
{
	uint64_t most = NS_PER_S / limit->gap_ns;

	if (most > limit->burst)
		most = limit->burst;
	return most > 0 ? (uint32_t)(most - 1) : 0;
}

void pace_spend(struct pace *p, const struct pace_limit *limit, mono now)
{
	if (limit->gap_ns == 0)
		return;
	if (pace_was_silent(p, now)) {
		p->credit = pace_credit(limit);
		p->next = now; /* a new schedule: nobody waited, so nothing is late */
	} else if (mono_before(now, p->next) && p->credit > 0) {
		p->credit--;
	} else {
		p->credit = 0; /* back on schedule: a later burst would come on top of it */
	}
	if (p->next.ns + limit->slack_ns < now.ns)
		p->next.ns = now.ns - limit->slack_ns;
	p->next.ns += limit->gap_ns;
}

mono pace_forgotten_at(const struct pace *p, const struct pace_limit *limit)
{
	if (limit->gap_ns == 0)
		return (mono){ 0 };
	return mono_after(p->next, limit->burst > 1 ? PACE_SILENCE_NS : 0);
}
