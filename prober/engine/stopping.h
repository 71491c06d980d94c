// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many flows show every branch of a load balancer: the stopping points of the
 * Multipath Detection Algorithm (Augustin et al., E2EMON 2007; exact form: Veitch
 * et al., INFOCOM 2009).
 *
 * A balancer that spreads flows evenly over k branches is missed in part, with
 * probability at most eps, by one who stops after n[j + 1] flows while he knows j
 * branches.  The points here count every chance to stop too early, not only the
 * last one; so n[8] is 39 at eps 0.05, and not 38 as often printed.
 */
#pragma once

#include <stdint.h>

#define STOPPING_MAX 128 /* branches */

struct stopping {
	double eps;
	uint16_t n[STOPPING_MAX + 2]; /* n[k] for k from 2; n[0] = n[1] = 0 */
};

/* Fills all points for this failure probability, 0 < eps < 1. */
void stopping_fill(struct stopping *s, double eps);

/* Branching points that a trace is taken to have when its own bound is asked for: more
 * than nearly all have, and what others assume (libparistraceroute's max_branch). */
#define STOPPING_TRACE_POINTS 16

/* The failure probability of each of `branch_points` independent points such that
 * all together fail with at most `trace_eps`. */
double stopping_eps_of_trace(double trace_eps, unsigned int branch_points);

/* The chance that a balancer with `branches` even branches is not found whole. */
double stopping_failure(const struct stopping *s, unsigned int branches);
