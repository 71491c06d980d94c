// SPDX-License-Identifier: GPL-2.0-or-later
/* The server's command line. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/option.h"

struct server_options {
	bool v4; /* both false: both families */
	bool v6;
	uint32_t sessions;	      /* 0: the default */
	uint32_t sessions_per_target; /* 0: the default, a quarter of them */
	int tcp_syn_probes;	      /* index in yes and no */
	int indirect;		      /* likewise */
	uint64_t timeout_ns;	      /* 0: the default */
	int log_level;		      /* enum log_level */
	char **interfaces;	      /* into argv, NULL at the end */
};

extern const struct option_table server_option_table;

enum { OPTION_NO, OPTION_YES }; /* of a yes or no */

enum option_outcome server_options_parse(int argc, char **argv, struct server_options *ret_options);
