// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/stopping.h"

#include <criterion/criterion.h>
#include <math.h>

#include "tests/support/random.h"

struct known_points {
	double eps;
	unsigned int first; /* branches that the list begins with */
	unsigned int n[18];
};

/* Computed by an exact walk elsewhere; the last two are bounds for a whole trace. */
static const struct known_points known[] = {
	{ 0.05, 2, { 6, 11, 16, 21, 27, 33, 39, 45, 51, 57, 63, 70, 76, 83, 90, 96 } },
	{ 0.05, 32, { 203 } },
	{ 0.01, 2, { 8, 15, 21, 28, 36, 43, 51, 58, 66, 74, 82, 90, 98, 106, 115, 123 } },
	{ 0.01, 32, { 255 } },
	{ 0.0032008, 2, { 10, 17, 25, 33, 42, 50, 59 } },
	{ 0.0017083, 2, { 11, 19, 27, 36, 45, 54, 64 } },
};

Test(stopping, points_are_the_exact_ones)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct stopping s;

		stopping_fill(&s, known[i].eps);
		for (unsigned int k = 0; k < 18 && known[i].n[k]; k++)
			cr_expect_eq(s.n[known[i].first + k], known[i].n[k], "eps %g: n[%u] is %u",
				     known[i].eps, known[i].first + k, s.n[known[i].first + k]);
	}
}

static const double all_eps[] = { 0.2, 0.05, 0.01, 0.0032, 0.0017, 0.0001 };
#define EPS_COUNT (sizeof(all_eps) / sizeof(*all_eps))

Test(stopping, no_balancer_fails_more_often_than_eps)
{
	for (size_t i = 0; i < EPS_COUNT; i++) {
		struct stopping s;

		stopping_fill(&s, all_eps[i]);
		for (unsigned int k = 2; k <= STOPPING_MAX; k++)
			cr_expect_leq(stopping_failure(&s, k), all_eps[i], "eps %g, %u branches",
				      all_eps[i], k);
	}
}

Test(stopping, one_flow_less_would_fail_more_often)
{
	struct stopping s;

	stopping_fill(&s, 0.05);
	for (unsigned int k = 2; k <= 40; k++) {
		struct stopping less = s;

		less.n[k]--;
		cr_expect_gt(stopping_failure(&less, k), 0.05, "%u branches", k);
	}
}

Test(stopping, points_grow_with_the_branches_and_with_certainty)
{
	struct stopping last;

	for (size_t i = 0; i < EPS_COUNT; i++) {
		struct stopping s;

		stopping_fill(&s, all_eps[i]);
		cr_expect(s.n[0] == 0 && s.n[1] == 0);
		for (unsigned int k = 2; k <= STOPPING_MAX; k++) {
			cr_expect_lt(s.n[k], s.n[k + 1]);
			if (i > 0)
				cr_expect_lt(last.n[k], s.n[k]);
		}
		last = s;
	}
}

/* ceil(ln(eps / k) / ln((k - 1) / k)), which looks at the last chance to stop only. */
Test(stopping, closed_form_is_nearly_the_same)
{
	for (size_t i = 0; i < EPS_COUNT; i++) {
		struct stopping s;

		stopping_fill(&s, all_eps[i]);
		for (unsigned int k = 2; k <= STOPPING_MAX; k++) {
			double closed = ceil(log(all_eps[i] / k) / log((k - 1.0) / k));

			cr_expect_leq(s.n[k], closed + 1, "eps %g, %u", all_eps[i], k);
			if (all_eps[i] <= 0.05)
				cr_expect_geq(s.n[k] + 2 + k / 16, closed, "eps %g, %u: %u, %g",
					      all_eps[i], k, s.n[k], closed);
		}
	}
}

Test(stopping, failures_are_those_of_the_published_table)
{
	static const double missed[] = { .0313, .0377, .0424, .0476, .0450, .0439,
					 .0441, .0450, .0463, .0479, .0496 };
	struct stopping s;

	stopping_fill(&s, 0.05);
	cr_expect_float_eq(stopping_failure(&s, 1), 0, 1e-12);
	cr_expect_float_eq(stopping_failure(&s, 2), 1.0 / 32, 1e-12);
	for (unsigned int k = 2; k <= 12; k++)
		cr_expect_float_eq(stopping_failure(&s, k), missed[k - 2], 0.0001, "%u: %g", k,
				   stopping_failure(&s, k));
}

/* Dice instead of the walk. */
static double thrown(const struct stopping *s, unsigned int branches, unsigned int runs)
{
	struct random dice = { 4 };
	unsigned int failures = 0;

	for (unsigned int run = 0; run < runs; run++) {
		bool seen[STOPPING_MAX] = { false };
		unsigned int found = 0;

		for (unsigned int flows = 0; found == 0 || flows < s->n[found + 1]; flows++) {
			uint32_t to = random_below(&dice, branches);

			found += !seen[to];
			seen[to] = true;
		}
		failures += found < branches;
	}
	return failures / (double)runs;
}

Test(stopping, failures_are_those_of_dice)
{
	static const unsigned int branches[] = { 2, 3, 5, 8, 16 };
	struct stopping s;

	stopping_fill(&s, 0.05);
	for (size_t i = 0; i < 5; i++)
		cr_expect_float_eq(thrown(&s, branches[i], 40000),
				   stopping_failure(&s, branches[i]), 0.004, "%u", branches[i]);
}

Test(stopping, whole_trace_fails_no_more_often_than_asked_for)
{
	cr_expect_float_eq(stopping_eps_of_trace(0.05, 1), 0.05, 1e-12);
	cr_expect_float_eq(stopping_eps_of_trace(0.05, 16), 0.0032, 0.00005);
	cr_expect_float_eq(stopping_eps_of_trace(0.05, 30), 0.0017, 0.00005);
	for (unsigned int points = 1; points < 100; points++)
		cr_expect_float_eq(1 - pow(1 - stopping_eps_of_trace(0.05, points), points), 0.05,
				   1e-9);
}
