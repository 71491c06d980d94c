// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of `revprobe resume`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/option.h"

/* The table's fields come first. */
struct resume_options {
	uint64_t run; /* 0: the newest */
	uint32_t rate_pps;
	uint64_t max_runtime_ns;
	const char *metrics;
	int progress; /* enum progress_mode */
	bool dry_run;
	bool quiet;
	int log_level; /* enum log_level */

	bool rate_is_given; /* else it is the stored one */
	const char *database;
};

extern const struct option_table resume_option_table;

/* Parses, checks and completes; what is wrong was said in one line to stderr. */
enum option_outcome resume_options_parse(int argc, char **argv, struct resume_options *ret_options);
