// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where records go.  A format is one table of functions and one file; fanout.h
 * owns the sinks of a run and hands each record to all of them.
 */
#pragma once

#include <stdbool.h>

#include "output/record.h"
#include "output/run.h"

/* Host names, for sinks that show them. */
struct sink_names {
	/* NULL: none known, or none yet.  Valid until the next call. */
	const char *(*name_of)(void *arg, const struct addr *addr);
	void *arg;
};

/* What a user chose besides the path; each format reads what concerns it.  What the
 * pointers point to outlives the sink. */
struct sink_options {
	const char *format;	 /* pictures: "pdf", "svg" … */
	bool keep_apart;	 /* pictures: vertices with the same address don't become one */
	bool is_one_target;	 /* no more than one will come */
	struct sink_names names; /* .name_of may be NULL */
	const char *collector;	 /* databases: queue documents for it; NULL: don't */
	int64_t consented_us;	 /* when the user agreed to that, since 1970 UTC */
	bool redact_source;	 /* of these documents: without our own address */
};

/*
 * A sink copies what it keeps: records and runs are valid during the call only.
 * Each function returns 0 or -errno, and has logged what is wrong.
 */
struct sink_ops {
	const char *name;
	/* `path` as the user gave it; "-" is standard output where the format can be
	 * a stream. */
	int (*open)(const char *path, const struct sink_options *options,
		    const struct run_record *run, void **ret_self);
	int (*record)(void *self, const struct trace_record *trace);
	/* May be NULL.  What comes next was measured in another cycle, maybe of another run; of
	 * results that are stored only. */
	int (*cycle)(void *self, const struct run_record *run);
	/* Everything recorded so far is safe from now on: committed, written.  Whoever
	 * records calls it at least once a second while records wait. */
	int (*flush)(void *self);
	/* Ends the run and frees `self`, in any case.  `end` is NULL where opening a
	 * later sink failed and the run never began. */
	int (*close)(void *self, const struct run_end *end);
};

extern const struct sink_ops jsonl_sink;
extern const struct sink_ops picture_sink;
extern const struct sink_ops probes_sink;
extern const struct sink_ops alias_sink; /* its path is the BASE of files */
extern const struct sink_ops sqlite_sink;
extern const struct sink_ops study_sink; /* its path is the BASE of files */
extern const struct sink_ops text_sink;
extern const struct sink_ops warts_sink;
