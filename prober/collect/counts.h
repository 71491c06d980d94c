// SPDX-License-Identifier: GPL-2.0-or-later
/* What a collector counts, and the text of /metrics (Prometheus's exposition format). */
#pragma once

#include <stdint.h>
#include <stdio.h>

/* Ends of requests, one each; by name in counts.c. */
enum count_end {
	COUNT_STORED,
	COUNT_REPEATED,
	COUNT_CONFLICT,	 /* the key of another document */
	COUNT_MALFORMED, /* no JSON, or not the study's */
	COUNT_TOO_LARGE,
	COUNT_UNSUPPORTED,  /* type or encoding */
	COUNT_UNAUTHORIZED, /* no or wrong credentials */
	COUNT_GUARDED,	    /* after too many of those */
	COUNT_LIMITED,	    /* more than the account may */
	COUNT_BUSY,	    /* too many wait for their password to be compared */
	COUNT_FAILED,	    /* the database, memory */
	COUNT_OTHER,	    /* /healthz, /metrics, a wrong path or method */
	COUNT_ENDS,
};

struct counts {
	uint64_t ends[COUNT_ENDS];
	uint64_t bytes; /* of documents that were stored, unpacked */
	uint64_t commits;
	uint64_t commit_ns; /* what they took */
	uint64_t hashed;    /* passwords that were compared, the slow way */
	uint64_t cut;	    /* connections that took too long */
	uint64_t full;	    /* times when no more were taken */
	/* As it is now. */
	uint64_t connections;
	uint64_t hashing;
	uint64_t accounts;
};

const char *count_end_name(enum count_end end);
void counts_print(FILE *out, const struct counts *counts, const char *version);
