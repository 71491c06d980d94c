// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit_options.h"

#include <stdio.h>

#include "base/container.h"
#include "base/log.h"
#include "config.h"
#include "output/outbox.h"

#define FIELD(member) offsetof(struct transmit_options, member)

/* clang-format off */
static const struct option_desc options[] = {
	OPTIONS_COLLECTOR(FIELD(collector)),
	{ .name = "list", .type = OPTION_FLAG, .offset = FIELD(list),
	  .help = "Print what was sent, waits, was rejected or given up, one a line, and send "
		  "nothing." },
	{ .name = "dry-run", .type = OPTION_FLAG, .offset = FIELD(dry_run),
	  .help = "Print the documents that would be sent, one a line, and send nothing." },
	{ .name = "retry", .type = OPTION_FLAG, .offset = FIELD(retry),
	  .help = "Send what was rejected or given up once more." },
	{ .name = "parallel", .metavar = "N", .type = OPTION_U32, .offset = FIELD(parallel),
	  .min = 1, .max = OUTBOX_FLIGHT_MAX, .preset = "4",
	  .help = "How many may be on their way at once." },
	{ .name = "attempt-timeout", .metavar = "S", .type = OPTION_SECONDS,
	  .offset = FIELD(attempt_timeout_ns), .min = 0.1, .max = 3600, .preset = "60",
	  .help = "How many seconds one attempt may take." },
	{ .name = "patience", .metavar = "S", .type = OPTION_SECONDS,
	  .offset = FIELD(patience_ns), .min = 0, .max = 604800, .preset = "60",
	  .help = "End when nothing could be delivered for that long; the rest waits for the next "
		  "time." },
	{ .name = "deadline", .metavar = "S", .type = OPTION_SECONDS,
	  .offset = FIELD(deadline_ns), .min = 0, .max = 604800, .preset = "3600",
	  .help = "End after that time in any case; 0 is no limit." },
	{ .name = "quiet", .letter = 'q', .type = OPTION_FLAG, .offset = FIELD(quiet),
	  .help = "Say nothing on standard error but errors." },
	OPTIONS_COMMON(FIELD(log_level)),
};
/* clang-format on */

const struct option_table transmit_option_table = {
	.program = "revprobe transmit",
	.version = PACKAGE_VERSION,
	.synopsis = "[OPTIONS] [DB ...]\n"
		    "       DB  database that measurements wait in; without one, those of runs\n"
		    "           with --transmit that had none",
	.summary = "Sends measurements that wait to their collector.",
	.options = options,
	.count = ARRAY_LEN(options),
};

enum option_outcome transmit_options_parse(int argc, char **argv,
					   struct transmit_options *ret_options)
{
	struct transmit_options parsed = { 0 };
	bool given[ARRAY_LEN(options)];
	enum option_outcome outcome;
	int operand;

	outcome = option_parse(&transmit_option_table, argc, argv, &parsed, given, &operand);
	if (outcome != OPTION_OK)
		return outcome;
	if (parsed.list + parsed.dry_run + parsed.retry > 1) {
		fprintf(stderr, "%s: --list, --dry-run and --retry exclude each other\n",
			transmit_option_table.program);
		return OPTION_USAGE;
	}
	if (parsed.quiet)
		parsed.log_level = LOG_ERROR;
	parsed.operands = argv + operand;
	parsed.operand_count = (size_t)(argc - operand);
	*ret_options = parsed;
	return OPTION_OK;
}
