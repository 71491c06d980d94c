// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/cmd_show.h"

#include <stdlib.h>

#include "base/log.h"
#include "output/reader.h"
#include "prober/exit.h"
#include "prober/stored.h"
#include "prober/stored_options.h"

int cmd_show(int argc, char **argv)
{
	struct stored_output output = { &text_sink, "-" };
	struct stored_job job = { .outputs = &output, .count = 1 };
	struct show_options options;
	enum option_outcome outcome;
	struct reader *reader;
	int status;

	outcome = show_options_parse(argc, argv, &options);
	if (outcome != OPTION_OK)
		return option_exit_status(outcome);
	log_init("revprobe", (enum log_level)options.log_level);
	if (options.probes)
		output.ops = &probes_sink;
	job.asn_db = options.choice.asn_db;
	if (reader_open(options.database, &options.filter, &reader))
		return EXIT_FAILURE;
	status = stored_replay(reader, &job);
	reader_close(reader);
	return status;
}
