// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/diamonds.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "wire/headers.h"

void diamond_draft(struct record_draft *d)
{
	static const char *const second[] = { "203.0.113.1", "203.0.113.2" };

	draft_init(d, TRACE_FORWARD, "www.example.net", "192.0.2.1", "198.51.100.7");
	draft_multipath(d);
	for (uint16_t flow = 0; flow < 4; flow++)
		draft_add_flow(d, 1, (uint16_t)(33500 + flow), "192.0.2.254", 400 + flow);
	for (uint16_t flow = 0; flow < 4; flow++)
		draft_add_flow(d, 2, (uint16_t)(33500 + flow), second[flow % 2], 1200 + flow);
	for (uint16_t flow = 0; flow < 4; flow++)
		draft_add_flow(d, 3, (uint16_t)(33500 + flow), flow % 2 ? NULL : "203.0.113.9",
			       2400 + flow);
	for (uint16_t flow = 0; flow < 4; flow++)
		draft_add_flow(d, 4, (uint16_t)(33500 + flow), "198.51.100.7", 12000 + flow)->icmp =
			ICMPV4_UNREACHABLE * 256 + 3;
	draft_vertex(d, 1, "192.0.2.254");
	draft_vertex(d, 2, "203.0.113.2"); /* as discovered, not as sorted */
	draft_vertex(d, 2, "203.0.113.1");
	draft_vertex(d, 3, NULL);
	draft_vertex(d, 3, "203.0.113.9");
	draft_vertex(d, 4, "198.51.100.7");
	draft_link(d, 0, 1, 4);
	draft_link(d, 1, 2, 2);
	draft_link(d, 1, 3, 2);
	draft_link(d, 2, 4, 0);
	draft_link(d, 3, 5, 2);
	draft_link(d, 4, 6, 0);
	draft_link(d, 5, 6, 2);
}

void diamond_draft_reverse(struct record_draft *d)
{
	draft_init(d, TRACE_REVERSE, "www.example.net", "198.51.100.7", "192.0.2.1");
	draft_multipath(d);
	draft_add_flow(d, 1, 40001, "203.0.113.201", 900);
	draft_add_flow(d, 1, 40002, "203.0.113.202", 910);
	draft_add_flow(d, 1, 40003, "203.0.113.202", 920);
	draft_add_arrival(d, 2)->flow = 40001;
	draft_add_flow(d, 2, 40002, "192.0.2.1", 9000)->arrived = true;
	draft_add_flow(d, 2, 40003, NULL, 0);
	draft_vertex(d, 1, "203.0.113.201");
	draft_vertex(d, 1, "203.0.113.202");
	draft_vertex(d, 2, "192.0.2.1");
	draft_link(d, 0, 1, 1);
	draft_link(d, 0, 2, 2);
	draft_link(d, 1, 3, 1);
	draft_link(d, 2, 3, 1);
}

static struct addr wide_addr(enum trace_direction direction, unsigned int hop, unsigned int branch)
{
	char text[32];

	snprintf(text, sizeof(text), "10.%u.%u.%u", direction == TRACE_FORWARD ? 1 : 2, hop,
		 branch + 1);
	return draft_addr(text);
}

/* Of the hops 1, 2 ... each second is wide; the last is the destination. */
static unsigned int width_at(const struct wide_draft *d, unsigned int hop)
{
	return hop == d->hops || hop % 2 == 1 || hop == 0 ? 1 : d->width;
}

static void wide_hop(struct wide_draft *d, unsigned int hop)
{
	struct trace_record *t = &d->trace;
	unsigned int here = width_at(d, hop), before = width_at(d, hop - 1);
	size_t first = t->vertex_count;

	for (unsigned int i = 0; i < here; i++) {
		d->vertices[t->vertex_count++] = (struct vertex_record){
			.addr = hop == d->hops ? t->dst : wide_addr(t->direction, hop, i),
			.ttl = (uint8_t)hop,
			.is_end = hop == d->hops,
		};
	}
	for (unsigned int i = 0; i < (here > before ? here : before); i++) {
		d->links[t->link_count++] = (struct link_record){
			.near = (uint16_t)(first - before + (before > 1 ? i : 0)),
			.far = (uint16_t)(first + (here > 1 ? i : 0)),
			.flows = (uint16_t)(5 + i % 3),
		};
	}
}

static void wide_probes(struct wide_draft *d, unsigned int hop)
{
	struct trace_record *t = &d->trace;

	for (unsigned int flow = 0; flow < 6 * d->width; flow++) {
		unsigned int branch = flow % width_at(d, hop);

		d->probes[t->probe_count++] = (struct probe_record){
			.from = hop == d->hops ? t->dst : wide_addr(t->direction, hop, branch),
			.rtt_ns = hop * 1500 * NS_PER_US + flow * 1234,
			.flow = (uint16_t)(10000 + flow),
			.ttl = (uint8_t)hop,
			.answered = true,
			.has_rtt = true,
		};
	}
	t->sent = (uint32_t)t->probe_count;
}

void wide_init(struct wide_draft *d, enum trace_direction direction, unsigned int width,
	       unsigned int hops)
{
	size_t room = (size_t)(width + 1) * (hops + 1);
	struct record_draft *plain = calloc(1, sizeof(*plain));
	const char *here = "192.0.2.1", *there = "198.51.100.7";

	draft_init(plain, direction, "www.example.net", direction == TRACE_FORWARD ? here : there,
		   direction == TRACE_FORWARD ? there : here);
	draft_multipath(plain);
	d->width = width;
	d->hops = hops;
	d->trace = plain->trace;
	d->trace.path_len = (uint8_t)hops;
	d->trace.vertices = d->vertices = calloc(room, sizeof(*d->vertices));
	d->trace.links = d->links = calloc(room, sizeof(*d->links));
	d->trace.probes = d->probes = calloc(6 * room, sizeof(*d->probes));
	d->vertices[0] = plain->vertices[0];
	free(plain);
	for (unsigned int hop = 1; hop <= hops; hop++) {
		wide_hop(d, hop);
		wide_probes(d, hop);
	}
}

void wide_fini(struct wide_draft *d)
{
	free(d->vertices);
	free(d->links);
	free(d->probes);
}
