// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/netsim/options.h"
#include "tests/netsim/truth.h"

#define TARGETS 3000
#define CLIENT	0xc0000202u

static uint32_t targets[TARGETS];

static struct truth_question ask(const struct world *world)
{
	return (struct truth_question){ .world = *world, .client = CLIENT, .proto = 17 };
}

static struct world world_with_branches(void)
{
	struct world world = world_default();

	world.branches = WORLD_BRANCHES;
	return world;
}

static void draw_targets(const struct world *world)
{
	struct truth_targets source = truth_targets(world);

	for (int i = 0; i < TARGETS; i++)
		cr_assert(truth_next_target(&source, &targets[i]));
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

Test(netsim, targets_are_in_nets_of_their_own)
{
	struct world world = world_default();

	draw_targets(&world);
	qsort(targets, TARGETS, sizeof(*targets), compare);
	for (int i = 0; i < TARGETS; i++) {
		cr_assert_lt(targets[i] >> 24, 224);
		cr_assert_neq(targets[i] >> 24, WORLD_ROUTERS >> 24);
		cr_assert_neq(targets[i] >> 24, WORLD_RETURN >> 24);
		cr_assert(i == 0 || targets[i] >> 8 != targets[i - 1] >> 8);
	}
}

Test(netsim, all_nets_of_the_world_are_handed_out_once)
{
	struct world world = world_default();
	struct truth_targets source = truth_targets(&world);
	uint8_t *seen = calloc(1u << 24, 1);
	uint32_t target, count = 0;

	cr_assert_not_null(seen);
	for (; truth_next_target(&source, &target); count++)
		cr_assert_eq(seen[target >> 8]++, 0);
	cr_assert_eq(count, (224 - 10) << 16);
	free(seen);
}

Test(netsim, paths_are_as_long_as_they_may_be)
{
	struct world world = world_default();
	uint32_t lengths = 0;

	world.shortest = 3;
	world.longest = 9;
	draw_targets(&world);
	for (int i = 0; i < TARGETS; i++)
		lengths |= 1u << world_length(&world, targets[i]) |
			   1u << world_return_length(&world, targets[i]);
	cr_assert_eq(lengths, 0x3f8);
}

/* Whoever meets at a hop, met at each hop before: stop sets rely on that. */
Test(netsim, paths_are_a_tree)
{
	struct world world = world_default();

	draw_targets(&world);
	for (int i = 0; i < 200; i++) {
		for (int j = 0; j < i; j++) {
			bool together = true;

			for (uint32_t ttl = 1; ttl < world.shortest; ttl++) {
				bool same = world_forward(&world, targets[i], ttl, 0).addr ==
					    world_forward(&world, targets[j], ttl, 0).addr;

				cr_assert(together || !same);
				together = same;
			}
		}
	}
}

Test(netsim, no_path_shows_an_address_twice)
{
	struct world world = world_with_branches();

	draw_targets(&world);
	for (int i = 0; i < TARGETS; i++) {
		uint32_t length = world_length(&world, targets[i]);
		uint32_t last = 0;

		for (uint32_t ttl = 1; ttl < length; ttl++) {
			uint32_t addr = world_forward(&world, targets[i], ttl, 77).addr;

			cr_assert_gt(addr, last); /* its hop is in its upper bits */
			last = addr;
		}
	}
}

Test(netsim, a_flow_keeps_to_its_branch_and_flows_use_them_all)
{
	struct world world = world_with_branches();
	uint32_t target = 0x08080808, seen = 0;

	for (uint32_t flow = 0; flow < 200; flow++) {
		struct world_node node = world_forward(&world, target, 5, flow);

		cr_assert_eq(node.addr, world_forward(&world, target, 5, flow).addr);
		cr_assert_eq(world_forward(&world, target, 6, flow).addr,
			     world_forward(&world, target, 6, flow + 1).addr);
		seen |= 1u << (node.addr & 7);
	}
	cr_assert_eq(seen, 0xff);
}

Test(netsim, the_end_sees_what_is_left_of_the_ttl)
{
	struct world world = world_default();
	uint32_t target = 0x08080808, length = world_length(&world, target);
	struct world_node node = world_forward(&world, target, 31, 0);

	cr_assert(node.is_end);
	cr_assert_eq(node.addr, target);
	cr_assert_eq(node.hop, length);
	cr_assert_eq(node.ttl_left, 31 - length + 1);
	cr_assert_eq(world_return(&world, target, CLIENT, 31, 0).addr, CLIENT);
}

static struct truth *truth_of(const struct truth_question *q)
{
	struct truth *truth;

	draw_targets(&q->world);
	cr_assert_eq(truth_new(q, targets, TARGETS, &truth), 0);
	return truth;
}

static void tell_all(struct truth *truth, const struct truth_question *q)
{
	uint32_t addrs[WORLD_BRANCHES];

	for (int i = 0; i < TARGETS; i++)
		for (uint32_t ttl = 1; ttl <= truth_length(q, targets[i]); ttl++)
			for (uint32_t n = truth_hop(q, targets[i], ttl, addrs); n > 0; n--)
				cr_assert(truth_judge(truth, targets[i], ttl, addrs[n - 1]));
}

Test(netsim, who_says_all_has_found_all)
{
	struct world world = world_with_branches();
	struct truth_question q = ask(&world);

	q.world.silent = q.world.deaf = 1u << 30;
	for (int way = 0; way < 2; way++) {
		struct truth *truth;
		struct truth_score score;

		q.is_return = way;
		truth = truth_of(&q);
		tell_all(truth, &q);
		score = truth_score(truth);
		cr_assert_eq(score.targets, TARGETS);
		cr_assert_gt(score.nodes, score.hops);
		cr_assert_eq(score.nodes_found, score.nodes);
		cr_assert_eq(score.hops_found, score.hops);
		cr_assert_eq(score.lines, score.nodes);
		cr_assert_eq(score.repeated + score.wrong + score.foreign + score.beyond, 0);
		truth_free(truth);
	}
}

Test(netsim, with_its_word_a_flow_has_one_way)
{
	struct world world = world_with_branches();
	struct truth_question q = ask(&world);
	uint32_t addrs[WORLD_BRANCHES], way[WORLD_BRANCHES];
	struct truth *truth;

	q.has_word = true;
	q.word = 33434u << 16 | 33434;
	truth = truth_of(&q);
	cr_assert_eq(truth_hop(&q, targets[0], 5, way), 1);
	q.has_word = false;
	cr_assert_eq(truth_hop(&q, targets[0], 5, addrs), WORLD_BRANCHES);
	for (int i = 0; i < WORLD_BRANCHES; i++)
		cr_assert_eq(truth_judge(truth, targets[0], 5, addrs[i]), addrs[i] == way[0]);
	cr_assert_eq(truth_score(truth).wrong, WORLD_BRANCHES - 1);
	truth_free(truth);
}

Test(netsim, what_is_not_so_is_seen)
{
	struct world world = world_default();
	struct truth_question q = ask(&world);
	struct truth *truth = truth_of(&q);
	uint32_t target = targets[7], length = truth_length(&q, target);
	struct truth_score score;
	uint32_t addrs[WORLD_BRANCHES];

	truth_hop(&q, target, 3, addrs);
	cr_assert(truth_judge(truth, target, 3, addrs[0]));
	cr_assert(truth_judge(truth, target, 3, addrs[0]));
	cr_assert(truth_judge(truth, target, length + 2, target));
	cr_assert_not(truth_judge(truth, target, 4, addrs[0])); /* of another hop */
	cr_assert_not(truth_judge(truth, target, 0, addrs[0]));
	cr_assert_not(truth_judge(truth, target, length + 1, addrs[0]));
	cr_assert_not(truth_judge(truth, target, length - 1, target));
	cr_assert_not(truth_judge(truth, target + 1, 3, addrs[0]));
	score = truth_score(truth);
	cr_assert_eq(score.hops_found, 1);
	cr_assert_eq(score.repeated, 1);
	cr_assert_eq(score.beyond, 1);
	cr_assert_eq(score.wrong, 4);
	cr_assert_eq(score.foreign, 1);
	truth_free(truth);
}

Test(netsim, silence_is_nothing_to_find)
{
	struct world world = world_default();
	struct truth_question q = ask(&world);
	struct truth *truth;

	q.world.silent = q.world.deaf = WORLD_ALL;
	truth = truth_of(&q);
	cr_assert_eq(truth_score(truth).hops, 0);
	cr_assert_not(truth_judge(truth, targets[0], 1, WORLD_ROUTERS | 1u << 19));
	truth_free(truth);
}
