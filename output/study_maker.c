// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/study_maker.h"

#include <errno.h>
#include <stdlib.h>

#include "output/pairs.h"
#include "output/record_copy.h"

struct study_maker {
	struct study_settings settings;
	struct pairs *pairs; /* of struct trace_record */
	struct sink_names names;
	const char *found[2]; /* the answer to name_list(), and its end */
	study_take *take;
	void *context;
};

int study_maker_new(const char *config, const struct sink_names *names, bool redact_source,
		    study_take *take, void *context, struct study_maker **ret_maker)
{
	struct study_maker *m = calloc(1, sizeof(*m));
	int err = -ENOMEM;

	if (!m || pairs_new(free, &m->pairs) != 0)
		goto fail;
	err = study_settings_read(config, &m->settings);
	if (err)
		goto fail;
	m->settings.redact_source = redact_source;
	m->names = *names;
	m->take = take;
	m->context = context;
	*ret_maker = m;
	return 0;
fail:
	study_maker_free(m);
	return err;
}

void study_maker_free(struct study_maker *m)
{
	if (!m)
		return;
	pairs_free(m->pairs);
	free(m);
}

/* One name at most is looked up for an address. */
static const char *const *name_list(void *context, const struct addr *addr)
{
	struct study_maker *m = context;

	m->found[0] = m->names.name_of(m->names.arg, addr);
	return m->found[0] ? m->found : NULL;
}

/* Nothing was probed where there is no server or no answer: no trace for a study. */
static bool is_trace(const struct trace_record *trace)
{
	return trace && trace->probe_count > 0;
}

static bool is_interrupted(const struct trace_record *trace)
{
	return trace && trace->stop == STOP_INTERRUPTED;
}

/* One trace, or with `b` both of a pair. */
static int make(struct study_maker *m, const struct trace_record *a, const struct trace_record *b)
{
	const struct trace_record *forward = a->direction == TRACE_FORWARD ? a : b;
	const struct trace_record *reverse = forward == a ? b : a;
	bool is_finished = !is_interrupted(a) && !is_interrupted(b) && (b || a->pair_id == 0);
	json_t *document;
	int err;

	if (!is_trace(a) && !is_trace(b))
		return m->take(m->context, a->target, NULL, is_finished);
	document = study_document(&m->settings, is_trace(forward) ? forward : NULL,
				  is_trace(reverse) ? reverse : NULL,
				  m->names.name_of ? name_list : NULL, m);
	if (!document)
		return -ENOMEM;
	err = m->take(m->context, a->target, document, is_finished);
	json_decref(document);
	return err;
}

static int keep(struct study_maker *m, const struct trace_record *trace)
{
	struct trace_record *copy;
	int err = record_copy(trace, &copy);

	if (err)
		return err;
	err = pairs_add(m->pairs, trace->pair_id, copy);
	if (err)
		free(copy);
	return err;
}

int study_maker_add(struct study_maker *m, const struct trace_record *trace)
{
	struct trace_record *partner;
	int err;

	if (trace->pair_id == 0)
		return make(m, trace, NULL);
	partner = pairs_take(m->pairs, trace->pair_id);
	if (!partner)
		return keep(m, trace);
	err = make(m, partner, trace);
	free(partner);
	return err;
}

int study_maker_finish(struct study_maker *m)
{
	struct trace_record *trace;
	int err = 0;

	while (!err && (trace = pairs_take_any(m->pairs))) {
		err = make(m, trace, NULL);
		free(trace);
	}
	return err;
}
