// SPDX-License-Identifier: GPL-2.0-or-later
/* The targets that a campaign has still to trace: those of another source, without the ones
 * that have an outcome. */
#pragma once

#include "output/ledger.h"
#include "targets/target.h"

/*
 * `source` is owned from now on, also on failure; the ledger stays the caller's.  A target
 * with an outcome comes as TARGET_PASSED.  What was typed twice has to have two.  Returns 0
 * or -errno, logged.
 */
int source_open_remaining(struct target_source *source, struct ledger *ledger,
			  struct target_source **ret_source);
