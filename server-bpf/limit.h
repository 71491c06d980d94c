// SPDX-License-Identifier: GPL-2.0-or-later
/* Rates as people give them, and as limit.bpf.h counts with them.  Pure but for the
 * secret, which comes from the kernel. */
#pragma once

#include "server-bpf/options.h"
#include "server-bpf/shared.h"

/* A gap is rounded up: no second has more than was asked for. */
struct limit_rate limit_rate_of(const struct option_rate *rate);

/* Needs the sessions and the timeout as well: newcomers may not fill the table. */
void limit_configure(const struct server_options *options, struct limit_config *ret_config);
