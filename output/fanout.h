// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One record to many sinks.  Owns them; one that fails is closed and named once,
 * the others go on.  What is known or concluded of records beyond what was measured is
 * joined to them here, once for all sinks.
 */
#pragma once

#include <stdbool.h>

#include "output/sink.h"

struct fanout;

int fanout_new(struct fanout **ret_fanout);

/* Opens the sink and adds it.  Returns 0 or the sink's -errno. */
int fanout_add(struct fanout *f, const struct sink_ops *ops, const char *path,
	       const struct sink_options *options, const struct run_record *run);

/* From now on the second record of each two-way trace over IPv4 has its aliases, those of
 * private addresses only where `with_private`.  Returns 0 or -ENOMEM. */
int fanout_resolve_aliases(struct fanout *f, bool with_private);

/* Gives them to each record from now on; they must outlive the fanout, and may be NULL. */
void fanout_set_annotations(struct fanout *f, struct asn_db *asn, struct geo_db *geo);

/* What comes next was measured in this cycle. */
void fanout_cycle(struct fanout *f, const struct run_record *run);
void fanout_record(struct fanout *f, const struct trace_record *trace);
void fanout_flush(struct fanout *f);

/* Ends all sinks and frees the fanout; takes NULL.  Returns the first error that
 * any of them had since it was opened, or 0. */
int fanout_close(struct fanout *f, const struct run_end *end);

/* Did any sink fail?  The first error, or 0. */
int fanout_error(const struct fanout *f);
