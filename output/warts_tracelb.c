// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A multipath trace as `tracelb`: nodes, and links that have the probes which went their way.
 *
 * A silent hop can't be a node, as readers want an address: it becomes a longer link from
 * whoever is before it to whoever is behind it.  The source is the first node, or there
 * would be no place for what the first hop answered.
 */
#include <errno.h>
#include <stdlib.h>

#include "output/names.h"
#include "output/warts_trace.h"
#include "wire/headers.h"

/* Numbers of parameters, and values, as in docs/warts.md. */
enum {
	LB_LIST = 1,
	LB_CYCLE = 2,
	LB_START = 5,
	LB_SPORT = 6,
	LB_TYPE = 9,
	LB_FIRST_HOP = 10,
	LB_CONFIDENCE = 14,
	LB_NODE_COUNT = 16,
	LB_LINK_COUNT = 17,
	LB_SENT = 18,
	LB_SRC = 21,
	LB_DST = 22,
	LB_USER = 23,

	NODE_LINK_COUNT = 3,
	NODE_ADDR = 5,
	NODE_NAME = 6,

	LINK_FROM = 1,
	LINK_TO = 2,
	LINK_HOPS = 3,

	SET_PROBES = 1,

	PROBE_SENT = 1,
	PROBE_FLOW = 2,
	PROBE_TTL = 3,
	PROBE_TRY = 4,
	PROBE_REPLIES = 5,

	REPLY_CAME = 1,
	REPLY_TTL = 3,
	REPLY_FLAGS = 4,
	REPLY_ICMP = 5,
	REPLY_OBJECTS = 7,
	REPLY_QUOTED_TTL = 8,
	REPLY_ADDR = 11,

	TYPE_UDP_DPORT = 1,
	TYPE_ICMP_ECHO = 2,
	TYPE_TCP_SPORT = 4, /* ours vary the other port; none is for that */
	FLAG_REPLY_TTL = 1,
	FLAG_TCP = 2,
};

struct lb_link {
	uint16_t from, to; /* vertices */
	uint8_t hops;
};

struct lb {
	const struct trace_record *trace;
	uint16_t *node;	  /* of a vertex */
	uint32_t *met;	  /* of a vertex: the last one that was found to lead to it, plus 1 */
	uint16_t *before; /* of a vertex: links that lead to it */
	uint16_t *after;  /* of a vertex: links that leave it */
	uint16_t node_count;
	struct lb_link *links;
	size_t link_count, link_room;
};

/* Does the probe belong to that hop of the link? */
typedef bool lb_question(const struct lb *lb, const struct lb_link *link, uint8_t hop,
			 const struct probe_record *p);

static bool is_silent(const struct probe_record *p)
{
	return !p->answered && !p->arrived;
}

static bool has_silence(const struct trace_record *trace, uint8_t ttl)
{
	for (size_t i = 0; i < trace->probe_count; i++)
		if (trace->probes[i].ttl == ttl && is_silent(&trace->probes[i]))
			return true;
	return false;
}

static bool is_hole(const struct lb *lb, uint16_t vertex)
{
	return addr_is_none(&lb->trace->vertices[vertex].addr);
}

static void lb_fini(struct lb *lb)
{
	free(lb->node);
	free(lb->met);
	free(lb->before);
	free(lb->after);
	free(lb->links);
}

static int lb_add(struct lb *lb, struct lb_link link)
{
	if (lb->link_count == lb->link_room) {
		size_t room = lb->link_room ? 2 * lb->link_room : 64;
		struct lb_link *grown = reallocarray(lb->links, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		lb->links = grown;
		lb->link_room = room;
	}
	lb->links[lb->link_count++] = link;
	lb->before[link.to]++;
	lb->after[link.from]++;
	return 0;
}

/*
 * Links from a node to all that it leads to, directly or by silent hops only.  They lead to
 * later vertices, of which there are no more than TTLs in a row.
 */
static int lb_follow(struct lb *lb, uint16_t from, uint16_t at, uint8_t hops)
{
	const struct trace_record *trace = lb->trace;
	int err = 0;

	for (size_t i = 0; !err && i < trace->link_count; i++) {
		uint16_t far = trace->links[i].far;

		if (trace->links[i].near != at || far <= at || lb->met[far] == from + 1u)
			continue;
		lb->met[far] = from + 1u;
		if (!is_hole(lb, far))
			err = lb_add(lb, (struct lb_link){ from, far, hops });
		else if (has_silence(trace, trace->vertices[far].ttl))
			err = lb_follow(lb, from, far, (uint8_t)(hops + 1));
	}
	return err;
}

static int lb_init(struct lb *lb, const struct trace_record *trace)
{
	size_t count = trace->vertex_count + 1;
	int err = 0;

	*lb = (struct lb){ .trace = trace };
	lb->node = calloc(count, sizeof(*lb->node));
	lb->met = calloc(count, sizeof(*lb->met));
	lb->before = calloc(count, sizeof(*lb->before));
	lb->after = calloc(count, sizeof(*lb->after));
	if (!lb->node || !lb->met || !lb->before || !lb->after)
		return -ENOMEM;
	for (uint16_t i = 0; !err && i < trace->vertex_count; i++) {
		if (is_hole(lb, i))
			continue;
		lb->node[i] = lb->node_count++;
		err = lb_follow(lb, i, i, 1);
	}
	return err;
}

/* Where that flow was at that TTL, as its first answer says; NULL: nobody answered it. */
static const struct probe_record *flow_at(const struct trace_record *trace, uint8_t ttl,
					  uint16_t flow)
{
	size_t low = 0, high = trace->probe_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct probe_record *p = &trace->probes[middle];

		if (p->ttl < ttl || (p->ttl == ttl && p->flow < flow))
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < trace->probe_count; low++) {
		const struct probe_record *p = &trace->probes[low];

		if (p->ttl != ttl || p->flow != flow)
			break;
		if (!is_silent(p))
			return p;
	}
	return NULL;
}

/* Had the flow of that probe been at the link's near end?  `unknown` where nobody knows. */
static bool lb_comes_by(const struct lb *lb, const struct lb_link *link,
			const struct probe_record *p, bool unknown)
{
	const struct vertex_record *near = &lb->trace->vertices[link->from];
	const struct probe_record *before;

	if (link->from == 0)
		return true;
	before = flow_at(lb->trace, near->ttl, p->flow);
	return before ? addr_equal(&before->from, &near->addr) : unknown;
}

/* Did the probe end at the link's far end, having come by its near end?  Where nobody
 * knows by whom, and there is but one link to where it ended, it came by that. */
static bool lb_is_of(const struct lb *lb, const struct lb_link *link, uint8_t hop,
		     const struct probe_record *p)
{
	const struct vertex_record *far = &lb->trace->vertices[link->to];

	(void)hop;
	return p->ttl == far->ttl && !is_silent(p) && addr_equal(&p->from, &far->addr) &&
	       lb_comes_by(lb, link, p, lb->before[link->to] == 1);
}

/* Was it lost where the link is silent? */
static bool lb_is_silent(const struct lb *lb, const struct lb_link *link, uint8_t hop,
			 const struct probe_record *p)
{
	const struct vertex_record *far = &lb->trace->vertices[link->to];

	return p->ttl == far->ttl - (link->hops - hop) && is_silent(p) &&
	       lb_comes_by(lb, link, p, false);
}

/* The same, whatever way it went. */
static bool lb_is_lost(const struct lb *lb, const struct lb_link *link, uint8_t hop,
		       const struct probe_record *p)
{
	const struct vertex_record *far = &lb->trace->vertices[link->to];

	return p->ttl == far->ttl - (link->hops - hop) && is_silent(p);
}

static size_t lb_count(const struct lb *lb, const struct lb_link *link, uint8_t hop,
		       lb_question *is_in)
{
	size_t count = 0;

	for (size_t i = 0; i < lb->trace->probe_count; i++)
		count += is_in(lb, link, hop, &lb->trace->probes[i]);
	return count;
}

static uint8_t lb_type(const struct trace_record *trace)
{
	return trace->proto == PROTO_TCP   ? TYPE_TCP_SPORT
	       : trace->proto == PROTO_UDP ? TYPE_UDP_DPORT
					   : TYPE_ICMP_ECHO;
}

static void put_parameters(struct warts_record *r, const struct lb *lb, struct warts_ids ids)
{
	const struct trace_record *trace = lb->trace;

	warts_open_block(r);
	warts_u32_at(r, LB_LIST, ids.list);
	warts_u32_at(r, LB_CYCLE, ids.cycle);
	warts_number(r, LB_START);
	warts_time(r, trace->started_us);
	if (trace->sport > 0)
		warts_u16_at(r, LB_SPORT, trace->sport);
	warts_u8_at(r, LB_TYPE, lb_type(trace));
	if (trace->probe_count > 0)
		warts_u8_at(r, LB_FIRST_HOP, trace->probes[0].ttl);
	warts_u8_at(r, LB_CONFIDENCE, (uint8_t)(100 - 100 * trace->eps + 0.5));
	warts_u16_at(r, LB_NODE_COUNT, lb->node_count);
	warts_u16_at(r, LB_LINK_COUNT, (uint16_t)lb->link_count);
	warts_u32_at(r, LB_SENT, trace->sent);
	warts_addr_at(r, LB_SRC, &trace->src);
	warts_addr_at(r, LB_DST, &trace->dst);
	warts_u32_at(r, LB_USER, warts_user(trace));
	warts_close_block(r);
}

static void put_node(struct warts_record *r, const struct lb *lb, uint16_t vertex)
{
	const struct addr *addr = &lb->trace->vertices[vertex].addr;
	const char *name = names_find(lb->trace->names, addr);

	warts_open_block(r);
	warts_u16_at(r, NODE_LINK_COUNT, lb->after[vertex]);
	warts_addr_at(r, NODE_ADDR, addr);
	if (name) {
		warts_number(r, NODE_NAME);
		warts_text(r, name);
	}
	warts_close_block(r);
}

static void put_reply(struct warts_record *r, const struct trace_record *trace,
		      const struct probe_record *p)
{
	bool knows_ttl = p->answered && p->reply_ttl > 0;
	uint16_t icmp = 0;
	bool is_icmp = warts_icmp(trace, p, &icmp);

	warts_open_block(r);
	warts_number(r, REPLY_CAME);
	warts_time(r, trace->started_us + (int64_t)p->sent_us + warts_rtt(p));
	if (knows_ttl)
		warts_u8_at(r, REPLY_TTL, p->reply_ttl);
	warts_u8_at(r, REPLY_FLAGS,
		    (uint8_t)((knows_ttl ? FLAG_REPLY_TTL : 0) | (is_icmp ? 0 : FLAG_TCP)));
	if (is_icmp) {
		warts_number(r, REPLY_ICMP);
		warts_u16(r, icmp);
	}
	warts_objects_at(r, REPLY_OBJECTS, p);
	if (knows_ttl && p->icmp != 0)
		warts_u8_at(r, REPLY_QUOTED_TTL, p->quoted_ttl);
	warts_addr_at(r, REPLY_ADDR, &p->from);
	warts_close_block(r);
}

static void put_probe(struct warts_record *r, const struct trace_record *trace,
		      const struct probe_record *p)
{
	bool has_reply = !is_silent(p);

	warts_open_block(r);
	warts_number(r, PROBE_SENT);
	warts_time(r, trace->started_us + (int64_t)p->sent_us);
	warts_u16_at(r, PROBE_FLOW, p->flow);
	warts_u8_at(r, PROBE_TTL, p->ttl);
	warts_u8_at(r, PROBE_TRY, p->try);
	warts_u16_at(r, PROBE_REPLIES, has_reply);
	warts_close_block(r);
	if (has_reply)
		put_reply(r, trace, p);
}

/* Of one hop of the link, 1 being the one next to its near end.  Readers take a set without
 * probes amiss: that of a silent hop has any that was lost there, if it has to. */
static void put_set(struct warts_record *r, const struct lb *lb, const struct lb_link *link,
		    uint8_t hop)
{
	lb_question *is_in = hop < link->hops ? lb_is_silent : lb_is_of;
	const struct trace_record *trace = lb->trace;
	size_t count = lb_count(lb, link, hop, is_in);

	if (count == 0 && hop < link->hops) {
		is_in = lb_is_lost;
		count = lb_count(lb, link, hop, is_in);
	}
	warts_open_block(r);
	warts_u16_at(r, SET_PROBES, (uint16_t)count);
	warts_close_block(r);
	for (size_t i = 0; i < trace->probe_count; i++)
		if (is_in(lb, link, hop, &trace->probes[i]))
			put_probe(r, trace, &trace->probes[i]);
}

static void put_link(struct warts_record *r, const struct lb *lb, const struct lb_link *link)
{
	warts_open_block(r);
	warts_u16_at(r, LINK_FROM, lb->node[link->from]);
	warts_u16_at(r, LINK_TO, lb->node[link->to]);
	warts_u8_at(r, LINK_HOPS, link->hops);
	warts_close_block(r);
	for (uint8_t hop = 1; hop <= link->hops; hop++)
		put_set(r, lb, link, hop);
}

int warts_tracelb(struct warts_record *r, const struct trace_record *trace, struct warts_ids ids)
{
	struct lb lb;
	int err = lb_init(&lb, trace);

	if (!err && lb.link_count > UINT16_MAX)
		err = -EMSGSIZE;
	if (err)
		goto out;
	warts_begin(r, WARTS_TRACELB);
	put_parameters(r, &lb, ids);
	for (uint16_t i = 0; i < trace->vertex_count; i++)
		if (!is_hole(&lb, i))
			put_node(r, &lb, i);
	for (size_t i = 0; i < lb.link_count; i++)
		put_link(r, &lb, &lb.links[i]);
	err = warts_end(r);
out:
	lb_fini(&lb);
	return err;
}
