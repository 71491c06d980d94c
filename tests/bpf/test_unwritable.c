// SPDX-License-Identifier: GPL-2.0-or-later
/* A probe that cannot be written, as for want of memory: nothing of it is left. */
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bpf/harness.h"
#include "tests/support/build.h"

#define SECOND 1000000000ull
#define SERVER "198.51.100.1"
#define SLOTS  8

/* Before the program is loaded: no packet can be resized, as if the helper failed. */
static int fail_to_resize(struct bpf_program *program, struct bpf_prog_load_opts *options,
			  long cookie)
{
	static const struct bpf_insn failure = { .code = BPF_ALU64 | BPF_MOV | BPF_K,
						 .dst_reg = BPF_REG_0,
						 .imm = -ENOMEM };
	size_t count = bpf_program__insn_cnt(program);
	struct bpf_insn *changed = malloc(count * sizeof(*changed));
	int err;

	(void)options;
	(void)cookie;
	if (!changed)
		return -ENOMEM;
	memcpy(changed, bpf_program__insns(program), count * sizeof(*changed));
	for (size_t i = 0; i < count; i++)
		if (changed[i].code == (BPF_JMP | BPF_CALL) && changed[i].src_reg == 0 &&
		    changed[i].imm == BPF_FUNC_skb_change_tail)
			changed[i] = failure;
	err = bpf_program__set_insns(program, changed, count);
	free(changed);
	return err;
}

static struct harness *start(void)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, options, .prog_prepare_load_fn = fail_to_resize);
	struct harness *h;

	cr_assert_geq(libbpf_register_prog_handler("tc", BPF_PROG_TYPE_SCHED_CLS, 0, &options), 0);
	h = harness_new(SLOTS, 5 * SECOND);
	harness_own(h, SERVER);
	return h;
}

Test(unwritable, probe_leaves_no_session)
{
	const struct build_ip to_server = { .src = "192.0.2.1", .dst = SERVER };
	struct packet_bytes in = build_request(&to_server, 1, 3, PROTO_UDP, 33500, 0), out;
	struct harness *h = start();

	/* Neither is the client's next try one that is under way already. */
	for (uint64_t tries = 1; tries <= 2; tries++) {
		cr_expect_eq(harness_run(h, &in, &out), HARNESS_DROP);
		cr_expect_eq(harness_counter(h, COUNT_REWRITE_FAILED, FAMILY_V4), tries);
		cr_expect_eq(harness_sessions(h), 0);
		cr_expect_eq(harness_requests(h), 0);
		cr_expect_eq(harness_target_sum(h), 0);
		cr_expect_eq(harness_free_slots(h), SLOTS);
	}
	cr_expect_eq(harness_counter(h, COUNT_PROBE, FAMILY_V4), 0);
	cr_expect_eq(harness_counter(h, COUNT_DUPLICATE, FAMILY_V4), 0);
	cr_expect_eq(harness_counter(h, COUNT_EXPIRED, FAMILY_V4), 0);
	harness_free(h);
}
