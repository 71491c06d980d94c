// SPDX-License-Identifier: GPL-2.0-or-later
/* What a run row says about this process: RFC 9562 uuid, arguments, settings, host. */
#pragma once

#include "output/run.h"
#include "prober/options.h"

struct provenance;

/* Returns 0 or -ENOMEM.  The options must stay valid during the call only. */
int provenance_new(int argc, char **argv, const struct prober_options *options,
		   struct provenance **ret_provenance);
void provenance_free(struct provenance *p);

/* Valid as long as the provenance. */
const struct run_record *provenance_run(const struct provenance *p);
