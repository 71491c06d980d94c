// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/cmd_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "config.h"
#include "output/report.h"
#include "prober/exit.h"
#include "prober/report_options.h"

int cmd_report(int argc, char **argv)
{
	struct report_command command;
	enum option_outcome outcome = report_options_parse(argc, argv, &command);
	struct report_counts counts;

	if (outcome != OPTION_OK)
		return option_exit_status(outcome);
	log_init("revprobe", (enum log_level)command.log_level);
	const struct report_options options = {
		.database = command.database,
		.output = command.output,
		.list = command.list,
		.cycle = command.cycle,
		.endpoints = command.endpoints,
		.history = command.history,
		.program = PACKAGE_STRING,
		.now_us = clock_wall_us(),
	};

	if (report_write(&options, &counts))
		return EXIT_FAILURE;
	log_info("%s: %" PRId64 " of %" PRId64 " endpoints, %" PRIu64 " bytes", command.output,
		 counts.shown, counts.endpoints, counts.bytes);
	return EXIT_SUCCESS;
}
