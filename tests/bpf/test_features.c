// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The programs load on Linux 5.15: they call no helper and use no kind of map that is
 * newer.  The lists are all that they may use.
 */
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <linux/bpf.h>

#include "tests/bpf/harness.h"

#define CALL (BPF_JMP | BPF_CALL)

/* With the version of Linux that lets a tc program call it. */
static const struct {
	int helper;
	const char *since;
} helpers[] = {
	{ BPF_FUNC_map_lookup_elem, "3.19" }, { BPF_FUNC_map_update_elem, "3.19" },
	{ BPF_FUNC_map_delete_elem, "3.19" }, { BPF_FUNC_ktime_get_ns, "4.1" },
	{ BPF_FUNC_get_prandom_u32, "4.1" },  { BPF_FUNC_skb_store_bytes, "4.1" },
	{ BPF_FUNC_clone_redirect, "4.2" },   { BPF_FUNC_skb_vlan_push, "4.3" },
	{ BPF_FUNC_skb_vlan_pop, "4.3" },     { BPF_FUNC_redirect, "4.4" },
	{ BPF_FUNC_skb_load_bytes, "4.5" },   { BPF_FUNC_csum_diff, "4.6" },
	{ BPF_FUNC_skb_change_tail, "4.9" },  { BPF_FUNC_skb_adjust_room, "4.13" },
	{ BPF_FUNC_fib_lookup, "4.18" },      { BPF_FUNC_map_push_elem, "4.20" },
	{ BPF_FUNC_map_pop_elem, "4.20" },    { BPF_FUNC_spin_lock, "5.1" },
	{ BPF_FUNC_ringbuf_reserve, "5.8" },  { BPF_FUNC_ringbuf_submit, "5.8" },
	{ BPF_FUNC_spin_unlock, "5.1" },      { BPF_FUNC_skb_change_head, "5.8" },
	{ BPF_FUNC_redirect_neigh, "5.10" },
};

static const struct {
	enum bpf_map_type type;
	const char *since;
} maps[] = {
	{ BPF_MAP_TYPE_HASH, "3.19" },		{ BPF_MAP_TYPE_ARRAY, "3.19" },
	{ BPF_MAP_TYPE_PERCPU_ARRAY, "4.6" },	{ BPF_MAP_TYPE_LRU_HASH, "4.10" },
	{ BPF_MAP_TYPE_ARRAY_OF_MAPS, "4.12" }, /* of LPM tries, 4.11 */
	{ BPF_MAP_TYPE_STACK, "4.20" },		{ BPF_MAP_TYPE_RINGBUF, "5.8" },
};

static bool helper_is_allowed(int helper)
{
	for (size_t i = 0; i < sizeof(helpers) / sizeof(helpers[0]); i++)
		if (helpers[i].helper == helper)
			return true;
	return false;
}

static bool map_is_allowed(enum bpf_map_type type)
{
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		if (maps[i].type == type)
			return true;
	return false;
}

Test(features, helpers_are_those_of_linux_5_15)
{
	struct harness *h = harness_new(4, 1000000000);
	struct bpf_program *program;
	size_t calls = 0;
	size_t programs = 0;

	bpf_object__for_each_program(program, harness_object(h))
	{
		const struct bpf_insn *code = bpf_program__insns(program);

		programs++;
		for (size_t i = 0; i < bpf_program__insn_cnt(program); i++) {
			/* With a source register it is a function of the program itself. */
			if (code[i].code != CALL || code[i].src_reg)
				continue;
			calls++;
			cr_expect(helper_is_allowed(code[i].imm), "%s calls helper %d",
				  bpf_program__name(program), code[i].imm);
		}
	}
	cr_expect_geq(programs, 2);
	cr_expect_gt(calls, 100);
	harness_free(h);
}

Test(features, kinds_of_maps_are_those_of_linux_5_15)
{
	struct harness *h = harness_new(4, 1000000000);
	struct bpf_map *map;
	size_t count = 0;

	bpf_object__for_each_map(map, harness_object(h))
	{
		count++;
		cr_expect(map_is_allowed(bpf_map__type(map)), "%s is of kind %d",
			  bpf_map__name(map), (int)bpf_map__type(map));
	}
	cr_expect_gt(count, 5);
	harness_free(h);
}
