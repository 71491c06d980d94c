// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/engine.h"

#include "prober/engine/answer.h"
#include "prober/engine/match.h"
#include "prober/engine/method.h"
#include "prober/engine/notes.h"
#include "prober/engine/state.h"
#include "wire/revtr.h"

/* How much faster than ours a server's clock may have run during a round trip. */
#define CLOCK_SLACK_NS NS_PER_MS

static void probe_set_rtt(struct probe *p, uint64_t rtt_ns)
{
	if (rtt_ns > PROBE_RTT_MAX)
		p->has_rtt = 0;
	p->rtt_ns = rtt_ns & PROBE_RTT_MAX;
}

static void probe_settle(struct trace *t, struct probe *p, const struct reply *reply)
{
	p->state = PROBE_ANSWERED;
	if (mono_since(p->sent, reply->at) > t->longest_rtt_ns)
		t->longest_rtt_ns = mono_since(p->sent, reply->at);
	p->has_rtt = !mono_before(reply->at, p->sent);
	probe_set_rtt(p, mono_since(p->sent, reply->at));
	if (trace_is_reverse(t)) {
		/* What the server measured can't have taken longer than all of it: unless
		 * its 32 bits were too few. */
		p->has_rtt = p->has_rtt && reply->answer.has_rtt &&
			     reply->answer.rtt_ns <= p->rtt_ns + CLOCK_SLACK_NS &&
			     p->rtt_ns <= UINT32_MAX;
		probe_set_rtt(p, reply->answer.rtt_ns);
	}
}

static void engine_on_forward(struct engine *e, struct trace *t, struct probe *p,
			      const struct reply *reply)
{
	probe_settle(t, p, reply);
	p->from = reply->from;
	p->reply_ttl = reply->ttl;
	p->reply_tos = reply->tos;
	if (reply->kind == REPLY_ERROR) {
		p->icmp = (uint16_t)(reply->icmp_type << 8 | reply->icmp_code);
		p->quoted_ttl = reply->quoted_ttl;
		p->objects = notes_keep(e->notes, reply->objects, reply->objects_len);
	}
	engine_forget(e, t, p);
	t->method->answered(t, &e->config, p);
}

static void engine_give_id(struct trace *t, struct probe *p, mono now)
{
	p->state = PROBE_ANSWERED;
	host_give_id(t->host, p->id, now);
}

/* The server was asked for what no server does: now its status for that is known. */
static void engine_on_question(struct engine *e, struct trace *t, const struct reply *reply)
{
	uint8_t status = reply->answer.word[0];
	bool is_protocol = status == t->refusal;

	if (status != REVTR_BAD_PROTO && status != REVTR_BAD_FLOW)
		engine_stop(e, t, STOP_ERROR, t->refusal, reply->at);
	else
		engine_stop(e, t, STOP_ERROR,
			    (uint16_t)((is_protocol ? REFUSED_PROTOCOL : REFUSED_FLOW) << 8 |
				       t->refusal),
			    reply->at);
}

static void engine_on_refusal(struct engine *e, struct trace *t, uint8_t status, mono now)
{
	if (status != REVTR_BAD_PROTO && status != REVTR_BAD_FLOW) {
		engine_stop(e, t, STOP_ERROR, status, now);
		return;
	}
	t->refusal = status;
	t->state = TRACE_ASKING;
}

static void engine_on_check(struct engine *e, struct trace *t, const struct probe *p,
			    const struct reply *reply)
{
	if (reply->answer.word[0] != REVTR_BAD_TTL) {
		engine_on_refusal(e, t, reply->answer.word[0], reply->at);
		return;
	}
	t->check_rtt_ns = mono_since(p->sent, reply->at);
	t->state = TRACE_PROBING;
}

static enum match_verdict engine_on_reverse(struct engine *e, struct trace *t, uint32_t index,
					    const struct reply *reply)
{
	struct probe *p = trace_probe(t, index);
	bool is_check = index < FIRST_PROBE;
	struct probe_spec asked = match_asked(t, index);
	enum answer_kind kind = answer_read(reply, asked.ttl, asked.proto, asked.flow);

	if (kind == ANSWER_INVALID || (kind == ANSWER_RESULT && index < CHECKS_MAX))
		return MATCH_IMPLAUSIBLE; /* TTL 0 has no result */
	if (is_check && t->state == TRACE_PROBING)
		return MATCH_DUPLICATE; /* answers a check that was repeated meanwhile */
	engine_give_id(t, p, reply->at);
	if (kind == ANSWER_ECHO) {
		engine_stop(e, t, STOP_NOT_SUPPORTED, 0, reply->at);
	} else if (index >= CHECKS_MAX && is_check) {
		engine_on_question(e, t, reply);
	} else if (kind == ANSWER_REFUSED && !is_check) {
		engine_on_refusal(e, t, reply->answer.word[0], reply->at);
	} else if (is_check) {
		engine_on_check(e, t, p, reply);
	} else {
		probe_settle(t, p, reply);
		p->from = reply->answer.hop;
		engine_forget(e, t, p);
		t->method->answered(t, &e->config, p);
	}
	return MATCH_ANSWER;
}

/* Our request can't get there. */
static void engine_on_undeliverable(struct engine *e, struct trace *t, const struct reply *reply)
{
	engine_stop(e, t, STOP_UNREACHABLE, (uint16_t)(reply->icmp_type << 8 | reply->icmp_code),
		    reply->at);
}

static enum match_verdict engine_on_arrival(struct engine *e, struct trace *t, struct probe *p,
					    const struct reply *reply)
{
	bool fits;

	if (t->state != TRACE_PROBING)
		return MATCH_LATE;
	/* The server does not know what we asked for, or does not care. */
	if (trace_is_indirect(t)) {
		engine_stop(e, t, STOP_ERROR, IGNORED_TARGET << 8, reply->at);
		return MATCH_ARRIVAL;
	}
	fits = t->method->arrived(t, &e->config, p, reply->ttl, reply->at);
	if (t->arrived_waiting + t->late_waiting > LINGER_MAX && p->state == PROBE_WAITING) {
		/* Its answer would add a round trip; there is no room to wait for so many. */
		p->state = PROBE_LOST;
		engine_forget(e, t, p);
		t->method->lost(t, &e->config, p);
	}
	return fits ? MATCH_ARRIVAL : MATCH_INCONSISTENT;
}

static enum match_verdict engine_on_answer(struct engine *e, struct trace *t, uint32_t index,
					   const struct reply *reply)
{
	if (trace_is_reverse(t) && reply->kind != REPLY_ERROR)
		return engine_on_reverse(e, t, index, reply);
	if (trace_is_reverse(t))
		engine_on_undeliverable(e, t, reply);
	else
		engine_on_forward(e, t, trace_probe(t, index), reply);
	return MATCH_ANSWER;
}

/* The kernel saw it leave: what we took for that was when we handed it over. */
static void probe_stamp(struct probe *p, mono at)
{
	if (!p->stamped)
		p->sent = at;
	p->stamped = 1;
}

enum match_verdict engine_on_reply(struct engine *e, const struct reply *reply)
{
	struct match_tables tables = { e->hosts, e->inflight, e->traces, &e->config.key,
				       e->config.timeout_ns };
	struct trace *t;
	uint32_t index;
	enum match_verdict verdict = match_reply(&tables, reply, &t, &index);

	if (verdict == MATCH_SENT) {
		probe_stamp(trace_probe(t, index), reply->at);
		return verdict; /* decides nothing */
	}
	if (verdict == MATCH_ARRIVAL)
		verdict = engine_on_arrival(e, t, trace_probe(t, index), reply);
	else if (verdict == MATCH_ANSWER)
		verdict = engine_on_answer(e, t, index, reply);
	else
		return verdict;
	engine_review(e, t, reply->at);
	return verdict;
}
