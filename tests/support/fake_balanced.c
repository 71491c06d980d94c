// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_balanced.h"

#include <criterion/criterion.h>
#include <string.h>

#include "wire/headers.h"

static struct random packet_dice = { 99 };

void fake_balanced_init(struct fake_balanced *b, const char *text, uint64_t seed)
{
	memset(b, 0, sizeof(*b));
	fake_graph_read(text, &b->forward);
	fake_graph_read(text, &b->reverse);
	b->seed = seed;
	b->dice = &packet_dice;
	b->host.rtt_ns = 20 * NS_PER_MS;
}

/* As seen on the wire: 10.x of the graph, or the same digits in IPv6. */
static struct addr balanced_addr(const struct addr *a, bool is_v4)
{
	struct addr v6 = { .bytes = { 0x20, 0x01, 0x0d, 0xb8 } };

	if (is_v4)
		return *a;
	memcpy(v6.bytes + 12, a->bytes + 12, 4);
	return v6;
}

static struct fake_hop balanced_hop(const void *self, const struct fake_leg *leg, uint8_t ttl)
{
	const struct fake_balanced *b = self;
	const struct fake_graph *g = leg->is_reverse ? &b->reverse : &b->forward;
	bool is_v4 = addr_is_v4(&leg->host);
	struct fake_hop hop = { .kind = FAKE_ROUTER };
	const struct fake_node *n;
	uint32_t place;

	memcpy(&place, leg->host.bytes + 12, sizeof(place));
	n = fake_graph_walk(g, b->seed + place + ((uint64_t)leg->proto << 40), leg->flow, ttl,
			    b->dice, NULL);
	hop.addr = balanced_addr(&n->addr, is_v4);
	hop.rtt_ns = ttl * (b->step_ns ? b->step_ns : 3 * NS_PER_MS);
	if (n->is_end) {
		hop.kind = FAKE_END;
		hop.addr = leg->end;
	} else if (n->is_silent) {
		hop.kind = FAKE_SILENT;
	} else if (n->is_limited) {
		hop.kind = FAKE_LIMITED;
	} else if (n->refuses) {
		hop.kind = FAKE_UNREACHABLE;
		hop.icmp_type = is_v4 ? ICMPV4_UNREACHABLE : ICMPV6_UNREACHABLE;
		hop.icmp_code = is_v4 ? ICMPV4_CODE_ADMIN : ICMPV6_CODE_ADMIN;
	}
	return hop;
}

static struct fake_host balanced_host(const void *self, const struct addr *addr)
{
	const struct fake_balanced *b = self;

	(void)addr;
	return b->host;
}

struct fake_world fake_balanced_world(const struct fake_balanced *b)
{
	return (struct fake_world){ .self = b, .hop = balanced_hop, .host = balanced_host };
}

/* --- the record ------------------------------------------------------------------------- */

static const struct fake_graph *judge_graph(const struct fake_balanced *b,
					    const struct trace_record *record)
{
	return record->direction == TRACE_REVERSE ? &b->reverse : &b->forward;
}

/* Which of the graph's nodes; SIZE_MAX: none. */
static size_t judge_node(const struct fake_graph *g, const struct trace_record *record,
			 const struct vertex_record *v)
{
	bool is_v4 = addr_is_v4(&record->dst);

	if (addr_is_none(&v->addr))
		return SIZE_MAX;
	if (v->ttl == 0)
		return 0;
	if (addr_equal(&v->addr, &record->dst))
		return 1;
	for (size_t i = 2; i < g->count; i++) {
		struct addr a = balanced_addr(&g->nodes[i].addr, is_v4);

		if (addr_equal(&a, &v->addr))
			return i;
	}
	cr_assert_fail("a router that there is not");
	return SIZE_MAX;
}

static void judge_vertices(const struct fake_graph *g, const struct fake_reach *reach,
			   const struct trace_record *record, struct fake_judgement *ret)
{
	for (unsigned int ttl = 1; ttl <= reach->last_ttl; ttl++)
		for (size_t n = 0; n < g->count; n++)
			ret->nodes_missed += reach->at[ttl][n] && !g->nodes[n].is_silent;
	for (size_t i = 0; i < record->vertex_count; i++) {
		const struct vertex_record *v = &record->vertices[i];
		size_t n = judge_node(g, record, v);

		cr_assert(i == 0 || v->ttl >= record->vertices[i - 1].ttl);
		cr_assert_eq(v->ttl == 0, i == 0, "one root, the first");
		cr_assert_leq(v->ttl, record->path_len);
		ret->holes += n == SIZE_MAX;
		if (n == SIZE_MAX || i == 0)
			continue;
		cr_assert_eq(v->is_end, g->nodes[n].is_end || g->nodes[n].refuses);
		ret->nodes_missed -= reach->at[v->ttl][n];
		ret->nodes_false += !reach->at[v->ttl][n];
	}
}

static void judge_links(const struct fake_graph *g, const struct fake_reach *reach,
			const struct trace_record *record, struct fake_judgement *ret)
{
	for (unsigned int ttl = 0; ttl < reach->last_ttl; ttl++)
		for (size_t n = 0; n < g->count; n++)
			for (uint16_t w = 0; reach->at[ttl][n] && w < g->nodes[n].ways; w++)
				ret->links_missed += !g->nodes[n].is_silent &&
						     !g->nodes[n].refuses &&
						     !g->nodes[g->nodes[n].next[w]].is_silent;
	for (size_t i = 0; i < record->link_count; i++) {
		const struct link_record *link = &record->links[i];
		size_t near, far;

		cr_assert_lt(link->near, link->far);
		cr_assert_lt(link->far, record->vertex_count);
		near = judge_node(g, record, &record->vertices[link->near]);
		far = judge_node(g, record, &record->vertices[link->far]);
		if (near == SIZE_MAX || far == SIZE_MAX)
			continue;
		ret->links_false += !fake_graph_has_link(g, near, far);
		ret->links_missed -= fake_graph_has_link(g, near, far);
	}
}

/* Every vertex was met by a probe, and every probe up to the end met a vertex. */
static void judge_probes(const struct trace_record *record)
{
	for (size_t i = 0; i < record->probe_count; i++) {
		const struct probe_record *p = &record->probes[i];
		bool found = false;

		cr_assert_geq(p->flow, 10000);
		if (i > 0 && p[-1].ttl == p->ttl)
			cr_assert(p[-1].flow < p->flow ||
					  (p[-1].flow == p->flow && p[-1].try < p->try),
				  "order: flow %u after %u", p->flow, p[-1].flow);
		if (p->ttl > record->path_len || (!p->answered && !p->arrived))
			continue;
		for (size_t v = 1; v < record->vertex_count && !found; v++)
			found = record->vertices[v].ttl == p->ttl &&
				addr_equal(&record->vertices[v].addr, &p->from);
		cr_assert(found || record->is_per_packet, "an answer at %u of nobody", p->ttl);
	}
}

void fake_balanced_judge(const struct fake_balanced *b, const struct trace_record *record,
			 struct fake_judgement *ret)
{
	const struct fake_graph *g = judge_graph(b, record);
	struct fake_reach reach;

	memset(ret, 0, sizeof(*ret));
	cr_assert_eq(record->mode, TRACE_MDA);
	cr_assert_gt(record->eps, 0);
	fake_graph_reach(g, &reach);
	judge_vertices(g, &reach, record, ret);
	judge_links(g, &reach, record, ret);
	judge_probes(record);
}

bool fake_balanced_is_exact(const struct fake_balanced *b, const struct trace_record *record)
{
	struct fake_judgement j;

	fake_balanced_judge(b, record, &j);
	return record->stop == STOP_COMPLETED && record->reached && !record->is_per_packet &&
	       !j.nodes_missed && !j.nodes_false && !j.links_missed && !j.links_false;
}
