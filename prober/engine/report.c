// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/report.h"

#include "prober/engine/method.h"
#include "prober/engine/notes.h"
#include "wire/headers.h"
#include "wire/revtr.h"

static struct probe_record report_probe(const struct trace *t, struct notes *notes,
					const struct probe *p)
{
	struct probe_record record = {
		.rtt_ns = p->rtt_ns,
		.sent_us = mono_since(t->started, p->sent) / NS_PER_US,
		.flow = t->method->flow(t, p),
		.icmp = p->icmp,
		.ttl = p->ttl,
		.try = p->try,
		.reply_ttl = p->reply_ttl,
		.reply_tos = p->reply_tos,
		.quoted_ttl = p->quoted_ttl,
		/* A request that was refused, or echoed, got an answer, but no hop did. */
		.answered = p->state == PROBE_ANSWERED && !addr_is_none(&p->from),
		.has_rtt = p->has_rtt,
		.arrived = p->arrived,
	};

	if (p->objects)
		record.objects = notes_take(notes, p->objects - 1, &record.objects_len);
	if (record.answered)
		record.from = p->from;
	else if (record.arrived)
		record.from = t->spec.src;
	return record;
}

/* Is that the order of two probes of one TTL? */
static bool report_in_order(const struct probe_record *first, const struct probe_record *second)
{
	return first->flow < second->flow ||
	       (first->flow == second->flow && first->try < second->try);
}

/*
 * From the order of sending to that of TTL, flow and try.  Probes of one TTL mostly
 * come in that order already, so each moves few others.
 */
static size_t report_probes(const struct trace *t, struct notes *notes, struct probe_record *probes)
{
	size_t first[257] = { 0 }; /* of each TTL */
	size_t count[256] = { 0 }; /* placed already */

	for (unsigned int i = FIRST_PROBE; i < t->probe_count; i++)
		first[trace_probe(t, i)->ttl + 1]++;
	for (unsigned int ttl = 0; ttl < 256; ttl++)
		first[ttl + 1] += first[ttl];
	for (unsigned int i = FIRST_PROBE; i < t->probe_count; i++) {
		uint8_t ttl = trace_probe(t, i)->ttl;
		struct probe_record record = report_probe(t, notes, trace_probe(t, i));
		size_t at = first[ttl] + count[ttl]++;

		for (; at > first[ttl] && report_in_order(&record, &probes[at - 1]); at--)
			probes[at] = probes[at - 1];
		probes[at] = record;
	}
	return first[256];
}

/* The TTL at which the path ends, or is lost sight of. */
static uint8_t report_path_len(const struct trace *t)
{
	switch (t->stop) {
	case STOP_COMPLETED:
	case STOP_LOOP:
		return t->end_ttl;
	case STOP_UNREACHABLE:
		return t->end_ttl ? t->end_ttl : t->top;
	case STOP_GAP_LIMIT:
	case STOP_ERROR:
	case STOP_MAX_TTL:
	case STOP_INTERRUPTED:
	case STOP_NOT_SUPPORTED:
	case STOP_NO_ANSWER:
	case STOP_BUDGET:
	case STOP_NOT_TOLD:
		break;
	}
	return t->top;
}

static void report_ports(const struct trace *t, struct trace_record *record)
{
	if (t->spec.proto != PROTO_UDP && t->spec.proto != PROTO_TCP)
		return;
	record->sport = trace_is_reverse(t) ? REVTR_PROBE_PORT : PROBE_SOURCE_PORT;
	record->dport = t->spec.flow;
}

void report_trace(const struct trace *t, struct notes *notes, struct probe_record *probes,
		  struct trace_record *ret_record)
{
	bool is_reverse = trace_is_reverse(t);
	struct trace_record record = {
		.target = t->spec.target->name,
		.declared_asn = t->spec.target->declared_asn,
		.contact = t->spec.target->contact,
		.direction = t->spec.direction,
		.mode = TRACE_SINGLEPATH,
		.proto = t->spec.proto,
		.src = is_reverse ? t->spec.dst : t->spec.src,
		.dst = *trace_destination(t),
		.flow = t->spec.flow,
		.pair_id = t->spec.pair_id,
		.started_us = t->spec.wall_us,
		.ended_us = t->spec.wall_us +
			    (int64_t)(mono_since(t->started, t->ended_at) / NS_PER_US),
		.stop = t->stop,
		.stop_code = t->stop_code,
		.reached = t->reached,
		.path_len = report_path_len(t),
		.arrival_len = t->arrival_len,
		.checks = (uint32_t)t->checks + t->questions,
		.check_rtt_ns = t->check_rtt_ns,
		.probes = probes,
	};

	report_ports(t, &record);
	record.probe_count = report_probes(t, notes, probes);
	record.sent = (uint32_t)record.probe_count;
	for (size_t i = 0; i < record.probe_count; i++)
		if (probes[i].ttl <= record.path_len && !probes[i].answered && !probes[i].arrived)
			record.lost++;
	*ret_record = record;
}
