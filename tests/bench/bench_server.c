// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the server's program costs for each request and each answer, and what each
 * of its checks adds.  Needs root.
 *
 *	bench_server [TRANSACTIONS [ROUNDS]]
 *
 * Packets go through the kernel's test run; the time is the kernel's own
 * (bpf_stats), so it has the program in it and nothing else.  Configurations take
 * turns within a round, and the median of all rounds is printed: compare figures of
 * one run only.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/addr_text.h"
#include "base/container.h"
#include "server-bpf/access.h"
#include "server-bpf/limit.h"
#include "server-bpf/loader.h"
#include "tests/bench/figures.h"
#include "tests/support/build.h"
#include "wire/revtr.h"

#define SESSIONS   65536
#define SECOND	   1000000000ull
#define BATCH	   1000
#define USAGE	   "bench_server [TRANSACTIONS [ROUNDS]]"
#define ROUNDS_MAX 99
#define SERVER_V4  "198.51.100.1"
#define SERVER_V6  "2001:db8:ffff::1"
#define PADDING	   (REVTR_PADDED_MAX - 12)

enum { LIST_NONE, LIST_FEW, LIST_MANY };

/* What is switched on beside the plain server. */
struct setup {
	const char *name;
	struct option_rate source, total;
	int list;
	uint8_t padding, events;
};

/* Limits that nobody reaches: what they cost where they let a request pass. */
#define AMPLE                     \
	{                         \
		10000000, 1000000 \
	}

static const struct setup setups[] = {
	{ .name = "plain: all off" },
	{ .name = "a list of two prefixes", .list = LIST_FEW },
	{ .name = "a list of 100 000", .list = LIST_MANY },
	{ .name = "padding", .padding = 1 },
	{ .name = "limit of all together", .total = AMPLE },
	{ .name = "limit of each source", .source = AMPLE },
	{ .name = "log of sessions", .events = EVENTS_SESSIONS },
	{ .name = "both limits, as by default", .source = AMPLE, .total = AMPLE },
};

struct kind {
	const char *name;
	const char *client, *server, *router;
	uint8_t proto;
};

static const struct kind kinds[] = {
	{ "UDP IPv4", "192.0.2.1", SERVER_V4, "203.0.113.7", PROTO_UDP },
	{ "TCP IPv4", "192.0.2.1", SERVER_V4, "203.0.113.7", PROTO_TCP },
	{ "ICMP IPv4", "192.0.2.1", SERVER_V4, "203.0.113.7", PROTO_ICMP },
	{ "UDP IPv6", "2001:db8::1", SERVER_V6, "2001:db8:9::7", PROTO_UDP },
	{ "TCP IPv6", "2001:db8::1", SERVER_V6, "2001:db8:9::7", PROTO_TCP },
	{ "ICMP IPv6", "2001:db8::1", SERVER_V6, "2001:db8:9::7", PROTO_ICMPV6 },
};

struct cost {
	double request_ns, answer_ns;
};

/* Prefixes that hold none of our clients, and one that does. */
static void write_list(const char *path, int list)
{
	FILE *out = fopen(path, "w");

	if (!out)
		bench_fail(path, errno);
	fprintf(out, "192.0.2.0/24\n2001:db8::/32\n");
	for (uint32_t i = 0; list == LIST_MANY && i < 100000; i++)
		fprintf(out, "%u.%u.%u.0/24\n", 20 + (i >> 16), i >> 8 & 255, i & 255);
	if (fclose(out))
		bench_fail(path, errno);
}

/* Makes this an address of the host. */
static void own(const struct loader *l, const char *text)
{
	struct own_address value = { .round = 1 };
	struct addr a;

	if (!addr_from_text(text, &a) ||
	    bpf_map_update_elem(loader_own_addresses(l), &a, &value, BPF_ANY))
		bench_fail(text, EINVAL);
}

static struct loader *load(const struct setup *setup)
{
	const struct server_options options = {
		.sessions = SESSIONS,
		.timeout_ns = 5 * SECOND,
		.rate_source = setup->source,
		.rate_total = setup->total,
		.require_padding = setup->padding,
	};
	struct server_config config = {
		.timeout_ns = options.timeout_ns,
		.sessions = options.sessions,
		.serve_v4 = 1,
		.serve_v6 = 1,
		.secret = { 1, 2 },
		.tcp_syn = 1,
		.sessions_per_target = SESSIONS,
		.events = setup->events,
		.access.listed[ACCESS_DIRECT] = setup->list != LIST_NONE,
	};
	char path[] = "/tmp/bench_server.XXXXXX";
	struct loader *l;
	int err;

	limit_configure(&options, &config.limit);
	err = loader_open(&config, &l);
	if (err)
		bench_fail("cannot load", -err);
	own(l, SERVER_V4);
	own(l, SERVER_V6);
	if (setup->list != LIST_NONE) {
		struct access_maps maps = loader_access(l);
		int fd = mkstemp(path);

		if (fd < 0)
			bench_fail(path, errno);
		close(fd);
		write_list(path, setup->list);
		err = access_reload(&maps, (const char *const[]){ path, NULL });
		unlink(path);
		if (err)
			bench_fail("list", -err);
	}
	return l;
}

/* Runs one frame; what became of it replaces it.  False unless it was sent. */
static bool run(int program, struct packet_bytes *frame)
{
	struct packet_bytes in = *frame;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in.bytes, .data_size_in = (uint32_t)in.len,
		    .data_out = frame->bytes, .data_size_out = sizeof(frame->bytes));

	memset(in.bytes, 0, 6); /* the test device's own address: for this host */
	if (bpf_prog_test_run_opts(program, &opts))
		bench_fail("test run", errno);
	frame->len = opts.data_size_out;
	return opts.retval == 7; /* TC_ACT_REDIRECT */
}

/* The counters tell why. */
static void fail_counting(const struct loader *l, const char *what)
{
	struct counter_values values;

	if (!loader_counters(l, &values))
		counters_print(stderr, &values);
	bench_fail(what, EIO);
}

static void read_stats(const struct loader *l, uint64_t *ret_runs, uint64_t *ret_ns)
{
	int err = loader_run_stats(l, ret_runs, ret_ns);

	if (err)
		bench_fail("statistics", -err);
}

/* A batch of requests, then their answers: nanoseconds a run of each. */
static struct cost transact(const struct loader *l, const struct kind *kind, uint32_t first)
{
	static struct packet_bytes frames[BATCH];
	const struct build_ip ip = { .src = kind->client, .dst = kind->server };
	bool is_v4 = !strchr(kind->client, ':');
	uint64_t runs[3], ns[3];

	for (uint32_t i = 0; i < BATCH; i++)
		frames[i] = build_request(&ip, (uint16_t)((first + i) % 65535 + 1), 3, kind->proto,
					  33500, PADDING);
	read_stats(l, &runs[0], &ns[0]);
	for (uint32_t i = 0; i < BATCH; i++)
		if (!run(loader_program_ethernet(l), &frames[i]))
			fail_counting(l, "a request was not served");
	read_stats(l, &runs[1], &ns[1]);
	for (uint32_t i = 0; i < BATCH; i++)
		frames[i] = build_error(kind->router, kind->server,
					is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED, 0,
					&frames[i], 0);
	for (uint32_t i = 0; i < BATCH; i++)
		if (!run(loader_program_ethernet(l), &frames[i]))
			fail_counting(l, "an answer was not");
	read_stats(l, &runs[2], &ns[2]);
	if (runs[2] - runs[0] != 2 * BATCH)
		bench_fail("the kernel does not count", EIO);
	return (struct cost){ (double)(ns[1] - ns[0]) / BATCH, (double)(ns[2] - ns[1]) / BATCH };
}

static struct cost measure(const struct loader *l, const struct kind *kind, uint32_t transactions)
{
	struct cost sum = { 0 };
	uint32_t batches = (transactions + BATCH - 1) / BATCH;

	transact(l, kind, 1); /* warms up */
	for (uint32_t i = 0; i < batches; i++) {
		struct cost one = transact(l, kind, i * BATCH);

		sum.request_ns += one.request_ns / batches;
		sum.answer_ns += one.answer_ns / batches;
	}
	return sum;
}

static void bench_kinds(uint32_t transactions, uint32_t rounds)
{
	static double requests[ARRAY_LEN(kinds)][ROUNDS_MAX], answers[ARRAY_LEN(kinds)][ROUNDS_MAX];
	struct loader *l = load(&setups[ARRAY_LEN(setups) - 1]);

	for (uint32_t round = 0; round < rounds; round++)
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
			struct cost cost = measure(l, &kinds[i], transactions);

			requests[i][round] = cost.request_ns;
			answers[i][round] = cost.answer_ns;
		}
	loader_close(l);
	printf("%-28s %10s %10s %14s\n", setups[ARRAY_LEN(setups) - 1].name, "request", "answer",
	       "both, a second");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		double request_ns = bench_median(requests[i], rounds),
		       answer_ns = bench_median(answers[i], rounds);

		printf("%-28s %7.0f ns %7.0f ns %14.0f\n", kinds[i].name, request_ns, answer_ns,
		       1e9 / (request_ns + answer_ns));
	}
}

static void bench_setups(const struct kind *kind, uint32_t transactions, uint32_t rounds)
{
	static double requests[ARRAY_LEN(setups)][ROUNDS_MAX];
	struct loader *loaders[ARRAY_LEN(setups)];
	double plain = 0;

	for (size_t i = 0; i < ARRAY_LEN(setups); i++)
		loaders[i] = load(&setups[i]);
	for (uint32_t round = 0; round < rounds; round++)
		for (size_t i = 0; i < ARRAY_LEN(setups); i++)
			requests[i][round] = measure(loaders[i], kind, transactions).request_ns;
	printf("\n%-28s %10s %10s %14s\n", kind->name, "request", "more", "by plain");
	for (size_t i = 0; i < ARRAY_LEN(setups); i++) {
		double ns = bench_median(requests[i], rounds);

		if (i == 0)
			plain = ns;
		printf("%-28s %7.0f ns %+7.0f ns %14.2f\n", setups[i].name, ns, ns - plain,
		       ns / plain);
		loader_close(loaders[i]);
	}
}

int main(int argc, char **argv)
{
	uint32_t transactions = argc > 1 ? bench_argument(argv[1], 1000000000, USAGE) : 20000;
	uint32_t rounds = argc > 2 ? bench_argument(argv[2], ROUNDS_MAX, USAGE) : 9;
	int stats = bpf_enable_stats(BPF_STATS_RUN_TIME);

	/* Nothing of the machine's own routing shall be measured. */
	if (unshare(CLONE_NEWNET))
		bench_fail("no network namespace (needs root)", errno);

	if (stats < 0)
		bench_fail("cannot have the kernel measure (needs root)", errno);
	log_init("bench_server", LOG_WARN);
	loader_adopt_log();
	bench_kinds(transactions, rounds);
	bench_setups(&kinds[0], transactions, rounds);
	bench_setups(&kinds[3], transactions, rounds);
	close(stats); /* the kernel stops to measure */
	return 0;
}
