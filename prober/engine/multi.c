// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/multi.h"

#include <stdlib.h>
#include <string.h>

static void multi_begin(struct trace *t, const struct engine_config *config)
{
	uint64_t seed;

	memcpy(&seed, config->key.bytes, sizeof(seed));
	mda_init(t->mda, &config->mda, seed ^ ((uint64_t)t->serial << 32 | t->serial));
}

/* Probes of a trace are numbered: when the numbers are used up, it is over. */
static bool multi_has_budget(const struct trace *t, const struct engine_config *config)
{
	return t->probe_count < FIRST_PROBE + config->budget;
}

static bool multi_wants(const struct trace *t, const struct engine_config *config)
{
	struct mda_ask ask;

	return multi_has_budget(t, config) && mda_peek(t->mda, &ask);
}

static void multi_take(struct trace *t, const struct engine_config *config, struct probe *p)
{
	struct mda_ask ask;

	(void)config;
	if (!mda_peek(t->mda, &ask))
		abort(); /* it was waiting because it has something to send */
	p->ttl = ask.ttl;
	p->flow = ask.flow;
	p->try = t->mda->table.hops[ask.ttl].cells[ask.flow].tries;
	mda_sent(t->mda);
}

static struct mda_ask multi_ask(const struct probe *p)
{
	return (struct mda_ask){ .ttl = p->ttl, .flow = p->flow, .is_late = p->late };
}

static void multi_end(struct trace *t, const struct engine_config *config)
{
	static const enum trace_stop stops[] = {
		[MDA_REACHED] = STOP_UNREACHABLE, /* unless somebody met the destination */
		[MDA_GAP] = STOP_GAP_LIMIT,
		[MDA_MAX_TTL] = STOP_MAX_TTL,
		[MDA_EXHAUSTED] = STOP_BUDGET,
	};

	if (t->stop)
		return;
	if (t->mda->end != MDA_RUNS) {
		t->stop = stops[t->mda->end];
		t->end_ttl = t->top = t->mda->end_ttl;
		if (t->stop == STOP_UNREACHABLE && t->reached)
			t->stop = STOP_COMPLETED;
		else if (t->stop == STOP_UNREACHABLE)
			t->stop_code = t->refused_by;
	} else if (!multi_has_budget(t, config) && t->mda->outstanding == 0) {
		t->stop = STOP_BUDGET;
		t->end_ttl = t->top;
	}
}

/* Nothing more comes of this probe.  True if its flow depended on it. */
static bool multi_settle(struct trace *t, const struct probe *p)
{
	if (p->arrived)
		t->arrived_waiting--;
	else if (p->late)
		t->late_waiting--;
	return !p->arrived;
}

static void multi_answered(struct trace *t, const struct engine_config *config, struct probe *p)
{
	struct mda_ask ask = multi_ask(p);
	bool is_destination = method_is_destination(t, &p->from);
	bool is_refusal = method_is_unreachable(t, p->icmp);

	if (is_destination)
		t->reached = true;
	else if (is_refusal)
		t->refused_by = p->icmp;
	if (p->ttl > t->top)
		t->top = p->ttl;
	if (multi_settle(t, p))
		mda_answered(t->mda, &ask, &p->from, is_destination || is_refusal);
	multi_end(t, config);
}

static void multi_lost(struct trace *t, const struct engine_config *config, struct probe *p)
{
	struct mda_ask ask = multi_ask(p);

	if (multi_settle(t, p))
		mda_lost(t->mda, &ask);
	multi_end(t, config);
}

#define LATE_ROUND_TRIPS 2
#define LATE_LEAST_NS	 (100 * NS_PER_MS)

/* Later each time: routers that limit their rate answer whoever comes back later. */
static mono multi_late_at(const struct trace *t, const struct engine_config *config,
			  const struct probe *p)
{
	uint64_t rtt_ns = t->longest_rtt_ns ? t->longest_rtt_ns : t->check_rtt_ns;
	uint64_t wait_ns = LATE_LEAST_NS + LATE_ROUND_TRIPS * rtt_ns;
	uint32_t wait_times = 1u << (p->try < 8 ? p->try : 8);

	if (p->late || p->arrived || p->try >= config->mda.retries || rtt_ns == 0 ||
	    wait_ns * wait_times >= config->timeout_ns ||
	    t->arrived_waiting + t->late_waiting >= LINGER_MAX)
		return MONO_NEVER;
	return mono_after(p->sent, wait_ns * wait_times);
}

static void multi_late(struct trace *t, const struct engine_config *config, struct probe *p)
{
	struct mda_ask ask = multi_ask(p);

	(void)config;
	p->late = 1;
	t->late_waiting++;
	mda_overdue(t->mda, &ask);
	multi_end(t, config);
}

static bool multi_arrived(struct trace *t, const struct engine_config *config, struct probe *p,
			  uint8_t ttl_left, mono at)
{
	struct mda_ask ask = multi_ask(p);

	if (p->arrived || p->state != PROBE_WAITING)
		return true;
	p->arrived = 1;
	t->arrived_waiting++;
	t->late_waiting = (uint16_t)(t->late_waiting - p->late);
	t->patience = method_patience(t, config, at);
	t->reached = true;
	if (p->ttl - ttl_left + 1 > t->arrival_len)
		t->arrival_len = (uint8_t)(p->ttl - ttl_left + 1); /* of the longest way */
	if (p->ttl > t->top)
		t->top = p->ttl;
	mda_answered(t->mda, &ask, &t->spec.src, true);
	multi_end(t, config);
	return true;
}

/* Answers of probes that arrived may still come; but not for ever. */
static bool multi_is_over(const struct trace *t, const struct engine_config *config)
{
	(void)config;
	return t->stop && t->arrived_waiting == 0;
}

static bool multi_waits_for_arrived(const struct trace *t, const struct engine_config *config)
{
	(void)config;
	return t->stop && t->arrived_waiting > 0;
}

static uint16_t multi_flow(const struct trace *t, const struct probe *p)
{
	return mda_flow_value(t->mda, p->flow);
}

const struct method multi_method = {
	.mode = TRACE_MDA,
	.begin = multi_begin,
	.wants = multi_wants,
	.take = multi_take,
	.answered = multi_answered,
	.lost = multi_lost,
	.late_at = multi_late_at,
	.late = multi_late,
	.arrived = multi_arrived,
	.is_over = multi_is_over,
	.waits_for_arrived = multi_waits_for_arrived,
	.flow = multi_flow,
};
