// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of `revprobe sweep`: what the prober has, and what an unattended cycle
 * needs. */
#pragma once

#include "prober/options.h"

/* The prober's come first: its table is part of this one. */
struct sweep_options {
	struct prober_options prober;
	int direction; /* enum options_direction */
	int protocol;  /* enum options_protocol */
	int mode;      /* enum options_mode */
	bool if_free;
};

/* What it has of its own. */
extern const struct option_table sweep_option_table;

/* Parses, checks and completes; what is wrong was said in one line to stderr. */
enum option_outcome sweep_options_parse(int argc, char **argv, struct sweep_options *ret_options);
