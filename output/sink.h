// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where records go.  A format is one table of functions and one file; fanout.h
 * owns the sinks of a run and hands each record to all of them.
 */
#pragma once

#include "output/record.h"
#include "output/run.h"

/*
 * A sink copies what it keeps: records and runs are valid during the call only.
 * Each function returns 0 or -errno, and has logged what is wrong.
 */
struct sink_ops {
	const char *name;
	/* `path` as the user gave it; "-" is standard output where the format can be
	 * a stream. */
	int (*open)(const char *path, const struct run_record *run, void **ret_self);
	int (*record)(void *self, const struct trace_record *trace);
	/* Everything recorded so far is safe from now on: committed, written.  Whoever
	 * records calls it at least once a second while records wait. */
	int (*flush)(void *self);
	/* Ends the run and frees `self`, in any case.  `end` is NULL where opening a
	 * later sink failed and the run never began. */
	int (*close)(void *self, const struct run_end *end);
};

extern const struct sink_ops sqlite_sink;
extern const struct sink_ops text_sink;
