// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How often the multipath algorithm misses something, and what it costs: measured in
 * many runs, against what is computed or found by a second implementation.
 *
 * `make check` runs a tenth; `make check-statistics` all of it, with the same seed each
 * time, or with SEED=random.  The figures of docs/multipath.md are printed here.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/statistics/share_rule.h"
#include "tests/support/fake_balanced.h"
#include "tests/support/fake_forwarding.h"
#include "tests/support/fake_trace.h"

#define EPS 0.05

/* Then +- 0.002 are 3.6 standard deviations of 1/32. */
#define RUNS_TWO_WAYS 100000

static uint32_t runs_of(uint32_t full)
{
	return getenv("STATISTICS") ? full : full / 10;
}

static bool is_full(void)
{
	return getenv("STATISTICS") != NULL;
}

static uint64_t first_seed(void)
{
	const char *text = getenv("SEED");
	uint64_t seed = 20070521;

	if (text && strcmp(text, "random") == 0)
		seed = (uint64_t)time(NULL) * 1000003;
	else if (text)
		seed = strtoull(text, NULL, 0);
	return seed;
}

static double sigma(double rate, uint32_t runs)
{
	return sqrt(rate * (1 - rate) / runs);
}

static struct fake_graph graph;

/* A balancer alone: a trace that looks no further than its branches. */
static double pure_rate(struct mda_config config, unsigned int branches, uint32_t runs)
{
	struct mda *m = fake_mda_new();
	struct fake_forwarding f = { .graph = &graph, .config = &config, .reorders = true };
	uint32_t missed = 0;
	char text[64];

	snprintf(text, sizeof(text), "S-B1..%u B1..%u-@", branches, branches);
	fake_graph_read(text, &graph);
	config.max_ttl = 1;
	for (uint32_t run = 0; run < runs; run++) {
		struct fake_outcome o;

		f.seed = first_seed() + run * 16 + branches;
		fake_forward(&f, m, &o);
		missed += m->table.hops[1].vertex_count != branches;
	}
	free(m);
	return missed / (double)runs;
}

Test(mda_rates, two_ways_are_missed_as_computed, .timeout = 600)
{
	uint32_t runs = runs_of(RUNS_TWO_WAYS);
	double tolerance = is_full() ? 0.002 : 4 * sigma(1.0 / 32, runs);

	for (int method = 0; method < 2; method++) {
		double rate = pure_rate(fake_mda_config((enum mda_method)method, EPS), 2, runs);

		cr_log_info("2 ways, method %d: %.5f +- %.5f of %u", method, rate,
			    1.96 * sigma(rate, runs), runs);
		cr_expect_float_eq(rate, 1.0 / 32, tolerance, "%g", rate);
	}
}

Test(mda_rates, error_of_one_in_the_table_would_be_seen, .timeout = 600)
{
	uint32_t runs = runs_of(RUNS_TWO_WAYS);

	for (int error = -1; error <= 1; error += 2) {
		struct mda_config config = fake_mda_config(MDA_NODE, EPS);
		double rate;

		config.stopping.n[2] = (uint16_t)(config.stopping.n[2] + error);
		rate = pure_rate(config, 2, runs);
		cr_log_info("2 ways with n_2 = %u: %.5f", config.stopping.n[2], rate);
		cr_expect_gt(fabs(rate - 1.0 / 32), is_full() ? 0.002 : 0.005, "n_2 %u: %g",
			     config.stopping.n[2], rate);
	}
}

Test(mda_rates, each_width_is_missed_as_computed, .timeout = 1200)
{
	uint32_t runs = runs_of(20000);

	for (unsigned int k = 3; k <= 16; k++) {
		struct mda_config config = fake_mda_config(MDA_NODE, EPS);
		double computed = stopping_failure(&config.stopping, k);
		double rate = pure_rate(config, k, runs);

		cr_log_info("%2u ways: %.4f, computed %.4f", k, rate, computed);
		cr_expect_float_eq(rate, computed, 4 * sigma(computed, runs), "%u: %g", k, rate);
	}
}

/* --- whole topologies --------------------------------------------------------------------- */

struct topology {
	const char *name, *text;
	uint32_t links;
	double plain;		   /* probes of the plain algorithm, by another simulation */
	double share, share_trust; /* of the share rule, by that simulation */
	unsigned int points[9];	   /* branches of each branching point */
};

static const struct topology topologies[] = {
	{ "1-1-2-1", "S-A A-B1..2 B1..2-@", 4, 37, 46, 41, { 2 } },
	{ "1-1-8-1", "S-A A-B1..8 B1..8-@", 16, 171, 294, 256, { 8 } },
	{ "1-1-28-1", "S-A A-B1..28 B1..28-@", 56, 684, 1417, 1242, { 28 } },
	{ "1-1-2-4-1", "S-A A-B1..2 B1-C1..2 B2-C3..4 C1..4-@", 10, 94, 126, 121, { 2, 2, 2 } },
	{ "1-1-8-8-8-1", "S-A A-B1..8 B1..8=C1..8 C1..8=D1..8 D1..8-@", 32, 329, 493, 454, { 8 } },
	{ "1-1-4-4-1", "S-A A-B1..4 B1..4-C1..4 C1..4-@", 24, 230, 282, 267, { 4, 4, 4, 4, 4 } },
	{ "1-1-2-(3+1)-1", "S-A A-B1..2 B1-C1..3 B2-C4 C1..4-@", 10, 113, 172, 167, { 2, 3 } },
};
#define TOPOLOGIES (sizeof(topologies) / sizeof(*topologies))

struct measured {
	double probes, probes_error; /* of the mean, 95 % */
	double missed, links_false;
};

static struct measured measure(const struct topology *t, struct mda_config config,
			       uint32_t loss_ppm, uint32_t runs)
{
	struct mda *m = fake_mda_new();
	struct fake_forwarding f = {
		.graph = &graph, .config = &config, .loss_ppm = loss_ppm, .reorders = loss_ppm > 0
	};
	struct measured r = { 0 };
	double squares = 0;

	fake_graph_read(t->text, &graph);
	for (uint32_t run = 0; run < runs; run++) {
		struct fake_outcome o;

		f.seed = first_seed() + run;
		fake_forward(&f, m, &o);
		r.probes += o.probes / (double)runs;
		squares += (double)o.probes * o.probes / runs;
		r.missed += (o.links_missed > 0) / (double)runs;
		r.links_false += (o.links_false > 0) / (double)runs;
	}
	r.probes_error = 1.96 * sqrt((squares - r.probes * r.probes) / runs);
	free(m);
	return r;
}

/* All the points fail or none: what no more than that is missed. */
static double bound_of(const struct topology *t, const struct stopping *s)
{
	double whole = 1;

	for (int i = 0; t->points[i]; i++)
		whole *= 1 - stopping_failure(s, t->points[i]);
	return 1 - whole;
}

Test(mda_rates, default_method_keeps_the_bound_at_less_cost, .timeout = 1200)
{
	for (size_t i = 0; i < TOPOLOGIES; i++) {
		const struct topology *t = &topologies[i];
		uint32_t runs = runs_of(t->links > 50 ? 2000 : 20000);
		struct mda_config config = fake_mda_config(MDA_NODE, EPS);
		struct measured r = measure(t, config, 0, runs);
		double bound = bound_of(t, &config.stopping);

		cr_log_info("node  %-14s %7.1f +- %.1f probes, missed %.4f (bound %.4f)", t->name,
			    r.probes, r.probes_error, r.missed, bound);
		cr_expect_leq(r.missed, bound + 3 * sigma(bound, runs), "%s: %g", t->name,
			      r.missed);
		cr_expect_eq(r.links_false, 0, "%s", t->name);
		cr_expect_leq(r.probes, 1.1 * t->plain, "%s: %g", t->name, r.probes);
		if (i == 1)
			cr_expect_leq(r.probes, 0.6 * t->share, "%g", r.probes);
	}
}

Test(mda_rates, loss_and_reordering_change_no_rate, .timeout = 1200)
{
	for (size_t i = 0; i < TOPOLOGIES; i++) {
		const struct topology *t = &topologies[i];
		uint32_t runs = runs_of(t->links > 50 ? 2000 : 20000);
		struct mda_config config = fake_mda_config(MDA_NODE, EPS);
		struct measured r = measure(t, config, 100000, runs);
		double bound = bound_of(t, &config.stopping);

		cr_log_info("loss  %-14s %7.1f +- %.1f probes, missed %.4f", t->name, r.probes,
			    r.probes_error, r.missed);
		cr_expect_leq(r.missed, bound + 3 * sigma(bound, runs), "%s: %g", t->name,
			      r.missed);
		cr_expect_eq(r.links_false, 0, "%s", t->name);
	}
}

/* --- the lite method ---------------------------------------------------------------------- */

/* Fails where the diamond is not as assumed; so it is not the default. */
Test(mda_rates, lite_costs_less_and_keeps_the_bound_of_even_diamonds, .timeout = 1200)
{
	for (size_t i = 0; i < 2 * TOPOLOGIES; i++) {
		const struct topology *t = &topologies[i / 2];
		uint32_t loss_ppm = i % 2 ? 100000 : 0;
		uint32_t runs = runs_of(t->links > 50 ? 2000 : 20000);
		struct measured lite = measure(t, fake_mda_config(MDA_LITE, EPS), loss_ppm, runs);
		struct measured node = measure(t, fake_mda_config(MDA_NODE, EPS), loss_ppm, runs);
		double bound = bound_of(t, fake_stopping(EPS));

		cr_log_info("lite  %-14s %7.1f +- %.1f probes (%.2f of node's), missed %.4f%s",
			    t->name, lite.probes, lite.probes_error, lite.probes / node.probes,
			    lite.missed, loss_ppm ? ", 10 % loss" : "");
		cr_expect_leq(lite.missed, bound + 3 * sigma(bound, runs), "%s: %g", t->name,
			      lite.missed);
		cr_expect_eq(lite.links_false, 0, "%s", t->name);
		cr_expect_leq(lite.probes, 1.1 * node.probes, "%s", t->name);
		if (i / 2 == 1)
			cr_expect_leq(lite.probes, 0.5 * node.probes, "%s", t->name);
	}
}

static const struct topology hidden[] = {
	{ .name = "4, one of 2",
	  .text = "S-A A-B1..4 B1..3-C1 B4-C1..2 C1..2-@",
	  .points = { 4, 2 } },
	{ .name = "8, one of 2",
	  .text = "S-A A-B1..8 B1..7-C1 B8-C1..2 C1..2-@",
	  .points = { 8, 2 } },
	{ .name = "4 to 5",
	  .text = "S-A A-B1..4 B1..3=C1..3 B4-C4..5 C1..5-@",
	  .points = { 4, 2 } },
};

Test(mda_rates, lite_misses_what_one_router_of_a_hop_balances, .timeout = 1200)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++) {
		uint32_t runs = runs_of(20000);
		struct measured lite = measure(&hidden[i], fake_mda_config(MDA_LITE, EPS), 0, runs);
		struct measured node = measure(&hidden[i], fake_mda_config(MDA_NODE, EPS), 0, runs);
		double bound = bound_of(&hidden[i], fake_stopping(EPS));

		cr_log_info("lite  %-14s %7.1f probes, missed %.4f; node %.1f, %.4f (bound %.4f)",
			    hidden[i].name, lite.probes, lite.missed, node.probes, node.missed,
			    bound);
		cr_expect_gt(lite.missed, 1.2 * bound, "%s: %g", hidden[i].name, lite.missed);
		cr_expect_leq(node.missed, bound, "%s: %g", hidden[i].name, node.missed);
		cr_expect_eq(lite.links_false, 0, "%s", hidden[i].name);
	}
}

/* Two-way diamonds in a row: S-A A-B1..2 B1..2-C C-D1..2 and so on. */
static struct topology diamonds(unsigned int count, char text[static 1024])
{
	static const char names[] = "ABCDEFGHIJKLMNOPQRTUVWXYZabcdefghij";
	size_t used = (size_t)sprintf(text, "S-A ");

	for (unsigned int i = 0; i < 2 * count; i += 2)
		used += (size_t)sprintf(text + used, "%c-%c1..2 %c1..2-%c ", names[i], names[i + 1],
					names[i + 1], names[i + 2]);
	sprintf(text + used, "%c-@", names[2 * count]);
	return (struct topology){ .name = "diamonds", .text = text };
}

Test(mda_rates, bound_of_a_trace_holds_for_all_its_points_together, .timeout = 1200)
{
	static char text[1024];
	struct topology t = diamonds(13, text);
	uint32_t runs = runs_of(5000);
	struct measured each = measure(&t, fake_mda_config(MDA_NODE, EPS), 0, runs);
	struct measured all = measure(
		&t, fake_mda_config(MDA_NODE, stopping_eps_of_trace(EPS, STOPPING_TRACE_POINTS)), 0,
		runs);

	cr_log_info("13 diamonds: missed %.4f by a bound for each (%.0f probes), %.4f by one for "
		    "all (%.0f)",
		    each.missed, each.probes, all.missed, all.probes);
	cr_expect_gt(each.missed, 0.2);
	cr_expect_leq(all.missed, EPS);
	cr_expect_gt(all.missed, EPS / 5);
}

static struct measured measure_rule(const struct topology *t, bool trust, uint32_t runs)
{
	struct random seeds = { first_seed() };
	struct measured r = { 0 };

	fake_graph_read(t->text, &graph);
	for (uint32_t run = 0; run < runs; run++) {
		struct share_outcome o;

		share_rule_run(&graph, fake_stopping(EPS), trust, random_u64(&seeds), &o);
		r.probes += o.probes / (double)runs;
		r.missed += (o.links < t->links) / (double)runs;
	}
	return r;
}

Test(mda_rates, share_rule_is_that_of_a_second_implementation, .timeout = 1200)
{
	for (size_t i = 0; i < 2 * TOPOLOGIES; i++) {
		const struct topology *t = &topologies[i / 2];
		bool trust = i % 2;
		double published = trust ? t->share_trust : t->share;
		uint32_t runs = runs_of(t->links > 50 ? 2000 : 10000);
		struct mda_config config = fake_mda_config(MDA_SHARE, EPS);
		struct measured ours, other;
		double spread;

		config.recheck = false; /* the deployed client does not */
		config.trust_single = trust;
		ours = measure(t, config, 0, runs);
		other = measure_rule(t, trust, runs);
		cr_log_info("share%d %-14s %7.1f +- %.1f probes, missed %.4f; second: %.1f, %.4f",
			    trust, t->name, ours.probes, ours.probes_error, ours.missed,
			    other.probes, other.missed);
		spread = 1.5 * ours.probes_error;
		cr_expect_float_eq(ours.probes, other.probes, 0.02 * other.probes + spread, "%s",
				   t->name);
		cr_expect_float_eq(ours.probes, published, 0.02 * published + spread + 0.5,
				   "%s: %g", t->name, ours.probes);
		if (!trust) /* which is there what is assumed, too */
			cr_expect_float_eq(ours.missed, other.missed,
					   5 * sigma(other.missed, runs) + 0.002, "%s: %g, %g",
					   t->name, ours.missed, other.missed);
	}
}

/* --- through the engine ------------------------------------------------------------------- */

struct crowd {
	uint32_t traces, added, done, missed;
};

static bool crowd_more(void *self, struct trace_spec *ret_spec)
{
	struct crowd *c = self;

	if (c->added == c->traces)
		return false;
	*ret_spec = fake_trace_spec(c->added & 1 ? TRACE_REVERSE : TRACE_FORWARD, "203.0.0.0",
				    PROTO_UDP, c->added);
	ret_spec->dst.bytes[13] = (uint8_t)(c->added >> 16);
	ret_spec->dst.bytes[14] = (uint8_t)(c->added >> 8);
	ret_spec->dst.bytes[15] = (uint8_t)c->added;
	c->added++;
	return true;
}

static void crowd_done(void *self, const struct trace_record *record, uint32_t job)
{
	struct crowd *c = self;
	uint32_t routers = 0;

	(void)job;
	for (size_t i = 0; i < record->vertex_count; i++)
		routers += record->vertices[i].ttl == 1 && !addr_is_none(&record->vertices[i].addr);
	c->missed += routers != 2;
	c->done++;
}

Test(mda_rates, engine_misses_two_ways_as_computed_under_loss, .timeout = 1200)
{
	static struct crowd crowd;
	static struct fake_balanced world;
	struct fake_network_config config = { .engine = fake_engine_config(),
					      .loss_ppm = 51317, /* each way: 10 % of both */
					      .duplicate_ppm = 10000,
					      .jitter_ns = 30 * NS_PER_MS,
					      .is_fast = true,
					      .events = 1 << 16,
					      .self = &crowd,
					      .more = crowd_more,
					      .done = crowd_done };
	struct fake_network *n;
	uint32_t runs = runs_of(RUNS_TWO_WAYS);
	double rate;

	crowd.traces = runs;
	fake_balanced_init(&world, "S-B1..2 B1..2-@", first_seed());
	config.seed = first_seed();
	config.world = fake_balanced_world(&world);
	config.engine.window = 100;
	config.engine.max_ttl = 1;
	config.engine.mode = TRACE_MDA;
	config.engine.budget = 500;
	config.engine.mda = fake_mda_config(MDA_NODE, EPS);
	n = fake_network_new(&config);
	fake_network_run(n, MONO_NEVER);
	cr_assert_eq(crowd.done, runs);
	rate = crowd.missed / (double)runs;
	cr_log_info("engine, 10 %% loss: %.5f +- %.5f of %u", rate, 1.96 * sigma(rate, runs), runs);
	cr_expect_float_eq(rate, 1.0 / 32, is_full() ? 0.002 : 4 * sigma(1.0 / 32, runs), "%g",
			   rate);
	fake_network_free(n);
}
