// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of `revprobe report`. */
#pragma once

#include "base/option.h"

/* The table's fields come first. */
struct report_command {
	const char *output;
	const char *list;
	uint32_t cycle; /* 0: the newest */
	uint32_t endpoints;
	uint32_t history;
	bool quiet;
	int log_level; /* enum log_level */

	const char *database; /* into argv */
};

extern const struct option_table report_option_table;

/* Parses, checks and completes; what is wrong was said in one line to stderr. */
enum option_outcome report_options_parse(int argc, char **argv, struct report_command *ret_command);
