// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/stored.h"

#include <stdlib.h>

#include "base/log.h"
#include "output/asn.h"
#include "output/fanout.h"
#include "output/reader.h"
#include "prober/exit.h"

static int open_outputs(const struct stored_job *job, struct asn_db *asn,
			const struct run_record *run, struct fanout **ret_sinks)
{
	struct fanout *sinks;
	int err = fanout_new(&sinks);

	if (err)
		return err;
	fanout_set_annotations(sinks, asn, NULL);
	for (size_t i = 0; !err && i < job->count; i++)
		if (job->outputs[i].ops)
			err = fanout_add(sinks, job->outputs[i].ops, job->outputs[i].path,
					 &job->options, run);
	if (err)
		fanout_close(sinks, NULL);
	else
		*ret_sinks = sinks;
	return err;
}

/* The traces of one cycle.  Returns 0 or -errno. */
static int replay_cycle(struct reader *reader, struct fanout *sinks, struct run_end *end)
{
	struct trace_record trace;
	int found = 0;

	while (!fanout_error(sinks) && (found = reader_next_trace(reader, &trace)) > 0) {
		if (trace.ended_us > end->ended_us)
			end->ended_us = trace.ended_us;
		fanout_record(sinks, &trace);
	}
	return found;
}

static int replay(struct reader *reader, const struct stored_job *job, struct asn_db *asn)
{
	struct run_end end = { .state = RUN_COMPLETE };
	struct fanout *sinks = NULL;
	struct run_record run;
	int found, err = 0;

	while (!err && (found = reader_next_cycle(reader, &run)) > 0) {
		if (sinks)
			fanout_cycle(sinks, &run);
		else
			err = open_outputs(job, asn, &run, &sinks);
		if (!err)
			err = replay_cycle(reader, sinks, &end);
		if (!err)
			err = fanout_error(sinks);
	}
	if (!err)
		err = found;
	if (!err && !sinks) {
		log_error("no such traces");
		return EXIT_FAILURE;
	}
	if (err)
		end.state = RUN_FAILED;
	if (fanout_close(sinks, &end) || err)
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}

int stored_replay(struct reader *reader, const struct stored_job *job)
{
	struct asn_db *asn = NULL;
	int status;

	if (job->asn_db && asn_open(job->asn_db, &asn))
		return EXIT_USAGE;
	status = replay(reader, job, asn);
	asn_close(asn);
	return status;
}
