// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of `revprobe collect`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/option.h"

struct collect_options {
	const char *listen;
	const char *db;
	const char *auth_file;
	struct option_rate user_rate;
	uint32_t max_body;
	uint32_t max_document;
	uint32_t max_connections;
	uint64_t request_timeout_ns;
	bool behind_proxy;
	const char *make_account;
	bool quiet;
	int log_level; /* enum log_level */
};

extern const struct option_table collect_option_table;

/* Parses and checks; what is wrong was said in one line to stderr. */
enum option_outcome collect_options_parse(int argc, char **argv,
					  struct collect_options *ret_options);
