// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How fast the SQLite sink takes records, and how many bytes a hop costs.
 *
 *	bench_sqlite FILE [TRACES [HOPS [PROBES]]]
 *
 * The network is a tree: traces share their first hops, and each has a target of
 * its own, as in a campaign over the Internet.  A FILE that exists gets one more
 * cycle over the same network.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "output/sink.h"
#include "wire/headers.h"

enum { HOPS_MAX = 32, PROBES_MAX = 8 };

struct shape {
	uint32_t traces;
	uint8_t hops, probes;
};

static uint64_t random_state = 1;

/* xorshift64*: the figures shall be of one network, each time. */
static uint64_t random_next(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1du;
}

static struct addr addr_at(uint8_t ttl, uint32_t number)
{
	return addr_from_v4(be32_from(0x0a000000u + (uint32_t)ttl * 0x00100000u + number));
}

/* Three hops are common to all, then the tree grows by a factor of four a hop. */
static struct addr router_at(uint8_t ttl, uint32_t trace)
{
	uint32_t width = ttl < 4 ? 1 : ttl < 12 ? 1u << (2 * (ttl - 3)) : 1u << 17;

	return addr_at(ttl, trace % width);
}

static void fill_probes(struct probe_record *probes, const struct shape *shape, uint32_t trace)
{
	size_t count = 0;

	for (uint8_t ttl = 1; ttl <= shape->hops; ttl++) {
		for (uint8_t try = 0; try < shape->probes; try++) {
			struct probe_record *p = &probes[count++];
			bool answered = random_next() % 16 != 0;

			*p = (struct probe_record){ .ttl = ttl,
						    .try = try,
						    .answered = answered,
						    .has_rtt = answered,
						    .reply_ttl = (uint8_t)(64 - ttl) };
			if (answered)
				p->from = router_at(ttl, trace);
			p->rtt_ns = (uint64_t)ttl * 2 * NS_PER_MS + random_next() % NS_PER_MS;
			p->sent_us = count * 20000 + random_next() % 1000;
			p->icmp = ICMPV4_TIME_EXCEEDED * 256;
		}
	}
}

static int write_all(const struct sink_ops *ops, void *sink, const struct shape *shape)
{
	static struct probe_record probes[HOPS_MAX * PROBES_MAX];
	struct trace_record record = {
		.contact = "",
		.proto = PROTO_UDP,
		.src = addr_at(0, 1),
		.sport = 40000,
		.dport = 33500,
		.flow = 33500,
		.stop = STOP_COMPLETED,
		.reached = true,
		.path_len = shape->hops,
		.probes = probes,
		.probe_count = (size_t)shape->hops * shape->probes,
	};
	int err = 0;

	for (uint32_t i = 0; !err && i < shape->traces; i++) {
		char target[32];

		snprintf(target, sizeof(target), "host%u.example.net", i);
		fill_probes(probes, shape, i);
		record.target = target;
		record.dst = addr_at(200, i);
		record.started_us = 1700000000000000 + (int64_t)i * 100;
		record.ended_us = record.started_us + 3000000;
		record.sent = (uint32_t)record.probe_count;
		err = ops->record(sink, &record);
	}
	return err;
}

int main(int argc, char **argv)
{
	struct shape shape = { 50000, 15, 3 };
	char uuid[32];
	const struct run_record run = {
		.uuid = uuid,
		.program = "bench_sqlite",
		.argv = "[]",
		.config = "{}",
		.host = "{}",
		.list = "bench",
		.seed = 1,
		.started_us = 1,
	};
	const struct run_end end = { .state = RUN_COMPLETE, .ended_us = 2, .counters = "{}" };
	struct stat st;
	off_t before;
	static const struct sink_options options;
	void *sink;
	mono start;

	if (argc < 2)
		return 2;
	if (argc > 2)
		shape.traces = (uint32_t)strtoul(argv[2], NULL, 10);
	if (argc > 3)
		shape.hops = (uint8_t)strtoul(argv[3], NULL, 10);
	if (argc > 4)
		shape.probes = (uint8_t)strtoul(argv[4], NULL, 10);
	if (shape.hops > HOPS_MAX || shape.probes > PROBES_MAX)
		return 2;
	snprintf(uuid, sizeof(uuid), "%" PRId64, clock_wall_us());
	if (stat(argv[1], &st) != 0)
		st.st_size = 0;
	before = st.st_size;
	if (sqlite_sink.open(argv[1], &options, &run, &sink))
		return 1;
	start = clock_now();
	if (write_all(&sqlite_sink, sink, &shape) || sqlite_sink.close(sink, &end))
		return 1;
	double seconds = (double)mono_since(start, clock_now()) / 1e9;
	double rows = (double)shape.traces * shape.hops * shape.probes;

	if (stat(argv[1], &st) != 0)
		return 1;
	printf("%.0f hop rows in %.2f s (%.2f s of CPU): %.0f rows/s, %.0f traces/s; "
	       "%.1f bytes a hop, all in\n",
	       rows, seconds, (double)clock() / CLOCKS_PER_SEC, rows / seconds,
	       shape.traces / seconds, (double)(st.st_size - before) / rows);
	return 0;
}
