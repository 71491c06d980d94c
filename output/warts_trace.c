// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/warts_trace.h"

#include <errno.h>

#include "output/names.h"
#include "wire/headers.h"

/* Numbers of parameters, and values, as in docs/warts.md. */
enum {
	TRACE_LIST = 1,
	TRACE_CYCLE = 2,
	TRACE_START = 5,
	TRACE_STOP_REASON = 6,
	TRACE_STOP_DATA = 7,
	TRACE_FLAGS = 8,
	TRACE_ATTEMPTS = 9,
	TRACE_TYPE = 11,
	TRACE_SPORT = 13,
	TRACE_DPORT = 14,
	TRACE_FIRST_HOP = 15,
	TRACE_HOP_COUNT = 19,
	TRACE_SENT = 23,
	TRACE_SRC = 26,
	TRACE_DST = 27,
	TRACE_USER = 28,

	HOP_TTL = 2,
	HOP_REPLY_TTL = 3,
	HOP_FLAGS = 4,
	HOP_TRY = 5,
	HOP_RTT = 6,
	HOP_ICMP = 7,
	HOP_REPLY_TOS = 11,
	HOP_QUOTED_TTL = 14,
	HOP_OBJECTS = 17,
	HOP_ADDR = 18,
	HOP_SENT = 19,
	HOP_NAME = 20,

	TYPE_TCP_SYN = 3,
	TYPE_ICMP_PARIS = 4,
	TYPE_UDP_PARIS = 5,
	FLAG_ICMP_CHECKSUM = 0x20, /* of a trace: it has the place of the port */
	FLAG_REPLY_TTL = 0x10,	   /* of a hop: known */
	FLAG_TCP = 0x20,	   /* of a hop: the answer was a segment */
	REASON_NONE = 0,
	REASON_ICMP = 3,
};

/* Why it ended: for the reasons that are ours, errno's numbers say it best. */
static void put_stop(struct warts_record *r, const struct trace_record *trace)
{
	uint8_t reason = (uint8_t)trace->stop;
	uint8_t data = 0;
	unsigned int type = trace->stop_code >> 8;

	switch (trace->stop) {
	case STOP_UNREACHABLE:
		data = (uint8_t)trace->stop_code;
		if (type != (addr_is_v4(&trace->dst) ? ICMPV4_UNREACHABLE : ICMPV6_UNREACHABLE)) {
			reason = REASON_ICMP;
			data = (uint8_t)type;
		}
		break;
	case STOP_ERROR:
		data = (uint8_t)trace->stop_code;
		break;
	case STOP_NOT_SUPPORTED:
		reason = STOP_ERROR;
		data = EPROTONOSUPPORT;
		break;
	case STOP_NO_ANSWER:
		reason = STOP_ERROR;
		data = ETIMEDOUT;
		break;
	case STOP_BUDGET:
		reason = STOP_INTERRUPTED;
		break;
	case STOP_NOT_TOLD:
		reason = REASON_NONE;
		break;
	case STOP_COMPLETED:
	case STOP_LOOP:
	case STOP_GAP_LIMIT:
	case STOP_MAX_TTL:
	case STOP_INTERRUPTED:
		break;
	}
	warts_u8_at(r, TRACE_STOP_REASON, reason);
	warts_u8_at(r, TRACE_STOP_DATA, data);
}

static bool is_at_end(const struct trace_record *trace, const struct probe_record *p)
{
	return addr_equal(&p->from, &trace->dst) ||
	       (trace->stop == STOP_COMPLETED && p->ttl == trace->path_len);
}

bool warts_icmp(const struct trace_record *trace, const struct probe_record *p, uint16_t *ret_icmp)
{
	bool is_v4 = addr_is_v4(&p->from);

	if (p->icmp != 0)
		*ret_icmp = p->icmp;
	else if (trace->direction == TRACE_REVERSE && !is_at_end(trace, p))
		*ret_icmp = (uint16_t)((is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED) << 8);
	else if (trace->proto == PROTO_TCP)
		return false;
	else if (trace->proto == PROTO_UDP)
		*ret_icmp = is_v4 ? ICMPV4_UNREACHABLE << 8 | 3 : ICMPV6_UNREACHABLE << 8 | 4;
	else
		*ret_icmp = (uint16_t)((is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY) << 8);
	return true;
}

uint32_t warts_rtt(const struct probe_record *p)
{
	uint64_t us = p->rtt_ns / 1000;

	if (!p->answered || !p->has_rtt)
		return 0;
	return us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

uint32_t warts_user(const struct trace_record *trace)
{
	return trace->direction == TRACE_REVERSE ? 1 : 0;
}

/* Silence has no record, and neither has what lies behind the path. */
static bool is_hop(const struct trace_record *trace, const struct probe_record *p)
{
	return (p->answered || p->arrived) && p->ttl <= trace->path_len;
}

static void put_ports(struct warts_record *r, const struct trace_record *trace)
{
	if (trace->proto == PROTO_TCP || trace->proto == PROTO_UDP) {
		warts_u16_at(r, TRACE_SPORT, trace->sport);
		warts_u16_at(r, TRACE_DPORT, trace->dport);
	} else {
		warts_u16_at(r, TRACE_DPORT, trace->flow);
	}
}

static uint8_t type_of(const struct trace_record *trace)
{
	return trace->proto == PROTO_TCP   ? TYPE_TCP_SYN
	       : trace->proto == PROTO_UDP ? TYPE_UDP_PARIS
					   : TYPE_ICMP_PARIS;
}

static void put_parameters(struct warts_record *r, const struct trace_record *trace,
			   struct warts_ids ids)
{
	uint8_t attempts = 0;
	uint8_t last = 0;

	for (size_t i = 0; i < trace->probe_count; i++) {
		const struct probe_record *p = &trace->probes[i];

		attempts = p->try >= attempts ? (uint8_t)(p->try + 1) : attempts;
		last = is_hop(trace, p) ? p->ttl : last;
	}
	warts_open_block(r);
	warts_u32_at(r, TRACE_LIST, ids.list);
	warts_u32_at(r, TRACE_CYCLE, ids.cycle);
	warts_number(r, TRACE_START);
	warts_time(r, trace->started_us);
	put_stop(r, trace);
	if (type_of(trace) == TYPE_ICMP_PARIS)
		warts_u8_at(r, TRACE_FLAGS, FLAG_ICMP_CHECKSUM);
	warts_u8_at(r, TRACE_ATTEMPTS, attempts);
	warts_u8_at(r, TRACE_TYPE, type_of(trace));
	put_ports(r, trace);
	if (trace->probe_count > 0)
		warts_u8_at(r, TRACE_FIRST_HOP, trace->probes[0].ttl);
	warts_u16_at(r, TRACE_HOP_COUNT, last);
	warts_u16_at(r, TRACE_SENT, trace->sent < UINT16_MAX ? (uint16_t)trace->sent : UINT16_MAX);
	warts_addr_at(r, TRACE_SRC, &trace->src);
	warts_addr_at(r, TRACE_DST, &trace->dst);
	warts_u32_at(r, TRACE_USER, warts_user(trace));
	warts_close_block(r);
}

static void put_hop(struct warts_record *r, const struct trace_record *trace,
		    const struct probe_record *p)
{
	const char *name = names_find(trace->names, &p->from);
	bool knows_ttl = p->answered && p->reply_ttl > 0;
	uint16_t icmp = 0;
	bool is_icmp = warts_icmp(trace, p, &icmp);

	warts_open_block(r);
	warts_u8_at(r, HOP_TTL, p->ttl);
	if (knows_ttl)
		warts_u8_at(r, HOP_REPLY_TTL, p->reply_ttl);
	warts_u8_at(r, HOP_FLAGS,
		    (uint8_t)((knows_ttl ? FLAG_REPLY_TTL : 0) | (is_icmp ? 0 : FLAG_TCP)));
	warts_u8_at(r, HOP_TRY, p->try);
	warts_u32_at(r, HOP_RTT, warts_rtt(p));
	if (is_icmp) {
		warts_number(r, HOP_ICMP);
		warts_u16(r, icmp);
	}
	if (knows_ttl)
		warts_u8_at(r, HOP_REPLY_TOS, p->reply_tos);
	if (knows_ttl && p->icmp != 0)
		warts_u8_at(r, HOP_QUOTED_TTL, p->quoted_ttl);
	warts_objects_at(r, HOP_OBJECTS, p);
	warts_addr_at(r, HOP_ADDR, &p->from);
	warts_number(r, HOP_SENT);
	warts_time(r, trace->started_us + (int64_t)p->sent_us);
	if (name) {
		warts_number(r, HOP_NAME);
		warts_text(r, name);
	}
	warts_close_block(r);
}

int warts_trace(struct warts_record *r, const struct trace_record *trace, struct warts_ids ids)
{
	uint16_t count = 0;

	warts_begin(r, WARTS_TRACE);
	put_parameters(r, trace, ids);
	for (size_t i = 0; i < trace->probe_count; i++)
		count = (uint16_t)(count + is_hop(trace, &trace->probes[i]));
	warts_u16(r, count);
	for (size_t i = 0; i < trace->probe_count; i++)
		if (is_hop(trace, &trace->probes[i]))
			put_hop(r, trace, &trace->probes[i]);
	warts_u16(r, 0); /* no attributes follow */
	return warts_end(r);
}
