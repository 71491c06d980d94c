// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes a database of campaigns over the world of world.h, the same each time, by the sink
 * that the prober has.
 *
 *	make_world DB ASN_DB GEO_DB [ENDPOINTS [CYCLES [BALANCED]]]
 *
 * The list ENDPOINTS has CYCLES cycles of single paths, two-way; the list balanced as many
 * multipath ones as the last argument says.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "output/asn.h"
#include "output/fanout.h"
#include "output/geo.h"
#include "output/names.h"
#include "tests/analysis/world.h"
#include "wire/headers.h"

enum { PROBES = 3, FLOWS_PER_WAY = 6, PROBES_MAX = 1024, CYCLE_S = 3600 };

#define FIRST_US INT64_C(1767225600000000) /* 2026-01-01 00:00 UTC */

struct job {
	struct world world;
	uint32_t balanced;
	struct asn_db *asn;
	struct geo_db *geo;
	struct names *names;
	uint64_t pair_id;
};

/* A record with the arrays that it points to. */
struct draft {
	struct trace_record trace;
	struct probe_record probes[PROBES_MAX];
	struct vertex_record vertices[WORLD_HOPS_MAX * WORLD_WIDTH_MAX + 1];
	struct link_record links[WORLD_HOPS_MAX * WORLD_WIDTH_MAX * WORLD_WIDTH_MAX];
	char target[32];
	uint64_t salt; /* of chance in this trace */
};

static void add_probe(struct draft *d, const struct world_hop *h, uint8_t ttl, uint16_t flow,
		      uint8_t try, bool is_last)
{
	size_t index = d->trace.probe_count++;
	struct probe_record *p = &d->probes[index];
	uint64_t chance = world_hash(d->salt, index);
	bool lost = h->is_silent || (h->is_lossy && chance % 8 == 0);

	*p = (struct probe_record){ .ttl = ttl,
				    .try = try,
				    .flow = flow,
				    .sent_us = index * 20000,
				    .answered = !lost,
				    .has_rtt = !lost };
	if (lost) {
		d->trace.lost++;
		return;
	}
	p->from = h->routers[world_hash(flow, ttl) % h->width];
	p->rtt_ns = (h->rtt_us + (chance >> 16) % (h->rtt_us / 16 + 100)) * UINT64_C(1000);
	if (d->trace.direction == TRACE_FORWARD) {
		p->reply_ttl = (uint8_t)(255 - ttl);
		p->icmp = is_last ? ICMPV4_UNREACHABLE * 256 + 3 : ICMPV4_TIME_EXCEEDED * 256;
	} else {
		p->arrived = is_last;
	}
}

static void fill_single(struct draft *d, const struct world_route *r)
{
	for (uint8_t i = 0; i < r->count; i++)
		for (uint8_t try = 0; try < PROBES; try++)
			add_probe(d, &r->hops[i], (uint8_t)(i + 1), d->trace.flow, try,
				  i + 1 == r->count);
}

static uint16_t add_vertex(struct draft *d, const struct world_hop *h, uint8_t member, uint8_t ttl,
			   bool is_end)
{
	struct vertex_record *v = &d->vertices[d->trace.vertex_count];

	*v = (struct vertex_record){ .ttl = ttl, .is_end = is_end };
	if (h && !h->is_silent)
		v->addr = h->routers[member];
	return (uint16_t)d->trace.vertex_count++;
}

static void fill_multi(struct draft *d, const struct world_route *r)
{
	uint16_t near = add_vertex(d, NULL, 0, 0, false);
	uint8_t near_count = 1;

	d->vertices[near].addr = d->trace.src;
	for (uint8_t i = 0; i < r->count; i++) {
		const struct world_hop *h = &r->hops[i];
		uint8_t count = h->is_silent ? 1 : h->width;
		uint16_t first = (uint16_t)d->trace.vertex_count;

		for (uint16_t flow = 0; flow < FLOWS_PER_WAY * h->width; flow++)
			add_probe(d, h, (uint8_t)(i + 1), (uint16_t)(33434 + flow), 0,
				  i + 1 == r->count);
		for (uint8_t m = 0; m < count; m++)
			add_vertex(d, h, m, (uint8_t)(i + 1), i + 1 == r->count);
		for (uint8_t m = 0; m < count; m++)
			for (uint8_t n = 0; n < near_count; n++)
				d->links[d->trace.link_count++] =
					(struct link_record){ (uint16_t)(near + n),
							      (uint16_t)(first + m),
							      h->is_silent ? 0 : FLOWS_PER_WAY };
		near = first;
		near_count = count;
	}
}

/* What comes of an endpoint that is not there, or has no server. */
static void fill_failed(struct draft *d, const struct world_route *r, bool is_up)
{
	struct trace_record *t = &d->trace;

	if (t->direction == TRACE_REVERSE) {
		t->stop = is_up ? STOP_NOT_SUPPORTED : STOP_NO_ANSWER;
		t->checks = is_up ? 1 : 4;
		t->check_rtt_ns = is_up ? 12000000 : 0;
		return;
	}
	t->stop = STOP_GAP_LIMIT;
	for (uint8_t i = 0; i + 1 < r->count; i++)
		for (uint8_t try = 0; try < PROBES; try++)
			add_probe(d, &r->hops[i], (uint8_t)(i + 1), t->flow, try, false);
	t->path_len = (uint8_t)(r->count - 1);
	t->sent = (uint32_t)t->probe_count;
}

static void fill(struct draft *d, const struct job *job, uint32_t endpoint, uint32_t cycle,
		 enum trace_direction direction, bool is_multi)
{
	bool is_up = world_is_up(&job->world, endpoint, cycle);
	struct world_route route;
	struct trace_record *t = &d->trace;

	world_find_route(&job->world, endpoint, direction, cycle, &route);
	snprintf(d->target, sizeof(d->target), "ep%02u.example.net", endpoint);
	d->salt = world_hash(endpoint * 2 + direction, cycle * 2 + is_multi);
	*t = (struct trace_record){
		.target = d->target,
		.contact = "",
		.direction = direction,
		.mode = is_multi ? TRACE_MDA : TRACE_SINGLEPATH,
		.proto = PROTO_UDP,
		.src = world_here(&job->world),
		.dst = world_endpoint(&job->world, endpoint),
		.sport = 40000,
		.dport = 33434,
		.flow = 33434,
		.pair_id = job->pair_id,
		.started_us = FIRST_US + ((int64_t)cycle * CYCLE_S + endpoint) * 1000000,
		.probes = d->probes,
		.vertices = d->vertices,
		.links = d->links,
		.names = job->names,
	};
	if (direction == TRACE_REVERSE) {
		t->src = t->dst;
		t->dst = world_here(&job->world);
	}
	t->ended_us = t->started_us + 900000;
	if (!is_up || (direction == TRACE_REVERSE && !world_has_server(endpoint))) {
		t->mode = TRACE_SINGLEPATH;
		fill_failed(d, &route, is_up);
		return;
	}
	if (is_multi)
		fill_multi(d, &route);
	else
		fill_single(d, &route);
	t->eps = is_multi ? 0.05 : 0;
	t->stop = STOP_COMPLETED;
	t->reached = true;
	t->path_len = route.count;
	t->sent = (uint32_t)t->probe_count;
	if (direction == TRACE_REVERSE) {
		t->arrival_len = route.count;
		t->checks = 1;
		t->check_rtt_ns = 9000000;
	}
}

/* Every router of the first cycle that has a name: two in three. */
static int name_routers(struct job *job)
{
	struct world_route r;
	int err = names_new(20000, 1, &job->names);

	for (uint32_t i = 0; !err && i < 2 * job->world.endpoints; i++) {
		world_find_route(&job->world, i / 2, i % 2 ? TRACE_REVERSE : TRACE_FORWARD, 0, &r);
		for (uint8_t k = 0; !err && k + 1 < r.count; k++) {
			const struct addr *a = &r.hops[k].routers[0];
			uint64_t kind = world_hash(a->bytes[14], a->bytes[15]);
			char name[64];

			snprintf(name, sizeof(name), "ae%u.r%u.example.net", (unsigned)(kind % 8),
				 (unsigned)(a->bytes[13] * 256u + a->bytes[14]));
			if (kind % 3 && !names_has(job->names, a))
				err = names_add(job->names, a, name, FIRST_US);
		}
	}
	return err;
}

static int write_cycle(struct job *job, const char *path, uint32_t cycle, bool is_multi)
{
	static struct draft d;
	char uuid[32];
	const struct run_record run = {
		.uuid = uuid,
		.program = "revprobe 0.1.0",
		.argv = "[\"revprobe\"]",
		.config = "{}",
		.host = "{\"name\":\"prober.example.net\"}",
		.list = is_multi ? "balanced" : "ENDPOINTS",
		.seed = 1,
		.started_us = FIRST_US + (int64_t)cycle * CYCLE_S * 1000000,
	};
	const struct run_end end = { .state = RUN_COMPLETE,
				     .ended_us = run.started_us + INT64_C(900000000),
				     .counters = "{}" };
	static const struct sink_options options;
	struct fanout *sinks;
	int err = fanout_new(&sinks);

	snprintf(uuid, sizeof(uuid), "%u-%u", cycle, is_multi);
	if (err)
		return err;
	fanout_set_annotations(sinks, job->asn, job->geo);
	err = fanout_add(sinks, &sqlite_sink, path, &options, &run);
	for (uint32_t i = 0; !err && i < job->world.endpoints; i++) {
		job->pair_id = i + 1;
		fill(&d, job, i, cycle, TRACE_FORWARD, is_multi);
		fanout_record(sinks, &d.trace);
		fill(&d, job, i, cycle, TRACE_REVERSE, is_multi);
		fanout_record(sinks, &d.trace);
	}
	return fanout_close(sinks, err ? NULL : &end) || err;
}

static uint32_t number(int argc, char **argv, int index, uint32_t preset)
{
	return argc > index ? (uint32_t)strtoul(argv[index], NULL, 10) : preset;
}

int main(int argc, char **argv)
{
	struct job job = { .asn = NULL };
	int err;

	if (argc < 4 || sodium_init() < 0)
		return 2;
	job.world.endpoints = number(argc, argv, 4, 24);
	job.world.cycles = number(argc, argv, 5, 12);
	job.balanced = number(argc, argv, 6, 2);
	err = asn_open(argv[2], &job.asn) || geo_open(argv[3], &job.geo) ||
	      (job.world.endpoints <= 2000 && name_routers(&job));
	for (uint32_t i = 0; !err && i < job.balanced; i++)
		err = write_cycle(&job, argv[1], i, true);
	for (uint32_t i = 0; !err && i < job.world.cycles; i++)
		err = write_cycle(&job, argv[1], i, false);
	asn_close(job.asn);
	geo_close(job.geo);
	names_free(job.names);
	return err != 0;
}
