// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/cmd_export.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/container.h"
#include "base/log.h"
#include "output/names.h"
#include "output/picture.h"
#include "output/reader.h"
#include "prober/exit.h"
#include "prober/stored.h"
#include "prober/stored_options.h"

static const char *name_of(void *arg, const struct addr *addr)
{
	return names_find(arg, addr);
}

/* Files that are named by their target can't hold more than one trace or pair of it. */
static int check_size(const struct export_options *o, const struct reader_size *size)
{
	if ((o->draws || o->study) && size->cycles > 1) {
		log_error("%" PRId64 " cycles: one picture or document a target needs one of "
			  "them, --cycle",
			  size->cycles);
		return EXIT_USAGE;
	}
	return EXIT_SUCCESS;
}

static int export_all(const struct export_options *o, struct reader *reader,
		      const struct reader_size *size)
{
	const struct stored_output outputs[] = {
		{ o->study ? &study_sink : NULL, o->output },
		{ o->draws ? &picture_sink : NULL, o->output },
		{ o->jsonl ? &jsonl_sink : NULL, o->jsonl },
		{ o->warts ? &warts_sink : NULL, o->warts },
		{ o->text ? &text_sink : NULL, o->text },
	};
	const struct stored_job job = {
		.outputs = outputs,
		.count = ARRAY_LEN(outputs),
		.asn_db = o->choice.asn_db,
		.options = {
			.format = picture_formats[o->format],
			.keep_apart = o->no_merge,
			.is_one_target = size->endpoints == 1,
			.names = { name_of, reader_names(reader) },
		},
	};

	return stored_replay(reader, &job);
}

int cmd_export(int argc, char **argv)
{
	struct export_options options;
	enum option_outcome outcome;
	struct reader_size size;
	struct reader *reader;
	int status = EXIT_FAILURE;

	outcome = export_options_parse(argc, argv, &options);
	if (outcome != OPTION_OK)
		return option_exit_status(outcome);
	log_init("revprobe", (enum log_level)options.log_level);
	if (reader_open(options.database, &options.filter, &reader))
		return status;
	if (!reader_count(reader, &size)) {
		status = check_size(&options, &size);
		if (status == EXIT_SUCCESS)
			status = export_all(&options, reader, &size);
		if (status == EXIT_SUCCESS)
			log_info("%" PRId64 " traces of %" PRId64 " cycles", size.traces,
				 size.cycles);
	}
	reader_close(reader);
	return status;
}
