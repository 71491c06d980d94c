// SPDX-License-Identifier: GPL-2.0-or-later
/* From what a multipath trace knows to the vertices and links of its record. */
#include "prober/engine/multi.h"

#include <errno.h>
#include <stdlib.h>

struct multi_record {
	struct vertex_record *vertices;
	struct link_record *links;
};

int multi_record_new(uint8_t max_ttl, struct multi_record **ret_room)
{
	struct multi_record *room = calloc(1, sizeof(*room));
	size_t hops = max_ttl + 2u;

	if (!room)
		return -ENOMEM;
	room->vertices = calloc(hops * MDA_VERTICES_MAX, sizeof(*room->vertices));
	room->links = calloc(hops * MDA_LINKS_MAX, sizeof(*room->links));
	if (!room->vertices || !room->links) {
		multi_record_free(room);
		return -ENOMEM;
	}
	*ret_room = room;
	return 0;
}

void multi_record_free(struct multi_record *room)
{
	if (!room)
		return;
	free(room->vertices);
	free(room->links);
	free(room);
}

/* Where the vertices of a hop are in the record. */
struct places {
	uint16_t of[MDA_VERTICES_MAX];
};

#define NOWHERE UINT16_MAX

static void report_vertices(const struct mda_hop *hop, uint8_t ttl, struct multi_record *room,
			    struct trace_record *record, struct places *places)
{
	for (int i = 0; i < hop->vertex_count; i++) {
		const struct mda_vertex *v = &hop->vertices[i];

		places->of[i] = v->is_hidden ? NOWHERE : (uint16_t)record->vertex_count;
		if (v->is_hidden)
			continue;
		room->vertices[record->vertex_count++] = (struct vertex_record){
			.addr = v->addr,
			.ttl = ttl,
			.is_end = v->is_end,
		};
	}
}

/* Is that vertex seen to be behind another? */
static bool report_is_proven(const struct mda_hop *hop, uint8_t far, const struct places *near)
{
	for (uint16_t i = 0; i < hop->link_count; i++)
		if (hop->links[i].far == far && hop->links[i].flows &&
		    near->of[hop->links[i].near] != NOWHERE)
			return true;
	return false;
}

static void report_links(const struct mda_hop *hop, const struct places *near,
			 const struct places *far, struct multi_record *room,
			 struct trace_record *record)
{
	for (uint16_t i = 0; i < hop->link_count; i++) {
		const struct mda_link *link = &hop->links[i];

		if (near->of[link->near] == NOWHERE || far->of[link->far] == NOWHERE)
			continue;
		/* What is assumed is worth something only where nothing is known. */
		if (!link->flows && report_is_proven(hop, link->far, near))
			continue;
		room->links[record->link_count++] = (struct link_record){
			.near = near->of[link->near],
			.far = far->of[link->far],
			.flows = link->flows,
		};
	}
}

void multi_report(const struct trace *t, struct multi_record *room, struct trace_record *ret_record)
{
	struct mda *m = t->mda;
	struct places near = { { 0 } };

	ret_record->mode = TRACE_MDA;
	ret_record->flow = 0;
	ret_record->dport = 0;
	ret_record->eps = m->config->stopping.eps;
	ret_record->eps_trace = m->config->eps_trace;
	ret_record->is_per_packet = m->is_per_packet;
	ret_record->vertices = room->vertices;
	ret_record->links = room->links;
	room->vertices[0] = (struct vertex_record){ .addr = ret_record->src };
	ret_record->vertex_count = 1;
	mda_conclude(m, ret_record->path_len);
	for (unsigned int ttl = m->config->min_ttl; ttl <= ret_record->path_len; ttl++) {
		const struct mda_hop *hop = &m->table.hops[ttl];
		struct places far;

		if (!hop->is_used)
			break;
		report_vertices(hop, (uint8_t)ttl, room, ret_record, &far);
		/* Whose packets are balanced one by one shows routers, but no ways. */
		if (!m->is_per_packet)
			report_links(hop, &near, &far, room, ret_record);
		near = far;
	}
}
