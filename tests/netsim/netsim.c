// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Puts the synthetic Internet on an interface of this network namespace, until SIGINT or
 * SIGTERM; then says what it counted.
 *
 *	netsim [OPTIONS] INTERFACE
 *	netsim --near INTERFACE		prepares the other end of the link, and leaves it so
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <net/if.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/netsim/netsim.h"
#include "tests/netsim/options.h"
/* Last: it names struct world. */
#include "tests/netsim/netsim.skel.h"

static void print_help(FILE *to)
{
	fputs("usage: netsim [OPTIONS] INTERFACE | netsim --near INTERFACE\n"
	      "Answers probes as a synthetic Internet, at the far end of a link.\n"
	      "  --near            this is the prober's end: only let pass what comes\n"
	      "  --verify          pass over probes with a wrong checksum behind the IP header, "
	      "too\n",
	      to);
	world_print_help(to);
}

/* What belongs to the link itself is left to the kernel. */
static void find_link(const char *interface, uint32_t *ret_net, uint32_t *ret_mask)
{
	struct ifaddrs *all;

	*ret_net = *ret_mask = UINT32_MAX;
	if (getifaddrs(&all))
		return;
	for (struct ifaddrs *a = all; a; a = a->ifa_next) {
		struct sockaddr_in addr, mask;

		if (!a->ifa_addr || a->ifa_addr->sa_family != AF_INET ||
		    strcmp(a->ifa_name, interface) != 0)
			continue;
		memcpy(&addr, a->ifa_addr, sizeof(addr));
		memcpy(&mask, a->ifa_netmask, sizeof(mask));
		*ret_mask = ntohl(mask.sin_addr.s_addr);
		*ret_net = ntohl(addr.sin_addr.s_addr) & *ret_mask;
	}
	freeifaddrs(all);
}

static int say(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, args) : 0;
}

static void print_counters(const struct netsim_bpf *skel)
{
	static const char *const names[] = NETSIM_COUNTER_NAMES;
	int cpus = libbpf_num_possible_cpus();
	uint64_t *values = calloc((size_t)(cpus > 0 ? cpus : 1), sizeof(*values));

	for (uint32_t key = 0; values && key < NETSIM_COUNTERS; key++) {
		uint64_t sum = 0;

		if (bpf_map_lookup_elem(bpf_map__fd(skel->maps.counters), &key, values))
			break;
		for (int cpu = 0; cpu < cpus; cpu++)
			sum += values[cpu];
		printf("%s %" PRIu64 "\n", names[key], sum);
	}
	free(values);
}

/* Stays there after this process. */
static int prepare_near(struct netsim_bpf *skel, const char *interface, unsigned int index)
{
	int err = bpf_xdp_attach((int)index, bpf_program__fd(skel->progs.pass), 0, NULL);

	if (err)
		fprintf(stderr, "netsim: %s: cannot attach: %s\n", interface, strerror(-err));
	return err ? 1 : 0;
}

static int serve(struct netsim_bpf *skel, const char *interface, unsigned int index)
{
	struct bpf_link *link;
	sigset_t ends;
	int number;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	link = bpf_program__attach_xdp(skel->progs.netsim, (int)index);
	if (!link) {
		fprintf(stderr, "netsim: %s: cannot attach: %s\n", interface, strerror(errno));
		return 1;
	}
	printf("netsim: ready on %s\n", interface);
	fflush(stdout);
	sigwait(&ends, &number);
	bpf_link__destroy(link);
	print_counters(skel);
	return 0;
}

struct task {
	struct world world;
	bool verifies;
	bool is_near;
	const char *interface;
};

static int run(const struct task *task)
{
	unsigned int index = if_nametoindex(task->interface);
	struct netsim_bpf *skel;
	int status;

	if (!index) {
		fprintf(stderr, "netsim: %s: %s\n", task->interface, strerror(errno));
		return 1;
	}
	libbpf_set_print(say);
	skel = netsim_bpf__open();
	if (!skel) {
		fprintf(stderr, "netsim: %s\n", strerror(errno));
		return 1;
	}
	if (!task->world.error_gap_ns)
		bpf_map__set_max_entries(skel->maps.buckets, 1);
	if (netsim_bpf__load(skel)) {
		fprintf(stderr, "netsim: cannot load its program\n");
		netsim_bpf__destroy(skel);
		return 1;
	}
	skel->bss->world = task->world;
	skel->bss->verifies = task->verifies;
	find_link(task->interface, &skel->bss->link_net, &skel->bss->link_mask);
	status = task->is_near ? prepare_near(skel, task->interface, index)
			       : serve(skel, task->interface, index);
	netsim_bpf__destroy(skel);
	return status;
}

int main(int argc, char **argv)
{
	struct option options[WORLD_OPTION_COUNT + 4] = {
		{ "verify", no_argument, NULL, 'v' },
		{ "near", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
	};
	struct task task = { .world = world_default() };
	int option;

	memcpy(options + 3, world_long_options, (WORLD_OPTION_COUNT + 1) * sizeof(*options));
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'v') {
			task.verifies = true;
		} else if (option == 'n') {
			task.is_near = true;
		} else if (option == 'h') {
			print_help(stdout);
			return 0;
		} else if (!world_set_option(&task.world, option, optarg)) {
			return 2;
		}
	}
	if (optind + 1 != argc || !world_is_sound(&task.world)) {
		print_help(stderr);
		return 2;
	}
	task.interface = argv[optind];
	return run(&task);
}
