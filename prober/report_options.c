// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/report_options.h"

#include <stdio.h>

#include "base/container.h"
#include "base/log.h"
#include "config.h"

#define FIELD(member) offsetof(struct report_command, member)

/* clang-format off */
static const struct option_desc options[] = {
	{ .name = "output", .letter = 'o', .metavar = "FILE", .type = OPTION_STRING,
	  .offset = FIELD(output),
	  .help = "Write the page to this file, which appears when it is complete; - is standard "
		  "output." },
	{ .name = "list", .metavar = "NAME", .type = OPTION_STRING, .offset = FIELD(list),
	  .help = "Of this list of targets; without it, of the one that was measured last." },
	{ .name = "cycle", .metavar = "N", .type = OPTION_U32, .offset = FIELD(cycle),
	  .min = 1, .max = 4294967295,
	  .help = "Of this cycle over the list; without it, of the newest." },
	{ .name = "endpoints", .metavar = "N", .type = OPTION_U32, .offset = FIELD(endpoints),
	  .min = 0, .max = 1000000, .preset = "1000",
	  .help = "Show so many endpoints at most, drawn at random if there are more; figures of "
		  "the cycle are of all." },
	{ .name = "history", .metavar = "N", .type = OPTION_U32, .offset = FIELD(history),
	  .min = 1, .max = 1000, .preset = "50",
	  .help = "Show how paths changed over so many cycles." },
	{ .name = "quiet", .letter = 'q', .type = OPTION_FLAG, .offset = FIELD(quiet),
	  .help = "Say nothing on standard error but errors." },
	OPTIONS_COMMON(FIELD(log_level)),
};
/* clang-format on */

const struct option_table report_option_table = {
	.program = "revprobe report",
	.version = PACKAGE_VERSION,
	.synopsis = "[OPTIONS] DB -o FILE\n"
		    "       DB  database of revprobe --db",
	.summary = "Shows a cycle of a database as one page of HTML, which needs no network.",
	.options = options,
	.count = ARRAY_LEN(options),
};

enum option_outcome report_options_parse(int argc, char **argv, struct report_command *ret_command)
{
	struct report_command parsed = { 0 };
	bool given[ARRAY_LEN(options)];
	enum option_outcome outcome;
	int operand;

	outcome = option_parse(&report_option_table, argc, argv, &parsed, given, &operand);
	if (outcome != OPTION_OK)
		return outcome;
	if (argc - operand != 1)
		return option_refuse(&report_option_table, argc == operand
								   ? "no database given"
								   : "more than one database");
	if (!parsed.output)
		return option_refuse(&report_option_table, "no --output given");
	if (parsed.quiet)
		parsed.log_level = LOG_ERROR;
	parsed.database = argv[operand];
	*ret_command = parsed;
	return OPTION_OK;
}
