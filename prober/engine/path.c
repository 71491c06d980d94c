// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/path.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "wire/headers.h"

/* Who answered a hop first. */
static const struct addr *path_from(const struct trace *t, unsigned int ttl)
{
	return &trace_probe(t, t->hops[ttl].first)->from;
}

static void path_begin(struct trace *t, const struct engine_config *config)
{
	memset(t->next_ttl, config->min_ttl, config->probes);
	t->judged = t->complete = config->min_ttl;
	t->gap_is_repeats = true;
}

static uint8_t least(unsigned int a, unsigned int b)
{
	return (uint8_t)(a < b ? a : b);
}

/* The last TTL that `try` may go to at this moment.  Known is what has answered: silent
 * hops behind that are part of the gap already. */
static uint8_t path_limit(const struct trace *t, const struct engine_config *config, uint8_t try)
{
	unsigned int known = t->top ? t->top : config->min_ttl - 1u;
	unsigned int ahead = config->gap_limit;

	if (t->stop)
		return t->end_ttl;
	if (config->ahead) {
		known = t->judged - 1u;
		ahead = config->ahead;
	} else if (try == 0 && ahead < PATH_AHEAD) {
		ahead = PATH_AHEAD;
	}
	return least(known + ahead, config->max_ttl);
}

static bool path_peek(const struct trace *t, const struct engine_config *config, uint8_t *ret_ttl,
		      uint8_t *ret_try)
{
	/* No try overtakes the one before it: that goes first, and at least as far. */
	for (uint32_t try = 0; try < config->probes; try++) {
		uint8_t ttl = t->next_ttl[try];

		if (ttl > path_limit(t, config, (uint8_t)try))
			continue;
		*ret_ttl = ttl;
		*ret_try = (uint8_t)try;
		return true;
	}
	return false;
}

static void path_sent(struct trace *t, uint8_t ttl, uint8_t try)
{
	assert(t->next_ttl[try] == ttl && t->hops[ttl].sent == try);
	t->hops[ttl].sent++;
	t->next_ttl[try] = (uint8_t)(ttl + 1);
}

/* Ends that are concluded give way to evidence: even what looked like a loop, if the
 * destination answers behind it. */
static bool path_end_is_assumed(const struct trace *t)
{
	return t->stop != STOP_COMPLETED && t->stop != STOP_UNREACHABLE;
}

/* The trace ends at `ttl`, if nothing has ended it before that. */
static void path_end(struct trace *t, uint8_t ttl, enum trace_stop stop, uint16_t code)
{
	if (!path_end_is_assumed(t) &&
	    (t->end_ttl < ttl || (t->end_ttl == ttl && t->stop == STOP_COMPLETED)))
		return;
	t->stop = stop;
	t->stop_code = code;
	t->end_ttl = ttl;
}

/* How far back the address of hop `ttl` was seen before; 0: not, or just before. */
static uint8_t path_period(const struct trace *t, const struct engine_config *config, uint8_t ttl)
{
	for (unsigned int before = ttl; before-- > config->min_ttl;) {
		if (!t->hops[before].answered ||
		    !addr_equal(path_from(t, before), path_from(t, ttl)))
			continue;
		return before + 1u == ttl ? 0 : (uint8_t)(ttl - before);
	}
	return 0;
}

static bool path_repeats_last(const struct trace *t, uint8_t ttl)
{
	return t->last_answered && addr_equal(path_from(t, t->last_answered), path_from(t, ttl));
}

/*
 * A forwarding loop shows two routers again, as far apart as before; one address
 * twice may be a balancer with branches of unequal length.
 */
static void path_judge_answered(struct trace *t, const struct engine_config *config, uint8_t ttl)
{
	uint8_t period = path_period(t, config, ttl);

	if (period && period == t->loop_period)
		path_end(t, ttl, STOP_LOOP, 0);
	t->loop_period = period;
	if (path_repeats_last(t, ttl)) {
		t->gap++;
	} else {
		t->gap = 0;
		t->gap_is_repeats = true;
	}
	t->last_answered = ttl;
}

/* Goes through the hops in order, as far as they are known. */
static void path_judge(struct trace *t, const struct engine_config *config)
{
	while (!t->stop && t->judged <= config->max_ttl) {
		uint8_t ttl = t->judged;
		const struct hop *hop = &t->hops[ttl];

		if (!hop->answered && hop->settled < config->probes)
			break;
		t->judged++;
		if (hop->answered) {
			path_judge_answered(t, config, ttl);
		} else {
			t->gap++;
			t->gap_is_repeats = false;
			t->loop_period = 0;
		}
		if (t->gap >= config->gap_limit && ttl >= t->top)
			path_end(t, t->top, t->gap_is_repeats ? STOP_LOOP : STOP_GAP_LIMIT, 0);
	}
	if (!t->stop && t->judged > config->max_ttl)
		path_end(t, t->top, STOP_MAX_TTL, 0);
}

static void path_settled(struct trace *t, const struct engine_config *config, const struct probe *p)
{
	t->hops[p->ttl].settled++;
	if (p->arrived)
		t->hops[p->ttl].waiting_arrived--;
	path_judge(t, config);
	while (t->complete <= config->max_ttl && t->hops[t->complete].settled == config->probes)
		t->complete++;
}

static void path_answered(struct trace *t, const struct engine_config *config, struct probe *p)
{
	struct hop *hop = &t->hops[p->ttl];

	if (!hop->answered) {
		hop->answered = true;
		hop->first = (uint16_t)trace_index(t, p);
	}
	if (method_is_destination(t, &p->from)) {
		t->reached = true;
		path_end(t, p->ttl, STOP_COMPLETED, 0);
	} else if (method_is_unreachable(t, p->icmp)) {
		path_end(t, p->ttl, STOP_UNREACHABLE, p->icmp);
	}
	if (p->ttl > t->top)
		t->top = p->ttl;
	path_settled(t, config, p);
}

static void path_lost(struct trace *t, const struct engine_config *config, struct probe *p)
{
	path_settled(t, config, p);
}

/*
 * Does a router beyond an end at `len` contradict it?  Not so one whose probes
 * arrived here, too: that is our own address as the server sees it, where a
 * translator stands between us.
 */
static bool path_arrival_fits(const struct trace *t, uint8_t len)
{
	for (unsigned int ttl = len; ttl <= t->top; ttl++)
		if (t->hops[ttl].answered && !t->hops[ttl].arrived &&
		    !method_is_destination(t, path_from(t, ttl)))
			return false;
	return !t->arrival_len || t->arrival_len == len;
}

/* The TTL at which a path that long is seen to end. */
static uint8_t path_arrival_end(const struct engine_config *config, uint8_t len)
{
	return len < config->min_ttl ? config->min_ttl : len;
}

static bool path_arrived(struct trace *t, const struct engine_config *config, struct probe *p,
			 uint8_t ttl_left, mono at)
{
	uint8_t len = (uint8_t)(p->ttl - ttl_left + 1);
	bool fits = path_arrival_fits(t, len);

	if (!p->arrived && p->state == PROBE_WAITING)
		t->hops[p->ttl].waiting_arrived++;
	p->arrived = 1;
	t->hops[p->ttl].arrived = true;
	t->reached = true;
	t->patience = method_patience(t, config, at);
	if (!fits)
		return false;
	t->arrival_len = len;
	path_end(t, path_arrival_end(config, len), STOP_COMPLETED, 0);
	return true;
}

static bool path_is_over(const struct trace *t, const struct engine_config *config)
{
	(void)config;
	return t->stop && t->complete > t->end_ttl;
}

static bool path_waits_for_arrived(const struct trace *t, const struct engine_config *config)
{
	const struct hop *last = &t->hops[t->end_ttl];

	return t->stop == STOP_COMPLETED && t->arrival_len &&
	       path_arrival_end(config, t->arrival_len) == t->end_ttl &&
	       t->complete == t->end_ttl && last->sent == config->probes &&
	       last->sent - last->settled == last->waiting_arrived;
}

static bool path_wants(const struct trace *t, const struct engine_config *config)
{
	uint8_t ttl;
	uint8_t try;

	return path_peek(t, config, &ttl, &try);
}

static void path_take(struct trace *t, const struct engine_config *config, struct probe *p)
{
	if (!path_peek(t, config, &p->ttl, &p->try))
		abort(); /* it was waiting because it has something to send */
	path_sent(t, p->ttl, p->try);
}

static mono path_late_at(const struct trace *t, const struct engine_config *config,
			 const struct probe *p)
{
	(void)t;
	(void)config;
	(void)p;
	return MONO_NEVER; /* tries go along the path one after the other */
}

static void path_late(struct trace *t, const struct engine_config *config, struct probe *p)
{
	(void)t;
	(void)config;
	(void)p;
}

static uint16_t path_flow(const struct trace *t, const struct probe *p)
{
	(void)p;
	return t->spec.flow;
}

const struct method path_method = {
	.mode = TRACE_SINGLEPATH,
	.begin = path_begin,
	.wants = path_wants,
	.take = path_take,
	.answered = path_answered,
	.lost = path_lost,
	.late_at = path_late_at,
	.late = path_late,
	.arrived = path_arrived,
	.is_over = path_is_over,
	.waits_for_arrived = path_waits_for_arrived,
	.flow = path_flow,
};
