// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long aliases take, and how many steps: diamonds in a row.
 *
 *	bench_alias [DIAMONDS [WIDTH]]
 *
 * Every way through the diamonds is possible, so that there are WIDTH to the power of
 * DIAMONDS paths; the links are /30s, one after the other.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "output/alias.h"

struct row {
	unsigned int diamonds, width, hops;
};

struct draft {
	struct trace_record trace;
	struct vertex_record *vertices;
	struct link_record *links;
};

static struct addr make_addr(uint32_t v4)
{
	return addr_from_v4(be32_from(v4));
}

static unsigned int width_of(const struct row *r, unsigned int layer)
{
	return layer % 2 ? r->width : 1;
}

/* Router i of a layer answers with what its link to router j of the layer before, or of
 * the next, has at its end.  `layer` is that of the link's near end. */
static uint32_t link_addr(const struct row *r, unsigned int layer, unsigned int i, unsigned int j,
			  unsigned int end)
{
	return 0xc6000000 + ((layer * r->width + i) * r->width + j) * 4 + 1 + end;
}

static uint32_t vertex_addr(const struct row *r, bool is_forward, unsigned int layer,
			    unsigned int i, unsigned int from)
{
	if (is_forward)
		return link_addr(r, layer - 1, from, i, 1);
	return link_addr(r, layer, i, from, 0);
}

static uint16_t add_vertex(struct draft *d, unsigned int ttl, uint32_t v4)
{
	d->vertices[d->trace.vertex_count] =
		(struct vertex_record){ .addr = make_addr(v4), .ttl = (uint8_t)ttl };
	return (uint16_t)d->trace.vertex_count++;
}

static void add_link(struct draft *d, size_t near, size_t far)
{
	d->links[d->trace.link_count++] = (struct link_record){ (uint16_t)near, (uint16_t)far, 3 };
}

/* A router has an address, and so a vertex, for each router before it. */
static void add_layer(struct draft *d, const struct row *r, bool is_forward, unsigned int hop)
{
	unsigned int layer = is_forward ? hop : r->hops - hop;
	unsigned int before = width_of(r, is_forward ? layer - 1 : layer + 1);
	size_t first = d->trace.vertex_count, old = first;

	while (old > 0 && d->vertices[old - 1].ttl == hop)
		old--;
	for (unsigned int i = 0; i < width_of(r, layer); i++) {
		for (unsigned int from = 0; from < before; from++) {
			uint16_t far =
				add_vertex(d, hop + 1, vertex_addr(r, is_forward, layer, i, from));

			/* Vertices of the hop before stand by router. */
			for (size_t v = old; v < first; v++)
				if ((v - old) * before / (first - old) == from)
					add_link(d, v, far);
		}
	}
}

static void draft(struct draft *d, const struct row *r, bool is_forward)
{
	size_t most = (size_t)(r->hops + 2) * r->width * r->width;

	d->trace = (struct trace_record){
		.target = "bench",
		.contact = "",
		.direction = is_forward ? TRACE_FORWARD : TRACE_REVERSE,
		.mode = TRACE_MDA,
		.src = make_addr(is_forward ? 0xc0000202 : 0xcb007102),
		.dst = make_addr(is_forward ? 0xcb007102 : 0xc0000202),
	};
	d->vertices = calloc(most, sizeof(*d->vertices));
	d->links = calloc(most * r->width, sizeof(*d->links));
	if (!d->vertices || !d->links)
		exit(1);
	add_vertex(d, 0, be32_to(addr_to_v4(&d->trace.src)));
	add_vertex(d, 1, is_forward ? 0xc0000201 : 0xcb007101);
	add_link(d, 0, 1);
	for (unsigned int hop = 1; hop <= r->hops; hop++)
		add_layer(d, r, is_forward, hop);
	d->vertices[add_vertex(d, r->hops + 2, be32_to(addr_to_v4(&d->trace.dst)))].is_end = true;
	add_link(d, d->trace.vertex_count - 2, d->trace.vertex_count - 1);
	d->trace.vertices = d->vertices;
	d->trace.links = d->links;
}

int main(int argc, char **argv)
{
	struct row row = { .diamonds = argc > 1 ? (unsigned int)atoi(argv[1]) : 10,
			   .width = argc > 2 ? (unsigned int)atoi(argv[2]) : 3 };
	struct draft there = { 0 }, back = { 0 };
	const struct trace_record *traces[] = { &there.trace, &back.trace };
	struct alias_result result;
	mono started;

	if (row.diamonds < 1 || row.diamonds > 120 || row.width < 1 || row.width > 16) {
		fprintf(stderr, "bench_alias: up to 120 diamonds, up to 16 wide\n");
		return 2;
	}
	row.hops = 2 * row.diamonds;
	draft(&there, &row, true);
	draft(&back, &row, false);
	started = clock_now();
	if (alias_resolve(traces, 2, false, &result) != 0)
		return 1;
	printf("%u diamonds, %u wide, %zu vertices, %zu links: %zu sets, %zu pairs, "
	       "%" PRIu64 " steps, %.3f ms%s\n",
	       row.diamonds, row.width, there.trace.vertex_count + back.trace.vertex_count,
	       there.trace.link_count + back.trace.link_count, result.set_count, result.pair_count,
	       result.steps, (double)mono_since(started, clock_now()) / 1e6,
	       result.is_partial ? " (partial)" : "");
	alias_result_fini(&result);
	free(there.vertices);
	free(there.links);
	free(back.vertices);
	free(back.links);
	return 0;
}
