// SPDX-License-Identifier: GPL-2.0-or-later
/* The command lines of `revprobe show` and `revprobe export`. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/option.h"
#include "output/reader.h"

/* What both have. */
struct stored_choice {
	const char *cycle;
	const char *list;
	const char *since;
	const char *until;
	const char *asn_db;
	int direction; /* index in a list of names, 0: any */
	bool no_resolve;
};

struct show_options {
	struct stored_choice choice;
	bool probes;   /* each on a line of its own */
	int log_level; /* enum log_level */

	const char *database;
	struct reader_filter filter;
};

struct export_options {
	struct stored_choice choice;
	const char *endpoint;
	const char *warts;
	const char *jsonl;
	const char *text;
	const char *output; /* BASE of files that show one trace each */
	int format;	    /* index in picture_formats */
	bool study;
	bool no_merge;
	bool quiet;
	int log_level; /* enum log_level */

	const char *database;
	struct reader_filter filter;
	bool draws;
};

extern const struct option_table show_option_table;
extern const struct option_table export_option_table;

/* Parse, check and complete; what is wrong was said in one line to stderr. */
enum option_outcome show_options_parse(int argc, char **argv, struct show_options *ret_options);
enum option_outcome export_options_parse(int argc, char **argv, struct export_options *ret_options);

/* "2026-11-24", with " 13:05", "13:05:09" or "T13:05:09Z" behind it: UTC; or "@" and the
 * seconds since 1970. */
bool stored_parse_time(const char *text, int64_t *ret_us);
