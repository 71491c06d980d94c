// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/flows.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { FLOWS_MAX = 32, HOPS_MAX = 32, TEXT_LEN = 16, FIRST_FLOW = 33500 };

struct way {
	char hops[HOPS_MAX][TEXT_LEN];
	uint8_t len;
	uint16_t last; /* vertex */
};

static void read_way(struct way *way, const char *text)
{
	char copy[HOPS_MAX * TEXT_LEN];
	char *rest = copy, *word;

	assert(strlen(text) < sizeof(copy));
	strcpy(copy, text);
	way->len = 0;
	way->last = 0;
	while ((word = strsep(&rest, " "))) {
		assert(way->len < HOPS_MAX && strlen(word) < TEXT_LEN);
		strcpy(way->hops[way->len++], word);
	}
}

static uint16_t find_vertex(struct record_draft *d, uint8_t ttl, const char *addr)
{
	struct addr wanted = { 0 };

	if (addr)
		wanted = draft_addr(addr);
	for (size_t i = 0; i < d->trace.vertex_count; i++)
		if (d->vertices[i].ttl == ttl && addr_equal(&d->vertices[i].addr, &wanted))
			return (uint16_t)i;
	return draft_vertex(d, ttl, addr);
}

static void pass_link(struct record_draft *d, uint16_t near, uint16_t far)
{
	bool is_seen = (near == 0 || !addr_is_none(&d->vertices[near].addr)) &&
		       !addr_is_none(&d->vertices[far].addr);

	for (size_t i = 0; i < d->trace.link_count; i++) {
		if (d->links[i].near == near && d->links[i].far == far) {
			d->links[i].flows += is_seen;
			return;
		}
	}
	draft_link(d, near, far, is_seen);
}

void flows_draft(struct record_draft *d, enum trace_direction direction, const char *src,
		 const char *dst, const char *const *flows)
{
	static struct way ways[FLOWS_MAX];
	uint16_t count = 0;

	draft_init(d, direction, "www.example.net", src, dst);
	draft_multipath(d);
	for (; flows[count]; count++) {
		assert(count < FLOWS_MAX);
		read_way(&ways[count], flows[count]);
	}
	for (uint8_t hop = 0; hop < HOPS_MAX; hop++) {
		for (uint16_t i = 0; i < count; i++) {
			const char *addr = ways[i].hops[hop];
			uint16_t vertex;

			if (hop >= ways[i].len)
				continue;
			addr = strcmp(addr, "*") == 0 ? NULL : addr;
			draft_add_flow(d, (uint8_t)(hop + 1), (uint16_t)(FIRST_FLOW + i), addr,
				       1000);
			vertex = find_vertex(d, (uint8_t)(hop + 1), addr);
			pass_link(d, ways[i].last, vertex);
			ways[i].last = vertex;
		}
	}
}
