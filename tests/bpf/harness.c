// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bpf/harness.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/privilege.h"
#include <server-bpf/revtr.skel.h>

struct harness {
	struct revtr_bpf *skel;
	uint32_t sessions;
};

struct harness *harness_new(uint32_t sessions, uint64_t timeout_ns)
{
	struct server_config config = {
		.timeout_ns = timeout_ns,
		.sessions = sessions,
		.serve_v4 = 1,
		.serve_v6 = 1,
	};
	struct harness *h = calloc(1, sizeof(*h));

	TEST_NEEDS(privilege_held("cap_bpf") && privilege_held("cap_net_admin"),
		   "CAP_BPF and CAP_NET_ADMIN");
	cr_assert(h);
	h->sessions = sessions;
	h->skel = revtr_bpf__open();
	cr_assert(h->skel);
	memcpy(&h->skel->rodata->config, &config, sizeof(config));
	bpf_map__set_max_entries(h->skel->maps.sessions, sessions);
	bpf_map__set_max_entries(h->skel->maps.slots, sessions);
	bpf_map__set_max_entries(h->skel->maps.free_slots, sessions);
	cr_assert_eq(revtr_bpf__load(h->skel), 0, "the program does not load");
	for (uint32_t i = sessions; i-- > 0;)
		cr_assert_eq(bpf_map_update_elem(bpf_map__fd(h->skel->maps.free_slots), NULL, &i,
						 BPF_ANY),
			     0);
	return h;
}

void harness_free(struct harness *h)
{
	revtr_bpf__destroy(h->skel);
	free(h);
}

enum harness_verdict harness_run(struct harness *h, const struct packet_bytes *in,
				 struct packet_bytes *ret_out)
{
	/* The test device is the loopback interface: all zero is its own address. */
	static const uint8_t own[6];
	struct packet_bytes frame = *in;
	struct packet_bytes out = { .len = 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame.bytes,
		    .data_size_in = (uint32_t)frame.len, .data_out = out.bytes,
		    .data_size_out = sizeof(out.bytes));

	memcpy(frame.bytes, own, sizeof(own));
	cr_assert_eq(bpf_prog_test_run_opts(bpf_program__fd(h->skel->progs.revtr_ingress), &run), 0,
		     "%s", strerror(errno));
	out.len = run.data_size_out;
	if ((int)run.retval == HARNESS_SEND)
		memcpy(out.bytes + 6, in->bytes, 6);
	else
		memcpy(out.bytes, in->bytes, 6);
	*ret_out = out;
	return (enum harness_verdict)(int)run.retval;
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

unsigned int harness_sessions(const struct harness *h)
{
	int fd = harness_session_map(h);
	struct session_key key;
	unsigned int count = 0;
	void *previous = NULL;

	while (!bpf_map_get_next_key(fd, previous, &key)) {
		previous = &key;
		count++;
	}
	return count;
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
