// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of `revprobe transmit`, and what of it the prober has, too. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/option.h"

struct collector_options {
	const char *url;
	const char *auth_file;
	const char *ca_file;
	bool allow_http;
	bool yes;
};

/* Entries for a table whose configuration has a struct collector_options at `offset`. */
/* clang-format off */
#define OPTIONS_COLLECTOR(offset_of_it) \
	{ .name = "collector", .metavar = "URL", .type = OPTION_STRING, \
	  .offset = (offset_of_it) + offsetof(struct collector_options, url), \
	  .help = "Where measurements are sent to, https://HOST/PATH; without it, what " \
		  "REVPROBE_COLLECTOR in the environment says." }, \
	{ .name = "auth-file", .metavar = "FILE", .type = OPTION_STRING, \
	  .offset = (offset_of_it) + offsetof(struct collector_options, auth_file), \
	  .help = "One line NAME:PASSWORD for the collector, in a file of mode 0600; without " \
		  "it, what REVPROBE_AUTH in the environment says, or none." }, \
	{ .name = "ca-file", .metavar = "FILE", .type = OPTION_STRING, \
	  .offset = (offset_of_it) + offsetof(struct collector_options, ca_file), \
	  .help = "Trust collectors by these certificates (PEM); without it, by those of the " \
		  "system." }, \
	{ .name = "allow-http", .type = OPTION_FLAG, \
	  .offset = (offset_of_it) + offsetof(struct collector_options, allow_http), \
	  .help = "Send to a collector without encryption, readable for everybody on the way; " \
		  "without the option, to addresses of this host only." }, \
	{ .name = "yes", .letter = 'y', .type = OPTION_FLAG, \
	  .offset = (offset_of_it) + offsetof(struct collector_options, yes), \
	  .help = "Agree that measurements are sent, instead of being asked." }
/* clang-format on */

/* The table's fields come first. */
struct transmit_options {
	struct collector_options collector;
	bool dry_run;
	bool list;
	bool retry;
	uint32_t parallel;
	uint64_t attempt_timeout_ns;
	uint64_t patience_ns;
	uint64_t deadline_ns; /* 0: none */
	bool quiet;
	int log_level; /* enum log_level */

	char **operands; /* databases; into argv */
	size_t operand_count;
};

extern const struct option_table transmit_option_table;

/* Parses, checks and completes; what is wrong was said in one line to stderr. */
enum option_outcome transmit_options_parse(int argc, char **argv,
					   struct transmit_options *ret_options);
