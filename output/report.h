// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One cycle of a database as a page of HTML that needs nothing beside it: no network, no
 * other file.  The page has data as JSON, and draws by a script of ours (report.js).
 *
 * Everything in it that comes from the network is data; a content security policy names
 * the script by its hash, and the browser runs no other.
 */
#pragma once

#include <stdint.h>

struct report_options {
	const char *database;
	const char *output;  /* "-": standard output */
	const char *list;    /* NULL: that of the newest cycle */
	int64_t cycle;	     /* its number in the list; 0: the newest */
	int64_t endpoints;   /* shown at most */
	int64_t history;     /* cycles back */
	const char *program; /* name and version */
	int64_t now_us;	     /* since 1970 UTC */
};

/* What became of it. */
struct report_counts {
	int64_t endpoints; /* of the cycle */
	int64_t shown;	   /* those of them that are in the page */
	uint64_t bytes;
};

/* No more endpoints are added to a page of this length; the page says so.  The rest is
 * for the last of them and the names of systems: together it stays below 10 MB. */
#define REPORT_BYTES_MAX 9000000u

/* Returns 0 or -errno, and then it has logged what is wrong, and the output is as it was. */
int report_write(const struct report_options *o, struct report_counts *ret_counts);
