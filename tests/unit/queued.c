// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/queued.h"

#include <criterion/criterion.h>

#include "tests/unit/results.h"
#include "tests/unit/study_drafts.h"

const int64_t queued_at_us = 1700000001500000;

void *queued_open(const char *uuid, const char *collector)
{
	struct sink_options options = draft_options;
	struct run_record run = draft_run;
	void *sink = NULL;

	options.collector = collector;
	options.consented_us = queued_at_us - 1;
	run.config = study_draft_config;
	run.uuid = uuid;
	cr_assert_eq(sqlite_sink.open(results_path, &options, &run, &sink), 0);
	return sink;
}

void queued_record(void *sink, enum trace_direction direction, const char *target, uint64_t pair_id,
		   enum trace_stop stop)
{
	struct record_draft d;

	draft_init(&d, direction, target, "192.0.2.1", "198.51.100.7");
	if (stop != STOP_NOT_SUPPORTED && stop != STOP_NO_ANSWER) {
		draft_add(&d, 1, "192.0.2.254", 412);
		draft_add(&d, 2, "198.51.100.7", 900);
	}
	d.trace.pair_id = pair_id;
	d.trace.stop = stop;
	d.trace.ended_us = queued_at_us;
	cr_assert_eq(sqlite_sink.record(sink, &d.trace), 0);
}

struct outbox *queued_reopen(void)
{
	struct outbox *o = NULL;

	cr_assert_eq(outbox_open(results_path, &o), 0);
	cr_assert_eq(outbox_choose(o, QUEUED_COLLECTOR), 0);
	return o;
}

struct outbox *queued_make(int count)
{
	void *sink = queued_open("one", QUEUED_COLLECTOR);

	for (int i = 0; i < count; i++)
		queued_record(sink, TRACE_FORWARD, "www.example.net", 0, STOP_COMPLETED);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	return queued_reopen();
}
