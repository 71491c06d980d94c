// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/match.h"

#include "base/pool.h"
#include "prober/engine/method.h"
#include "wire/headers.h"

/* A protocol that no server sends probes with (RFC 3692): asks what it calls that. */
#define QUESTION_PROTO 253
#define QUESTION_TTL   1

/* Stamps of one host come from one clock; that much they may be out of order. */
#define STAMP_SLACK_NS NS_PER_MS

static uint16_t match_flow(const struct trace *t, uint32_t index)
{
	return index < FIRST_PROBE ? t->spec.flow : t->method->flow(t, trace_probe(t, index));
}

struct probe_spec match_asked(const struct trace *t, uint32_t index)
{
	const struct probe *p = trace_probe(t, index);
	struct probe_spec spec = {
		.src = t->spec.src,
		.dst = t->spec.dst,
		.toward = t->spec.toward,
		.is_request = trace_is_reverse(t),
		.proto = t->spec.proto,
		.ttl = p->ttl,
		.flow = match_flow(t, index),
		.id = p->id,
	};

	if (index >= CHECKS_MAX && index < FIRST_PROBE) {
		spec.proto = QUESTION_PROTO;
		spec.ttl = QUESTION_TTL;
	}
	return spec;
}

void match_spec(const struct identity_key *key, const struct trace *t, uint32_t index,
		struct probe_spec *ret_spec)
{
	*ret_spec = match_asked(t, index);
	identity_seal(key, t->serial, ret_spec);
}

static bool match_find(const struct match_tables *tables, const struct host *host, uint16_t id,
		       struct trace **ret_trace, uint32_t *ret_probe)
{
	struct inflight_probe found;

	if (!inflight_find(tables->inflight, host->slot, id, &found))
		return false;
	*ret_trace = pool_at(tables->traces, found.trace);
	*ret_probe = found.probe;
	return true;
}

static bool match_fits(const struct trace *t, uint32_t index, const struct reply *reply)
{
	if (reply->is_request != trace_is_reverse(t))
		return false;
	if (reply->kind != REPLY_SENT && !addr_equal(&reply->to, &t->spec.src))
		return false;
	if (reply->is_request)
		return true; /* what was asked for is not repeated */
	if (reply->proto != t->spec.proto)
		return false;
	/* An echo reply has a checksum of its own. */
	return reply->kind == REPLY_ECHO || reply->flow == match_flow(t, index);
}

static bool match_is_before(const struct probe *p, const struct reply *reply)
{
	return mono_before(mono_after(reply->at, STAMP_SLACK_NS), p->sent);
}

/* By the reply's stamp: it is too late at that moment, whenever we come to look at it. */
static bool match_is_overdue(const struct match_tables *tables, const struct probe *p,
			     const struct reply *reply)
{
	return !mono_before(reply->at, mono_after(p->sent, tables->timeout_ns));
}

/* A stamp far from when the packet was handed over says that somebody set the clock. */
static enum match_verdict match_departure(const struct match_tables *tables, const struct probe *p,
					  const struct reply *reply)
{
	if (p->state != PROBE_WAITING)
		return MATCH_LATE;
	if (match_is_before(p, reply) || match_is_overdue(tables, p, reply))
		return MATCH_IMPLAUSIBLE;
	return MATCH_SENT;
}

static enum match_verdict match_state(const struct match_tables *tables, const struct probe *p,
				      const struct reply *reply)
{
	if (reply->kind == REPLY_SENT)
		return match_departure(tables, p, reply);
	if (p->state == PROBE_ANSWERED)
		return MATCH_DUPLICATE;
	if (p->state == PROBE_LOST)
		return MATCH_LATE;
	if (match_is_before(p, reply))
		return MATCH_IMPLAUSIBLE;
	return match_is_overdue(tables, p, reply) ? MATCH_LATE : MATCH_ANSWER;
}

static bool match_arrival_fits(const struct trace *t, uint32_t index, const struct reply *reply)
{
	return trace_is_reverse(t) && index >= FIRST_PROBE && reply->proto == t->spec.proto &&
	       reply->flow == match_flow(t, index) && addr_equal(&reply->to, &t->spec.src);
}

/* What arrives is seen here before anybody can answer it.  So a probe that somebody else
 * has answered does not arrive any more, whoever says so. */
static enum match_verdict match_arrival_state(const struct match_tables *tables,
					      const struct trace *t, const struct probe *p,
					      const struct reply *reply)
{
	if (reply->ttl == 0 || reply->ttl > p->ttl || match_is_before(p, reply))
		return MATCH_IMPLAUSIBLE;
	if (p->arrived)
		return MATCH_DUPLICATE;
	if (p->state == PROBE_ANSWERED && !addr_equal(&p->from, &t->spec.src))
		return MATCH_INCONSISTENT;
	if (p->state == PROBE_LOST || match_is_overdue(tables, p, reply))
		return MATCH_LATE;
	return MATCH_ARRIVAL;
}

/*
 * A server's probe says which request it comes from, or it carries the request's
 * identifier, or one that the server made up; its IPv4 identification is the
 * request's in each case.
 */
static enum match_verdict match_arrival(const struct match_tables *tables, const struct host *host,
					const struct reply *reply, struct trace **ret_trace,
					uint32_t *ret_probe)
{
	uint16_t ids[2] = { reply->ipv4_id, reply->request_id ? reply->request_id : reply->id };
	enum match_verdict verdict = MATCH_UNKNOWN;

	for (int i = 0; i < 2; i++) {
		struct trace *t;
		uint32_t index;

		if (ids[i] == 0 || !match_find(tables, host, ids[i], &t, &index))
			continue;
		if (!match_arrival_fits(t, index, reply)) {
			verdict = MATCH_MISFIT;
			continue;
		}
		verdict = match_arrival_state(tables, t, trace_probe(t, index), reply);
		if (verdict == MATCH_ARRIVAL) {
			*ret_trace = t;
			*ret_probe = index;
		}
		return verdict;
	}
	return verdict;
}

enum match_verdict match_reply(const struct match_tables *tables, const struct reply *reply,
			       struct trace **ret_trace, uint32_t *ret_probe)
{
	const struct host *host = hosts_find(tables->hosts, &reply->peer);
	enum match_verdict verdict;
	struct probe_spec spec;
	struct trace *t;
	uint32_t index;

	if (!host)
		return MATCH_UNKNOWN;
	if (reply->kind == REPLY_ARRIVAL)
		return match_arrival(tables, host, reply, ret_trace, ret_probe);
	if (!match_find(tables, host, reply->id, &t, &index))
		return MATCH_UNKNOWN;
	if (!match_fits(t, index, reply))
		return MATCH_MISFIT;
	match_spec(tables->key, t, index, &spec);
	if (identity_judge(&spec, reply) == IDENTITY_WRONG)
		return MATCH_FORGED;
	verdict = match_state(tables, trace_probe(t, index), reply);
	if (verdict != MATCH_ANSWER && verdict != MATCH_SENT)
		return verdict;
	*ret_trace = t;
	*ret_probe = index;
	return verdict;
}
