// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bpf/harness.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/privilege.h"
#include <server-bpf/revtr.skel.h>

#define HARNESS_TARGETS 4096

struct harness {
	struct revtr_bpf *skel;
	uint32_t sessions;
	uint64_t timeout_ns;
};

/* Nothing of the machine's own routing shall decide here. */
static void harness_isolate(void)
{
	static const char *const switches[] = { "/proc/sys/net/ipv4/conf/lo/forwarding",
						"/proc/sys/net/ipv6/conf/lo/forwarding" };

	cr_assert_eq(unshare(CLONE_NEWNET), 0, "no network namespace: %s", strerror(errno));
	for (size_t i = 0; i < 2; i++) {
		FILE *file = fopen(switches[i], "w");

		cr_assert(file && fputs("0", file) >= 0 && fclose(file) == 0, "%s", switches[i]);
	}
}

static void harness_load(struct harness *h, struct server_config config)
{
	struct revtr_bpf *skel = revtr_bpf__open();

	cr_assert(skel);
	h->skel = skel;
	config.serve_v4 = config.serve_v6 = 1;
	config.target_mask = HARNESS_TARGETS - 1;
	if (!config.sessions_per_target)
		config.sessions_per_target = UINT32_MAX;
	memcpy(&skel->rodata->config, &config, sizeof(config));
	bpf_map__set_max_entries(skel->maps.sessions, config.sessions);
	bpf_map__set_max_entries(skel->maps.requests, config.sessions);
	bpf_map__set_max_entries(skel->maps.slots, config.sessions);
	bpf_map__set_max_entries(skel->maps.free_slots, config.sessions);
	bpf_map__set_max_entries(skel->maps.target_loads, HARNESS_TARGETS);
	bpf_map__set_max_entries(skel->maps.limit_sources, LIMIT_SOURCES);
	bpf_map__set_max_entries(skel->maps.limit_targets, LIMIT_TARGETS);
	bpf_map__set_max_entries(skel->maps.limit_marks, LIMIT_MARK_SETS);
	cr_assert_eq(revtr_bpf__load(skel), 0, "the program does not load");
	for (uint32_t i = config.sessions; i-- > 0;)
		cr_assert_eq(
			bpf_map_update_elem(bpf_map__fd(skel->maps.free_slots), NULL, &i, BPF_ANY),
			0);
}

struct harness *harness_new_with(const struct server_config *config)
{
	struct harness *h = calloc(1, sizeof(*h));

	TEST_NEEDS(privilege_held("cap_bpf") && privilege_held("cap_net_admin") &&
			   privilege_held("cap_sys_admin"),
		   "CAP_BPF, CAP_NET_ADMIN and CAP_SYS_ADMIN");
	cr_assert(h);
	h->sessions = config->sessions;
	h->timeout_ns = config->timeout_ns;
	harness_isolate();
	harness_load(h, *config);
	return h;
}

struct harness *harness_new(uint32_t sessions, uint64_t timeout_ns)
{
	struct server_config config = {
		.timeout_ns = timeout_ns,
		.sessions = sessions,
		.secret = { 1, 2 },
		.tcp_syn = 1,
	};

	return harness_new_with(&config);
}

struct bpf_object *harness_object(const struct harness *h)
{
	return h->skel->obj;
}

void harness_own_address(struct harness *h, const struct addr *address)
{
	struct own_address value = { .round = 1 };

	cr_assert_eq(bpf_map_update_elem(bpf_map__fd(h->skel->maps.own_addresses), address, &value,
					 BPF_ANY),
		     0);
}

void harness_own(struct harness *h, const char *address)
{
	struct addr a;

	cr_assert(addr_from_text(address, &a), "%s", address);
	harness_own_address(h, &a);
}

void harness_free(struct harness *h)
{
	revtr_bpf__destroy(h->skel);
	free(h);
}

bool harness_try(struct harness *h, const struct packet_bytes *in, struct packet_bytes *ret_out,
		 enum harness_verdict *ret_verdict)
{
	/* The test device is the loopback interface: all zero is its own address. */
	static const uint8_t own[6];
	struct packet_bytes frame = *in;
	struct packet_bytes out = { .len = 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame.bytes,
		    .data_size_in = (uint32_t)frame.len, .data_out = out.bytes,
		    .data_size_out = sizeof(out.bytes));

	memcpy(frame.bytes, own, sizeof(own));
	if (bpf_prog_test_run_opts(bpf_program__fd(h->skel->progs.revtr_ingress), &run))
		return false;
	out.len = run.data_size_out;
	if ((int)run.retval == HARNESS_SEND)
		memcpy(out.bytes + 6, in->bytes, 6);
	else
		memcpy(out.bytes, in->bytes, 6);
	*ret_out = out;
	*ret_verdict = (enum harness_verdict)(int)run.retval;
	return true;
}

enum harness_verdict harness_run(struct harness *h, const struct packet_bytes *in,
				 struct packet_bytes *ret_out)
{
	enum harness_verdict verdict = HARNESS_DROP;

	cr_assert(harness_try(h, in, ret_out, &verdict), "%s", strerror(errno));
	return verdict;
}

struct access_maps harness_access(struct harness *h)
{
	return (struct access_maps){
		.lists = bpf_map__fd(h->skel->maps.access_lists),
		.generation = &h->skel->bss->access_generation,
	};
}

int harness_map(const struct harness *h, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(h->skel->obj, name);

	cr_assert_geq(fd, 0, "no map %s", name);
	return fd;
}

uint64_t harness_counter(const struct harness *h, enum server_counter counter, unsigned int family)
{
	struct counter_values values;

	cr_assert_eq(counters_read(bpf_map__fd(h->skel->maps.counters), &values), 0);
	return values.of[counter][family];
}

int harness_session_map(const struct harness *h)
{
	return bpf_map__fd(h->skel->maps.sessions);
}

static unsigned int harness_count_keys(int fd, void *key, void *previous_key, size_t len)
{
	unsigned int count = 0;
	void *previous = NULL;

	while (!bpf_map_get_next_key(fd, previous, key)) {
		memcpy(previous_key, key, len);
		previous = previous_key;
		count++;
	}
	return count;
}

unsigned int harness_sessions(const struct harness *h)
{
	struct probe_key key, previous;

	return harness_count_keys(harness_session_map(h), &key, &previous, sizeof(key));
}

unsigned int harness_requests(const struct harness *h)
{
	struct request_key key, previous;

	return harness_count_keys(bpf_map__fd(h->skel->maps.requests), &key, &previous,
				  sizeof(key));
}

unsigned int harness_target_sum(const struct harness *h)
{
	int fd = bpf_map__fd(h->skel->maps.target_loads);
	struct target_load load;
	unsigned int sum = 0;

	for (uint32_t i = 0; i < HARNESS_TARGETS; i++) {
		cr_assert_eq(bpf_map_lookup_elem(fd, &i, &load), 0);
		for (int span = 0; span < TARGET_SPANS; span++)
			sum += load.opened[span];
	}
	return sum;
}

static void harness_age_session(struct harness *h, const struct session_slot *slot, uint32_t index,
				uint64_t ns)
{
	struct session session = { .born_ns = slot->born_ns - ns, .slot = index };
	struct session_slot older = *slot;

	older.born_ns -= ns;
	cr_assert_eq(bpf_map_update_elem(harness_session_map(h), &slot->probe, &session, BPF_EXIST),
		     0);
	cr_assert_eq(
		bpf_map_update_elem(bpf_map__fd(h->skel->maps.slots), &index, &older, BPF_EXIST),
		0);
}

/* The sums that are read now are those of the spans before. */
static void harness_age_targets(struct harness *h, uint64_t ns)
{
	int fd = bpf_map__fd(h->skel->maps.target_loads);
	uint64_t spans = ns / (h->timeout_ns / 2 + 1);

	for (uint32_t i = 0; i < HARNESS_TARGETS; i++) {
		struct target_load load, older = { .span = 0 };

		cr_assert_eq(bpf_map_lookup_elem(fd, &i, &load), 0);
		older.span = load.span - spans;
		for (uint64_t span = 0; load.span && span < TARGET_SPANS; span++)
			older.opened[(older.span - span) % TARGET_SPANS] =
				load.opened[(load.span - span) % TARGET_SPANS];
		if (load.span)
			cr_assert_eq(bpf_map_update_elem(fd, &i, &older, BPF_EXIST), 0);
	}
}

void harness_age(struct harness *h, uint64_t ns)
{
	struct session_slot slot;

	harness_age_targets(h, ns);
	for (uint32_t i = 0; i < h->sessions; i++) {
		cr_assert_eq(bpf_map_lookup_elem(bpf_map__fd(h->skel->maps.slots), &i, &slot), 0);
		if (slot.born_ns)
			harness_age_session(h, &slot, i, ns);
	}
}

unsigned int harness_free_slots(const struct harness *h)
{
	int fd = bpf_map__fd(h->skel->maps.free_slots);
	uint32_t *taken = calloc(h->sessions, sizeof(*taken));
	unsigned int count = 0;

	cr_assert(taken);
	while (count < h->sessions && !bpf_map_lookup_and_delete_elem(fd, NULL, &taken[count]))
		count++;
	for (unsigned int i = count; i-- > 0;)
		bpf_map_update_elem(fd, NULL, &taken[i], BPF_ANY);
	free(taken);
	return count;
}
