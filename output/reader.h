// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stored results, as the records that they were: what was written with the SQLite sink
 * comes out for any other sink, cycle by cycle and trace by trace, in constant memory.
 *
 * All that a reader gives is of one moment, though others may write.  A file may come from
 * anybody: what no sink of ours could have written is an error that names the trace.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "output/record.h"
#include "output/run.h"

struct reader;

/* Which traces; all that is 0 or NULL does not choose. */
struct reader_filter {
	const char *endpoint; /* as it was given, or its address */
	const char *list;
	uint32_t cycle; /* its number */
	bool newest;	/* of each list, the last cycle only */
	bool has_direction;
	enum trace_direction direction;
	int64_t since_us; /* when traces began: from then on */
	int64_t until_us; /* before */
	bool without_names;
};

/* The filter's texts must live as long as the reader.  Returns 0 or -errno, logged. */
int reader_open(const char *path, const struct reader_filter *filter, struct reader **ret_reader);
/* Takes NULL. */
void reader_close(struct reader *r);

/* How much there is. */
struct reader_size {
	int64_t cycles; /* that have traces among those */
	int64_t traces;
	int64_t endpoints;
};
int reader_count(struct reader *r, struct reader_size *ret_size);

/* Each returns 1 and what is next, 0 behind the last, or -errno, logged.  What they give is
 * valid until they are called again.  Cycles without traces of the filter are left out. */
int reader_next_cycle(struct reader *r, struct run_record *ret_run);
int reader_next_trace(struct reader *r, struct trace_record *ret_trace);

/* Host names of the addresses met so far; the reader's. */
struct names *reader_names(struct reader *r);
