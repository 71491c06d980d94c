// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "prober/campaign/campaign.h"
#include "targets/target.h"

/* Prints what a campaign would take, one a line, and does nothing else; names are not looked
 * up.  Returns the exit status. */
int dry_run(const struct campaign_config *config, struct target_source *source);
