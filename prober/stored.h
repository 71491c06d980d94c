// SPDX-License-Identifier: GPL-2.0-or-later
/* Stored results through the sinks of a campaign: for the commands that show and export. */
#pragma once

#include <stddef.h>

#include "output/sink.h"

struct asn_db;
struct reader;

struct stored_output {
	const struct sink_ops *ops; /* NULL: not wanted */
	const char *path;
};

struct stored_job {
	const struct stored_output *outputs;
	size_t count;
	struct sink_options options;
	const char *asn_db; /* NULL: none */
};

/* All that the reader has, in its order.  Nothing is opened or emptied before there is
 * something to write.  Returns an exit status; what is wrong was logged. */
int stored_replay(struct reader *reader, const struct stored_job *job);
