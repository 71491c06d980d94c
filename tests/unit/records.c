// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/records.h"

#include <assert.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/clock.h"
#include "base/container.h"
#include "wire/headers.h"

const struct run_record draft_run = {
	.uuid = "9f0c7a52-7d7c-4a55-9d8e-0f4f5f3b2a10",
	.program = "revprobe 0.1.0",
	.argv = "[\"revprobe\",\"two-way\"]",
	.config = "{\"probes\":3}",
	.host = "{\"name\":\"lab\"}",
	.list = "ENDPOINTS",
	.seed = UINT64_MAX,
	.started_us = 1700000000000000,
};

const struct sink_options draft_options = { .format = "dot", .is_one_target = true };

const struct run_end draft_end = { .state = RUN_COMPLETE,
				   .ended_us = 1700000009000000,
				   .counters = "{\"sent\":9}" };

struct addr draft_addr(const char *text)
{
	struct addr addr;
	bool ok = addr_from_text(text, &addr);

	assert(ok);
	return addr;
}

void draft_init(struct record_draft *d, enum trace_direction direction, const char *target,
		const char *src, const char *dst)
{
	memset(d, 0, sizeof(*d));
	d->trace.target = target;
	d->trace.contact = "";
	d->trace.direction = direction;
	d->trace.proto = PROTO_UDP;
	d->trace.src = draft_addr(src);
	d->trace.dst = draft_addr(dst);
	d->trace.sport = 1021;
	d->trace.dport = 33500;
	d->trace.flow = 33500;
	d->trace.started_us = 1700000001000000;
	d->trace.ended_us = 1700000001500000;
	d->trace.stop = STOP_COMPLETED;
	d->trace.reached = true;
	d->trace.probes = d->probes;
}

struct probe_record *draft_add(struct record_draft *d, uint8_t ttl, const char *from,
			       uint64_t rtt_us)
{
	struct trace_record *t = &d->trace;
	struct probe_record *p = &d->probes[t->probe_count];

	assert(t->probe_count < ARRAY_LEN(d->probes));
	p->ttl = ttl;
	if (t->probe_count > 0 && p[-1].ttl == ttl)
		p->try = (uint8_t)(p[-1].try + 1);
	p->flow = t->flow;
	p->sent_us = t->probe_count * 20000;
	if (from) {
		p->answered = p->has_rtt = true;
		p->from = draft_addr(from);
		p->rtt_ns = rtt_us * NS_PER_US;
		if (t->direction == TRACE_FORWARD)
			p->icmp = (addr_is_v4(&p->from) ? ICMPV4_TIME_EXCEEDED
							: ICMPV6_TIME_EXCEEDED) *
				  256;
	} else {
		t->lost++;
	}
	t->probe_count++;
	t->sent++;
	t->path_len = ttl;
	return p;
}

void draft_objects(struct record_draft *d, struct probe_record *p, const char *hex)
{
	size_t start = d->objects_len;
	int digits = 0;

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		assert(d->objects_len < sizeof(d->objects));
		d->objects[d->objects_len] =
			(uint8_t)(d->objects[d->objects_len] << 4 |
				  (*hex <= '9' ? *hex - '0' : *hex - 'a' + 10));
		d->objects_len += digits++ & 1;
	}
	p->objects = d->objects + start;
	p->objects_len = (uint16_t)(d->objects_len - start);
}

struct probe_record *draft_add_arrival(struct record_draft *d, uint8_t ttl)
{
	struct probe_record *p = draft_add(d, ttl, NULL, 0);

	d->trace.lost--;
	p->arrived = true;
	p->from = d->trace.dst;
	return p;
}

void draft_multipath(struct record_draft *d)
{
	d->trace.mode = TRACE_MDA;
	d->trace.eps = 0.05;
	d->trace.flow = d->trace.dport = 0;
	d->trace.vertices = d->vertices;
	d->trace.links = d->links;
	draft_vertex(d, 0, NULL);
	d->vertices[0].addr = d->trace.src;
}

struct probe_record *draft_add_flow(struct record_draft *d, uint8_t ttl, uint16_t flow,
				    const char *from, uint64_t rtt_us)
{
	struct probe_record *p = draft_add(d, ttl, from, rtt_us);

	p->flow = flow;
	if (p->try > 0 && p[-1].flow != flow)
		p->try = 0;
	return p;
}

uint16_t draft_vertex(struct record_draft *d, uint8_t ttl, const char *addr)
{
	struct vertex_record *v = &d->vertices[d->trace.vertex_count];

	assert(d->trace.vertex_count < ARRAY_LEN(d->vertices));
	v->ttl = ttl;
	if (addr)
		v->addr = draft_addr(addr);
	v->is_end = addr && addr_equal(&v->addr, &d->trace.dst);
	return (uint16_t)d->trace.vertex_count++;
}

void draft_link(struct record_draft *d, uint16_t near, uint16_t far, uint16_t flows)
{
	assert(d->trace.link_count < ARRAY_LEN(d->links));
	d->links[d->trace.link_count++] = (struct link_record){ near, far, flows };
}
