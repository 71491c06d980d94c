// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records in, the study's documents out: one for each trace, or for both directions of
 * a two-way trace when the second has ended.
 */
#pragma once

#include "output/sink.h"
#include "output/study.h"

struct study_maker;

/*
 * What to do with a document, which may be changed, and is gone after the call.
 * `is_finished`: no trace of it was interrupted or is missing.  NULL: nothing was
 * traced, because there is no server or no answer; there is no document.
 */
typedef int study_take(void *context, const char *target, json_t *document, bool is_finished);

/* `config` is that of the run; names may be unknown.  Returns 0, -ENOMEM, or -EINVAL with
 * the reason logged. */
int study_maker_new(const char *config, const struct sink_names *names, bool redact_source,
		    study_take *take, void *context, struct study_maker **ret_maker);
/* Takes NULL.  Who still waits for a partner is forgotten. */
void study_maker_free(struct study_maker *m);

/* Returns what `take` did where that was called, 0 if the record waits for its partner,
 * or -ENOMEM. */
int study_maker_add(struct study_maker *m, const struct trace_record *trace);
/* No partner comes any more: one document for each that waits.  Stops at an error. */
int study_maker_finish(struct study_maker *m);
