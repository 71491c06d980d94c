// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each step of serving a request costs, by itself: the server's own functions in
 * programs that do nothing else.  Needs root.
 *
 *	bench_checks [RUNS [ROUNDS]]
 *
 * The time is the kernel's, a mean over RUNS; steps take turns within a round, and the
 * median of all rounds is printed, less that of reading the packet, which each begins
 * with.  Their sum is less than a request's cost, which also has the packet rewritten.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/addr_text.h"
#include "base/container.h"
#include "server-bpf/limit.h"
#include "tests/bench/checks.skel.h"
#include "tests/bench/figures.h"
#include "tests/support/build.h"
#include "wire/revtr.h"

#define SESSIONS   65536
#define SECOND	   1000000000ull
#define USAGE	   "bench_checks [RUNS [ROUNDS]]"
#define ROUNDS_MAX 99
#define PADDING	   (REVTR_PADDED_MAX - 12)

struct step {
	const char *program, *what;
};

/* The first is what the others are compared with. */
static const struct step steps[] = {
	{ "check_nothing", "the packet is read" },
	{ "check_count", "a counter" },
	{ "check_addresses", "both addresses are looked up" },
	{ "check_checksum", "checksums are verified" },
	{ "check_object", "the request is read and judged" },
	{ "check_limit_source", "the source's bucket" },
	{ "check_limit_total", "the bucket of all" },
	{ "check_route", "the way to the client" },
	{ "check_target", "sessions of the target" },
	{ "check_hand", "old sessions are cleared away" },
	{ "check_slot", "a slot" },
	{ "check_repeat", "the request is entered" },
	{ "check_name", "identifier and session" },
};

static const struct {
	const char *name, *client, *server;
} families[] = {
	{ "IPv4", "192.0.2.1", "198.51.100.1" },
	{ "IPv6", "2001:db8::1", "2001:db8:ffff::1" },
};

static void configure(struct checks_bpf *skel)
{
	const struct server_options options = {
		.sessions = SESSIONS,
		.timeout_ns = 5 * SECOND,
		.rate_source = { 1000000000, 1000000 },
		.rate_total = { 1000000000, 1000000 },
	};
	struct server_config config = {
		.timeout_ns = options.timeout_ns,
		.sessions = options.sessions,
		.sessions_per_target = SESSIONS,
		.target_mask = 2 * SESSIONS - 1,
		.serve_v4 = 1,
		.serve_v6 = 1,
		.secret = { 1, 2 },
		.tcp_syn = 1,
	};

	limit_configure(&options, &config.limit);
	memcpy((void *)&skel->rodata->config, &config, sizeof(config));
	bpf_map__set_max_entries(skel->maps.requests, SESSIONS);
	bpf_map__set_max_entries(skel->maps.target_loads, config.target_mask + 1);
	bpf_map__set_max_entries(skel->maps.sessions, SESSIONS);
	bpf_map__set_max_entries(skel->maps.slots, SESSIONS);
	bpf_map__set_max_entries(skel->maps.free_slots, SESSIONS);
	bpf_map__set_max_entries(skel->maps.limit_sources, LIMIT_SOURCES);
	bpf_map__set_max_entries(skel->maps.limit_marks, LIMIT_MARK_SETS);
}

static struct checks_bpf *load(void)
{
	struct checks_bpf *skel = checks_bpf__open();

	if (!skel)
		bench_fail("cannot open", errno);
	configure(skel);
	if (checks_bpf__load(skel))
		bench_fail("cannot load (needs root)", errno);
	for (uint32_t i = 0; i < SESSIONS; i++)
		if (bpf_map_update_elem(bpf_map__fd(skel->maps.free_slots), NULL, &i, BPF_ANY))
			bench_fail("cannot fill the slots", errno);
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct own_address value = { .round = 1 };
		struct addr a;

		if (!addr_from_text(families[i].server, &a) ||
		    bpf_map_update_elem(bpf_map__fd(skel->maps.own_addresses), &a, &value, BPF_ANY))
			bench_fail("cannot enter an address", errno);
	}
	return skel;
}

static double measure(const struct checks_bpf *skel, const struct step *step, size_t family,
		      uint32_t runs)
{
	const struct build_ip ip = { .src = families[family].client,
				     .dst = families[family].server };
	struct packet_bytes in = build_request(&ip, 1, 3, PROTO_UDP, 33500, PADDING);
	struct bpf_program *program = bpf_object__find_program_by_name(skel->obj, step->program);
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in.bytes, .data_size_in = (uint32_t)in.len,
		    .repeat = (int)runs);

	memset(in.bytes, 0, 6); /* the test device's own address: for this host */
	if (!program || bpf_prog_test_run_opts(bpf_program__fd(program), &opts))
		bench_fail(step->program, errno);
	if (opts.retval)
		bench_fail(step->program, EIO);
	return opts.duration;
}

int main(int argc, char **argv)
{
	static double ns[ARRAY_LEN(families)][ARRAY_LEN(steps)][ROUNDS_MAX];
	uint32_t runs = argc > 1 ? bench_argument(argv[1], 1000000000, USAGE) : 100000;
	uint32_t rounds = argc > 2 ? bench_argument(argv[2], ROUNDS_MAX, USAGE) : 9;
	double base[ARRAY_LEN(families)], sum[ARRAY_LEN(families)] = { 0 };
	struct checks_bpf *skel;

	/* Nothing of the machine's own routing shall be measured. */
	if (unshare(CLONE_NEWNET))
		bench_fail("no network namespace (needs root)", errno);
	skel = load();
	for (uint32_t round = 0; round < rounds; round++)
		for (size_t step = 0; step < ARRAY_LEN(steps); step++)
			for (size_t family = 0; family < ARRAY_LEN(families); family++)
				ns[family][step][round] = measure(skel, &steps[step], family, runs);
	printf("%-34s %10s %10s\n", "ns", families[0].name, families[1].name);
	for (size_t step = 0; step < ARRAY_LEN(steps); step++) {
		printf("%-34s", steps[step].what);
		for (size_t family = 0; family < ARRAY_LEN(families); family++) {
			double value = bench_median(ns[family][step], rounds);

			if (step == 0)
				base[family] = value;
			else
				value -= base[family];
			sum[family] += value;
			printf(" %10.0f", value);
		}
		printf("\n");
	}
	printf("%-34s %10.0f %10.0f\n", "all", sum[0], sum[1]);
	checks_bpf__destroy(skel);
	return 0;
}
