// SPDX-License-Identifier: GPL-2.0-or-later
/* The main job: traces to every target, into every sink that was named. */
#pragma once

#include "output/ledger.h"
#include "prober/options.h"

/* Returns the exit status; what is wrong was logged. */
int cmd_trace(int argc, char **argv, const struct prober_options *options);

/* The same for the targets only that have no outcome by the ledger, into its cycle, and into
 * no sink but the database. */
int cmd_trace_resume(int argc, char **argv, const struct prober_options *options,
		     struct ledger *ledger);
