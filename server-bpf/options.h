// SPDX-License-Identifier: GPL-2.0-or-later
/* The server's command line. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "base/option.h"
#include "server-bpf/shared.h"

struct server_options {
	bool v4; /* both false: both families */
	bool v6;
	uint32_t sessions;		      /* 0: the default */
	uint32_t sessions_per_target;	      /* 0: the default, a quarter of them */
	uint64_t timeout_ns;		      /* 0: the default */
	int tcp_syn_probes;		      /* index in yes and no */
	int indirect;			      /* likewise */
	const char *allow[ACCESS_LIST_COUNT]; /* files; NULL: everybody */
	struct option_rate rate_source;
	struct option_rate rate_target;
	struct option_rate rate_total;
	bool require_padding;
	const char *metrics; /* [ADDR:]PORT; NULL: none */
	bool dry_run;
	int log;	   /* of the words of --log */
	char **interfaces; /* into argv, NULL at the end */
};

extern const struct option_table server_option_table;

enum { OPTION_NO, OPTION_YES }; /* of a yes or no */

enum option_outcome server_options_parse(int argc, char **argv, struct server_options *ret_options);

/* What one word of --log asks for: how much the program says of itself, and how much
 * of what happens to packets. */
enum log_level server_options_log_level(const struct server_options *of);
enum event_level server_options_events(const struct server_options *of);
