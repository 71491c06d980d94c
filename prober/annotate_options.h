// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of `revprobe annotate`. */
#pragma once

#include "base/option.h"

/* The table's fields come first. */
struct annotate_options {
	const char *asn_db;
	const char *geo_db;
	bool quiet;
	int log_level; /* enum log_level */

	const char *database; /* into argv */
};

extern const struct option_table annotate_option_table;

/* Parses, checks and completes; what is wrong was said in one line to stderr. */
enum option_outcome annotate_options_parse(int argc, char **argv,
					   struct annotate_options *ret_options);
