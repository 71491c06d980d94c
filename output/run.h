// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Provenance: which run of the program measured, with which settings, and how it
 * ended.  Plain data; the texts belong to whoever filled the structure in.
 */
#pragma once

#include <stdint.h>

struct run_record {
	const char *uuid;    /* RFC 9562, as text */
	const char *program; /* name and version */
	const char *argv;    /* JSON array of strings */
	const char *config;  /* JSON object: every setting in force */
	const char *host;    /* JSON object: host name, kernel, interface, source */
	const char *list;    /* what was probed, as one name: the cycle is numbered within it */
	uint32_t cycle;	     /* number within the list; 0: not known (yet) */
	uint64_t seed;
	int64_t started_us; /* since 1970 UTC */
	int64_t resumes;    /* the run_id whose cycle it goes on with; 0: it has its own */
};

enum run_state { RUN_COMPLETE, RUN_INTERRUPTED, RUN_FAILED };

struct run_end {
	enum run_state state;
	int64_t ended_us;
	const char *counters; /* JSON object: sent, answered, dropped … by name; NULL: unknown */
	const char *reason;   /* why it ended itself; NULL: it did not */
};
