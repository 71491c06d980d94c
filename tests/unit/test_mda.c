// SPDX-License-Identifier: GPL-2.0-or-later
/* What the multipath algorithm finds behind balancers, and what it costs. */
#include "prober/engine/mda.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/fake_forwarding.h"

struct world {
	const char *name;
	const char *text;
	uint32_t holes; /* silent routers that must be seen as such */
};

static const struct world worlds[] = {
	{ "chain", "S-A A-B B-C C-@", 0 },
	{ "destination next door", "S-@", 0 },
	{ "2 ways", "S-A A-B1..2 B1..2-@", 0 },
	{ "2 ways at once", "S-B1..2 B1..2-@", 0 },
	{ "8 wide", "S-A A-B1..8 B1..8-@", 0 },
	{ "16 wide", "S-A A-B1..16 B1..16-C C-@", 0 },
	{ "28 wide", "S-A A-B1..28 B1..28-@", 0 },
	{ "nested", "S-A A-B1..2 B1-C1..2 B2-C3..4 C1..4-@", 0 },
	{ "unmeshed", "S-A A-B1..8 B1..8=C1..8 C1..8=D1..8 D1..8-@", 0 },
	{ "meshed", "S-A A-B1..4 B1..4-C1..4 C1..4-@", 0 },
	{ "uneven", "S-A A-B1..2 B1-C1..3 B2-C4 C1..4-@", 0 },
	{ "two in a row", "S-A A-B1..2 B1..2-C C-D1..3 D1..3-E E-@", 0 },
	{ "unequal length", "S-A A-B B-C A-D C-E D-E E-F F-@", 0 },
	{ "unequal to the end", "S-A A-B1..2 B1-@ B2-C C-D D-E E-@", 0 },
	{ "destination in the middle", "S-A A-B1..3 B1-@ B2-C1..2 B3-C2..3 C1..3-@", 0 },
	{ "one refuses", "S-A A-B1..2 B1-C C-D B2-D D-@ #B2", 0 },
	{ "silent hop", "S-A A-B B-C C-@ *B", 1 },
	{ "two silent hops", "S-A A-B B-C C-D D-@ *B *C", 2 },
	{ "silent first hop", "S-A A-B1..2 B1..2-@ *A", 1 },
	{ "silent way of its own", "S-A A-B1..2 B1-C1 B2-C2 C1..2-D D-@ *B2", 1 },
	{ "8 wide behind silence", "S-A A-B B-C1..8 C1..8-@ *B", 1 },
};
#define WORLDS (sizeof(worlds) / sizeof(*worlds))

/* Of many branching points each is then found. */
#define SURE 0.00001

static struct fake_graph graph;

/* Runs them all: whole, nothing more, and the silence where it is. */
static void expect_whole(struct mda_config config, uint32_t loss_ppm, bool reorders, int runs)
{
	struct mda *m = fake_mda_new();

	for (size_t i = 0; i < WORLDS; i++) {
		struct fake_forwarding f = { .graph = &graph,
					     .config = &config,
					     .loss_ppm = loss_ppm,
					     .reorders = reorders };
		struct fake_outcome o;

		fake_graph_read(worlds[i].text, &graph);
		for (f.seed = 1; f.seed <= (uint64_t)runs; f.seed++) {
			fake_forward(&f, m, &o);
			cr_assert(m->end == MDA_REACHED, "%s", worlds[i].name);
			cr_assert_not(m->is_per_packet, "%s", worlds[i].name);
			cr_assert(!o.nodes_missed && !o.nodes_false, "%s: nodes", worlds[i].name);
			cr_assert(!o.links_missed && !o.links_false, "%s: links", worlds[i].name);
			cr_assert_eq(o.assumed_false, 0, "%s: assumed", worlds[i].name);
			cr_assert_eq(o.holes, worlds[i].holes, "%s: %u holes", worlds[i].name,
				     o.holes);
		}
	}
	free(m);
}

Test(mda, finds_every_topology_whole_and_nothing_else)
{
	expect_whole(fake_mda_config(MDA_NODE, SURE), 0, false, 20);
	expect_whole(fake_mda_config(MDA_NODE, SURE), 0, true, 20);
}

Test(mda, finds_every_topology_whole_in_spite_of_loss)
{
	struct mda_config config = fake_mda_config(MDA_NODE, SURE);

	config.retries = 7; /* so that no flow is given up but where all is silent */
	expect_whole(config, 100000, true, 10);
}

Test(mda, share_rule_finds_every_topology_whole)
{
	expect_whole(fake_mda_config(MDA_SHARE, SURE), 0, true, 5);
}

Test(mda, lite_finds_every_topology_whole)
{
	struct mda_config config = fake_mda_config(MDA_LITE, SURE);

	expect_whole(config, 0, false, 20);
	expect_whole(config, 0, true, 20);
	config.retries = 7;
	expect_whole(config, 100000, true, 10);
}

/* A run by the lite method.  False if it took the diamond for odd, as it does where it
 * has missed a router. */
static bool run_even(const char *text, uint64_t seed, struct mda *m)
{
	static struct mda_config config;
	struct fake_forwarding f = { .graph = &graph, .config = &config, .seed = seed };
	struct fake_outcome o;

	config = fake_mda_config(MDA_LITE, 0.01);
	fake_graph_read(text, &graph);
	fake_forward(&f, m, &o);
	for (int ttl = 1; ttl <= m->end_ttl; ttl++)
		if (m->table.hops[ttl].is_odd)
			return false;
	return true;
}

/* How many flows were seen on both sides of this vertex's links to the hop before. */
static uint32_t shown_before(const struct mda_hop *hop, int vertex)
{
	uint32_t flows = 0;

	for (uint16_t i = 0; i < hop->link_count; i++)
		if (hop->links[i].far == vertex)
			flows += hop->links[i].flows;
	return flows;
}

Test(mda, lite_looks_for_meshes_from_the_wider_side)
{
	struct mda *m = fake_mda_new();
	const struct mda_hop *hop = &m->table.hops[3];
	const struct mda_hop *near = &m->table.hops[2];
	int even = 0;

	for (uint64_t seed = 1; seed <= 50; seed++) {
		if (!run_even("S-A A-B1..2 B1-C1..8 B2-C9..16 C1..16-@", seed, m))
			continue;
		for (int i = 0; i < hop->vertex_count; i++)
			cr_expect_geq(shown_before(hop, i), hop->vertices[i].flows > 1 ? 2 : 1);
		even++;
	}
	for (uint64_t seed = 1; seed <= 50; seed++) {
		if (!run_even("S-A A-B1..8 B1..4-C1 B5..8-C2 C1..2-@", seed, m))
			continue;
		for (int i = 0; i < near->vertex_count; i++)
			cr_expect_geq(near->vertices[i].tested, 2);
		even++;
	}
	cr_expect_geq(even, 90, "%d", even);
	free(m);
}

/* A router of four balances on its own: not even by its width is the hop behind it odd. */
Test(mda, lite_goes_through_odd_diamonds_by_vertices)
{
	static const char odd[] = "S-A A-B1..4 B1..3-C1 B4-C1..2 C1..2-@";
	struct fake_forwarding f = { .graph = &graph, .seed = 1 };
	struct mda_config config = fake_mda_config(MDA_LITE, SURE);
	struct mda *m = fake_mda_new();
	struct fake_outcome o;

	f.config = &config;
	fake_graph_read(odd, &graph);
	fake_forward(&f, m, &o);
	cr_expect(m->table.hops[3].is_odd);
	for (int i = 0; i < m->table.hops[2].vertex_count; i++)
		cr_expect_geq(m->table.hops[2].vertices[i].tested, config.stopping.n[2]);
	free(m);
}

/* --- at the usual bound ------------------------------------------------------------------- */

struct sums {
	double probes;
	uint32_t runs, missed, nodes_false, links_false, assumed_false, per_packet, holes;
};

static struct sums sum_of(const char *text, struct mda_config config, struct fake_forwarding f,
			  uint32_t runs)
{
	struct mda *m = fake_mda_new();
	struct sums sums = { .runs = runs };
	struct fake_outcome o;

	fake_graph_read(text, &graph);
	f.graph = &graph;
	f.config = &config;
	for (uint32_t run = 0; run < runs; run++) {
		f.seed = 1000 + run;
		fake_forward(&f, m, &o);
		sums.probes += o.probes / (double)runs;
		sums.missed += o.nodes_missed || o.links_missed;
		sums.nodes_false += o.nodes_false > 0;
		sums.links_false += o.links_false > 0 && !m->is_per_packet;
		sums.assumed_false += o.assumed_false > 0;
		sums.per_packet += m->is_per_packet;
		sums.holes += o.holes;
	}
	free(m);
	return sums;
}

Test(mda, no_link_is_false_even_where_a_router_was_missed)
{
	for (size_t i = 0; i < WORLDS; i++) {
		struct sums s = sum_of(worlds[i].text, fake_mda_config(MDA_NODE, 0.2),
				       (struct fake_forwarding){ .reorders = true }, 150);

		cr_expect_eq(s.links_false + s.nodes_false + s.assumed_false, 0, "%s",
			     worlds[i].name);
	}
}

/* Probes of the plain algorithm (Augustin et al., 2007), by an independent simulation. */
static const struct {
	const char *text;
	double plain;
} costs[] = {
	{ "S-A A-B1..2 B1..2-@", 37 },
	{ "S-A A-B1..8 B1..8-@", 171 },
	{ "S-A A-B1..28 B1..28-@", 684 },
	{ "S-A A-B1..2 B1-C1..2 B2-C3..4 C1..4-@", 94 },
	{ "S-A A-B1..8 B1..8=C1..8 C1..8=D1..8 D1..8-@", 329 },
	{ "S-A A-B1..4 B1..4-C1..4 C1..4-@", 230 },
	{ "S-A A-B1..2 B1-C1..3 B2-C4 C1..4-@", 113 },
};

Test(mda, default_method_costs_less_than_the_others)
{
	struct fake_forwarding f = { .reorders = false };

	for (size_t i = 0; i < sizeof(costs) / sizeof(*costs); i++) {
		struct sums s = sum_of(costs[i].text, fake_mda_config(MDA_NODE, 0.05), f, 150);

		cr_expect_leq(s.probes, 1.1 * costs[i].plain, "%s: %g", costs[i].text, s.probes);
	}
	cr_expect_leq(sum_of(costs[1].text, fake_mda_config(MDA_NODE, 0.05), f, 150).probes,
		      0.6 * sum_of(costs[1].text, fake_mda_config(MDA_SHARE, 0.05), f, 150).probes);
}

Test(mda, balancing_by_packet_is_seen)
{
	static const char *const texts[] = { "S-A A-B1..2 B1..2-@ !A",
					     "S-A A-B1..2 B1..2=C1..2 C1..2-@ !A",
					     "S-A A-B1..8 B1..8-@ !A",
					     "S-A A-B1..2 B1-C1..2 B2-C3..4 C1..4-@ !B1..2",
					     "S-A A-B1..16 B1..16-C C-@ !A" };

	for (size_t i = 0; i < 5; i++) {
		struct sums s = sum_of(texts[i], fake_mda_config(MDA_NODE, 0.05),
				       (struct fake_forwarding){ .reorders = true }, 400);

		/* Missed as a balancer is, and where it was missed itself. */
		cr_expect_geq(s.per_packet, 0.9 * s.runs, "%s: %u", texts[i], s.per_packet);
	}
}

Test(mda, what_was_remapped_midway_is_not_called_proven)
{
	for (uint32_t after = 10; after < 240; after += 30) {
		struct sums s = sum_of("S-A A-B1..8 B1..8=C1..8 C1..8=D1..8 D1..8-@",
				       fake_mda_config(MDA_NODE, 0.05),
				       (struct fake_forwarding){ .remap_after = after }, 200);

		cr_expect_leq(s.links_false, 0.05 * s.runs, "after %u: %u", after, s.links_false);
	}
}

Test(mda, uneven_weights_are_missed_as_computed)
{
	static const struct {
		const char *text;
		double missed;
	} uneven[] = { { "S-A A-B1:4 A-B2 B1..2-@", .262 }, /* .8^6 + .2^6 */
		       { "S-A A-B1:9 A-B2 B1..2-@", .531 } };

	for (size_t i = 0; i < 2; i++) {
		struct sums s = sum_of(uneven[i].text, fake_mda_config(MDA_NODE, 0.05),
				       (struct fake_forwarding){ .reorders = true }, 3000);

		cr_expect_float_eq(s.missed / 3000.0, uneven[i].missed, 0.03, "%g",
				   s.missed / 3000.0);
	}
}

Test(mda, rate_limited_routers_are_no_structure)
{
	static const char *const texts[] = { "S-A A-B B-C1..2 C1..2-D D-@ ?B",
					     "S-A A-B1..2 B1..2-C C-D D-@ ?B1",
					     "S-A A-B1..8 B1..8-C C-@ ?B1..4" };

	for (size_t i = 0; i < 3; i++) {
		struct sums s = sum_of(texts[i], fake_mda_config(MDA_NODE, 0.001),
				       (struct fake_forwarding){ .reorders = true }, 200);

		cr_expect_leq(s.missed, 0.02 * s.runs, "%s: %u missed", texts[i], s.missed);
		cr_expect_eq(s.links_false + s.nodes_false, 0);
		cr_expect_leq(s.holes, 0.05 * s.runs, "%s: %u holes", texts[i], s.holes);
	}
}

Test(mda, silent_way_is_shown_where_somebody_is_seen_behind_it_only)
{
	struct mda_config config = fake_mda_config(MDA_NODE, 0.05);
	struct mda *m = fake_mda_new();
	struct fake_forwarding f = { .graph = &graph, .config = &config, .reorders = true };
	uint32_t seen = 0;

	/* A fifth of the flows: too few to be more than loss by their number. */
	fake_graph_read("S-A A-B1:4 A-B2 B1-C1 B2-C2 C1..2-D D-@ *B2", &graph);
	for (f.seed = 1; f.seed < 300; f.seed++) {
		struct fake_outcome o;

		fake_forward(&f, m, &o);
		if (o.nodes_missed)
			continue;
		seen++;
		cr_assert_eq(o.holes, 1, "seed %lu", (unsigned long)f.seed);
		cr_assert(!o.links_missed && !o.links_false);
	}
	cr_assert_gt(seen, 100);
	free(m);
}
