// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The share rule a second time: rounds written down as the deployed client's are
 * described, on a table of all flows, with nothing in common with prober/engine but
 * the stopping points.
 */
#pragma once

#include <stdint.h>

#include "prober/engine/stopping.h"
#include "tests/support/fake_graph.h"

struct share_outcome {
	uint32_t probes;
	uint32_t links; /* that were found, those of the source left out */
};

/* `trust`: where the hop before shows one router, flows are taken to pass it. */
void share_rule_run(const struct fake_graph *g, const struct stopping *s, bool trust, uint64_t seed,
		    struct share_outcome *ret);
