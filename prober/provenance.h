// SPDX-License-Identifier: GPL-2.0-or-later
/* What a run row says about this process: RFC 9562 uuid, arguments, settings, host. */
#pragma once

#include "output/asn.h"
#include "output/run.h"
#include "prober/options.h"

struct provenance;

/* `asn` is NULL where no database is used.  Returns 0 or -ENOMEM.  What is pointed to must
 * stay valid during the call only. */
int provenance_new(int argc, char **argv, const struct prober_options *options,
		   const struct mmdb_about *asn, const struct mmdb_about *geo,
		   struct provenance **ret_provenance);
/* The same for a command that has other options, and no targets. */
int provenance_new_plain(int argc, char **argv, const struct option_table *table,
			 const void *options, const char *list, struct provenance **ret_provenance);
void provenance_free(struct provenance *p);

/* It goes on with the cycle of this run. */
void provenance_resume(struct provenance *p, int64_t run_id);

/* Valid as long as the provenance. */
const struct run_record *provenance_run(const struct provenance *p);
