// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/resume_options.h"

#include "base/container.h"
#include "base/log.h"
#include "config.h"
#include "prober/options.h"

#define FIELD(member) offsetof(struct resume_options, member)

/* clang-format off */
static const struct option_desc options[] = {
	{ .name = "run", .metavar = "N", .type = OPTION_U64, .offset = FIELD(run),
	  .help = "Go on with the cycle of this run (run_id); without it, with the newest." },
	{ .name = "new-rate", .letter = 'r', .metavar = "PPS", .type = OPTION_U32,
	  .offset = FIELD(rate_pps), .min = 0, .max = 10000000,
	  .help = "Packets a second, all together, from now on; 0 is no limit. Without it, as "
		  "stored." },
	{ .name = "max-runtime", .metavar = "S", .type = OPTION_SECONDS,
	  .offset = FIELD(max_runtime_ns), .min = 0.001, .max = 31536000,
	  .help = "Send no more after so many seconds: as if interrupted." },
	{ .name = "dry-run", .type = OPTION_FLAG, .offset = FIELD(dry_run),
	  .help = "Send nothing: print the targets that are left, in the order they would be "
		  "traced in." },
	{ .name = "metrics", .metavar = "[ADDR:]PORT", .type = OPTION_STRING,
	  .offset = FIELD(metrics),
	  .help = "Serve the counters to Prometheus, as /metrics, and as JSON, as /status, while the "
		  "run goes on; without an address at 127.0.0.1." },
	{ .name = "progress", .metavar = "WHEN", .type = OPTION_CHOICE, .offset = FIELD(progress),
	  .choices = options_progress_names, .preset = "auto",
	  .help = "Say how far it is: on a terminal on a line that is written over, elsewhere every "
		  "ten seconds; auto: unless with -q." },
	{ .name = "quiet", .letter = 'q', .type = OPTION_FLAG, .offset = FIELD(quiet),
	  .help = "Say nothing on standard error but errors." },
	OPTIONS_COMMON(FIELD(log_level)),
};
/* clang-format on */

const struct option_table resume_option_table = {
	.program = "revprobe resume",
	.version = PACKAGE_VERSION,
	.synopsis = "[OPTIONS] DB\n"
		    "       DB  database of a run that was interrupted, or failed",
	.summary = "Traces what a run has not traced, with the settings that it had.",
	.options = options,
	.count = ARRAY_LEN(options),
};

enum option_outcome resume_options_parse(int argc, char **argv, struct resume_options *ret_options)
{
	struct resume_options parsed = { 0 };
	bool given[ARRAY_LEN(options)];
	enum option_outcome outcome;
	int operand;

	outcome = option_parse(&resume_option_table, argc, argv, &parsed, given, &operand);
	if (outcome != OPTION_OK)
		return outcome;
	if (argc - operand != 1)
		return option_refuse(&resume_option_table,
				     argc == operand ? "no database given"
						     : "more than one database given");
	if (parsed.quiet)
		parsed.log_level = LOG_ERROR;
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (options[i].offset == FIELD(rate_pps) && options[i].type == OPTION_U32)
			parsed.rate_is_given = given[i];
	parsed.database = argv[operand];
	*ret_options = parsed;
	return OPTION_OK;
}
