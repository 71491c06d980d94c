// SPDX-License-Identifier: GPL-2.0-or-later
/* One multipath trace through a world of load balancers. */
#pragma once

#include "tests/support/fake_balanced.h"
#include "tests/support/fake_network.h"

/* One trace at a time, 8192 probes, no limit of the host's rate, the usual bursts. */
struct fake_network_config fake_multi_config(double eps);
/* Runs it as job 0; the caller frees the network.  config.world is set here. */
struct fake_network *fake_multi_run(const struct fake_balanced *world,
				    struct fake_network_config config,
				    enum trace_direction direction, const char *dst, uint8_t proto);
