// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The options of a run that is stored in a database: its arguments, parsed once more, and
 * then every setting that was in force, whatever is the default now or in a configuration
 * file.
 */
#pragma once

#include "output/ledger.h"
#include "prober/options.h"

struct recall;

/* Returns 0 or -errno with the reason logged. */
int recall_open(const struct ledger_run *run, struct recall **ret_recall);
/* Takes NULL. */
void recall_close(struct recall *r);

/* The caller's to change; its texts are valid as long as the recall. */
struct prober_options *recall_options(struct recall *r);
