// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the engine costs for each probe: choosing it, its stamp, its answer.
 *
 *	bench_engine [WINDOW [PROBES]]
 *
 * Every target is ten hops away and has a host of its own.  Packets are answered in
 * the order in which they left, with as many on the way as there are traces.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "prober/engine/engine.h"

#define HOPS	10
#define TICK_NS NS_PER_US /* of virtual time a packet */

struct bench {
	struct engine *engine;
	struct probe_spec *flying; /* a ring */
	uint32_t window;
	uint32_t head, tail;
	uint64_t sent;
	uint64_t traces;
	uint64_t hops;
	mono now;
};

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void bench_add(struct bench *b)
{
	static const struct target target = { .name = "bench" };
	struct trace_spec spec = {
		.target = &target,
		.direction = TRACE_FORWARD,
		.proto = PROTO_UDP,
		.flow = 33434,
		.src = addr_from_v4(be32_from(0xc0000201)),
		.dst = addr_from_v4(be32_from(0x0b000000 + (uint32_t)b->traces)),
	};

	b->traces++;
	engine_add(b->engine, &spec, b->now);
}

/* As parse.c would decode it. */
static struct reply bench_reply(const struct bench *b, const struct probe_spec *spec,
				enum reply_kind kind)
{
	struct reply reply = {
		.kind = kind,
		.at = b->now,
		.peer = spec->dst,
		.proto = spec->proto,
		.flow = spec->flow,
		.id = spec->id,
		.ipv4_id = identity_ipv4_id(spec),
		.keyed = KEYED_IPV4_ID | KEYED_PAYLOAD,
		.payload_tag = spec->tag,
	};

	if (kind == REPLY_SENT)
		return reply;
	reply.to = spec->src;
	reply.from = spec->dst;
	reply.ttl = 50;
	reply.icmp_type = ICMPV4_UNREACHABLE;
	reply.icmp_code = ICMPV4_CODE_PORT;
	if (spec->ttl >= HOPS)
		return reply;
	reply.from.bytes[12] = (uint8_t)(20 + spec->ttl);
	reply.icmp_type = ICMPV4_TIME_EXCEEDED;
	reply.icmp_code = 0;
	return reply;
}

static void bench_answer_oldest(struct bench *b)
{
	struct reply reply = bench_reply(b, &b->flying[b->tail++ % b->window], REPLY_ERROR);

	engine_on_reply(b->engine, &reply);
}

static void bench_collect(struct bench *b)
{
	struct trace_record record;
	uint32_t job;

	while (engine_next_done(b->engine, &record, &job))
		b->hops += record.path_len;
}

static void bench_run(struct bench *b, uint64_t packets)
{
	struct engine_packet packet;

	while (b->sent < packets) {
		while (engine_has_room(b->engine, 1))
			bench_add(b);
		b->now = mono_after(b->now, TICK_NS);
		engine_expire(b->engine, b->now);
		if (b->head - b->tail == b->window ||
		    !engine_next_packet(b->engine, b->now, &packet)) {
			bench_answer_oldest(b);
		} else {
			struct reply stamp = bench_reply(b, &packet.spec, REPLY_SENT);

			b->sent++;
			b->flying[b->head++ % b->window] = packet.spec;
			engine_on_reply(b->engine, &stamp);
		}
		bench_collect(b);
	}
}

int main(int argc, char **argv)
{
	uint32_t window = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000;
	struct engine_config config = {
		.key = { { 1, 2, 3 } },
		.window = window,
		.probes = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 3,
		.min_ttl = 1,
		.max_ttl = 30,
		.gap_limit = 3,
		.timeout_ns = 2 * NS_PER_S,
	};
	struct bench b = { .window = window, .now = { NS_PER_S } };
	uint64_t warm_up;
	double before;
	double ns;

	b.flying = calloc(window, sizeof(*b.flying));
	if (!b.flying || engine_new(&config, &b.engine)) {
		fprintf(stderr, "bench_engine: no memory, or no sound window\n");
		return 1;
	}
	warm_up = 100ull * window;
	bench_run(&b, warm_up);
	before = cpu_ns();
	bench_run(&b, warm_up + 3000000);
	ns = cpu_ns() - before;
	printf("window %" PRIu32 ", %" PRIu32 " probes: %.0f ns a probe, %.1f probes a trace of %d "
	       "hops, %.0f traces/s\n",
	       window, config.probes, ns / 3000000, (double)b.sent / (double)b.traces, HOPS,
	       3e6 / ns * 1e9 / ((double)b.sent / (double)b.traces));
	engine_free(b.engine);
	free(b.flying);
	return 0;
}
