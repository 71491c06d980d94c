// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/stopping.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/*
 * The walk through (flows sent, branches found), all at once: of[j] is the chance to
 * have found j of `branches` and not to have stopped.
 */
struct walk {
	double of[STOPPING_MAX + 2];
	double stopped; /* too early */
	unsigned int branches;
	unsigned int found_most; /* highest j with a chance above 0 */
};

static void walk_begin(struct walk *w, unsigned int branches)
{
	memset(w, 0, sizeof(*w));
	w->branches = branches;
	w->of[0] = 1;
}

static void walk_flow(struct walk *w)
{
	double k = w->branches;

	if (w->found_most < w->branches)
		w->found_most++;
	for (unsigned int j = w->found_most; j > 0; j--)
		w->of[j] = w->of[j] * (j / k) + w->of[j - 1] * ((k - (j - 1)) / k);
	w->of[0] = 0;
}

static void walk_stop(struct walk *w, unsigned int found)
{
	w->stopped += w->of[found];
	w->of[found] = 0;
}

/* Stops wherever the points below `known` say so after `flows` flows. */
static void walk_stop_at(struct walk *w, const struct stopping *s, unsigned int flows,
			 unsigned int known)
{
	for (unsigned int found = 1; found + 1 < known; found++)
		if (s->n[found + 1] == flows)
			walk_stop(w, found);
}

static uint16_t stopping_next(const struct stopping *s, unsigned int k)
{
	struct walk w;

	walk_begin(&w, k);
	for (unsigned int flows = 1; flows < UINT16_MAX; flows++) {
		walk_flow(&w);
		walk_stop_at(&w, s, flows, k);
		if (flows > s->n[k - 1] && w.stopped + w.of[k - 1] <= s->eps)
			return (uint16_t)flows;
	}
	return UINT16_MAX;
}

void stopping_fill(struct stopping *s, double eps)
{
	assert(eps > 0 && eps < 1);
	memset(s, 0, sizeof(*s));
	s->eps = eps;
	for (unsigned int k = 2; k <= STOPPING_MAX + 1; k++)
		s->n[k] = stopping_next(s, k);
}

double stopping_eps_of_trace(double trace_eps, unsigned int branch_points)
{
	return -expm1(log1p(-trace_eps) / branch_points); /* 1 - (1 - eps)^(1 / points) */
}

double stopping_failure(const struct stopping *s, unsigned int branches)
{
	struct walk w;

	walk_begin(&w, branches);
	for (unsigned int flows = 1; flows <= s->n[branches]; flows++) {
		walk_flow(&w);
		walk_stop_at(&w, s, flows, branches + 1);
	}
	return w.stopped;
}
