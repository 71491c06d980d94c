// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sink that writes the study's documents, a file each: BASE.json, or where a run
 * has many targets BASE-TARGET.json.
 *
 * A pair is one document, written when its second direction has ended; who has no
 * partner when the run ends is written alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "output/pairs.h"
#include "output/record_copy.h"
#include "output/sink.h"
#include "output/study.h"
#include "output/whole_file.h"

struct study_writer {
	struct whole_files files;
	struct study_settings settings;
	struct pairs *pairs; /* of struct trace_record */
	struct sink_names names;
	const char *found[2]; /* the answer to name_list(), and its end */
};

static void writer_free(struct study_writer *w)
{
	if (!w)
		return;
	pairs_free(w->pairs);
	whole_files_fini(&w->files);
	free(w);
}

static int study_sink_open(const char *path, const struct sink_options *options,
			   const struct run_record *run, void **ret_self)
{
	struct study_writer *w = calloc(1, sizeof(*w));
	int err = -ENOMEM;

	if (!w || pairs_new(free, &w->pairs) != 0)
		goto cleanup;
	w->names = options->names;
	err = study_settings_read(run->config, &w->settings);
	if (err)
		goto cleanup;
	err = whole_files_init(&w->files, path, options->is_one_target);
	if (err)
		goto cleanup;
	*ret_self = w;
	return 0;
cleanup:
	writer_free(w);
	return err;
}

/* One name at most is looked up for an address. */
static const char *const *name_list(void *context, const struct addr *addr)
{
	struct study_writer *w = context;

	w->found[0] = w->names.name_of(w->names.arg, addr);
	return w->found[0] ? w->found : NULL;
}

static int write_document(struct study_writer *w, const char *path,
			  const struct trace_record *forward, const struct trace_record *reverse)
{
	json_t *document = study_document(&w->settings, forward, reverse,
					  w->names.name_of ? name_list : NULL, w);
	char *text = document ? json_dumps(document, STUDY_DUMP_FLAGS) : NULL;
	int err = text ? whole_file_write(path, text, strlen(text)) : -ENOMEM;

	free(text);
	json_decref(document);
	return err ? whole_files_fail(&w->files, path, err) : 0;
}

/* Nothing was probed where there is no server or no answer: no trace for a study. */
static bool is_trace(const struct trace_record *trace)
{
	return trace && trace->probe_count > 0;
}

/* One trace, or with `b` both of a pair. */
static int write_traces(struct study_writer *w, const struct trace_record *a,
			const struct trace_record *b)
{
	const struct trace_record *forward = a->direction == TRACE_FORWARD ? a : b;
	const struct trace_record *reverse = forward == a ? b : a;
	char *path = whole_files_name(&w->files, a->target, ".json");
	int err = 0;

	if (!path)
		return whole_files_fail(&w->files, w->files.base, -ENOMEM);
	if (is_trace(a) || is_trace(b))
		err = write_document(w, path, is_trace(forward) ? forward : NULL,
				     is_trace(reverse) ? reverse : NULL);
	else if (w->files.has_one_target)
		log_info("%s: not written: nothing was traced", path);
	free(path);
	return err;
}

static int keep(struct study_writer *w, const struct trace_record *trace)
{
	struct trace_record *copy;
	int err = record_copy(trace, &copy);

	if (err)
		return whole_files_fail(&w->files, w->files.base, err);
	err = pairs_add(w->pairs, trace->pair_id, copy);
	if (err) {
		free(copy);
		return whole_files_fail(&w->files, w->files.base, err);
	}
	return 0;
}

static int study_sink_record(void *self, const struct trace_record *trace)
{
	struct study_writer *w = self;
	struct trace_record *partner;
	int err;

	if (w->files.err)
		return w->files.err;
	if (trace->pair_id == 0)
		return write_traces(w, trace, NULL);
	partner = pairs_take(w->pairs, trace->pair_id);
	if (!partner)
		return keep(w, trace);
	err = write_traces(w, partner, trace);
	free(partner);
	return err;
}

/* Files are complete when they appear; who waits for a partner goes on waiting. */
static int study_sink_flush(void *self)
{
	const struct study_writer *w = self;

	return w->files.err;
}

static int study_sink_close(void *self, const struct run_end *end)
{
	struct study_writer *w = self;
	struct trace_record *trace;
	int err;

	while (end && !w->files.err && (trace = pairs_take_any(w->pairs))) {
		write_traces(w, trace, NULL);
		free(trace);
	}
	err = w->files.err;
	writer_free(w);
	return err;
}

const struct sink_ops study_sink = {
	.name = "study",
	.open = study_sink_open,
	.record = study_sink_record,
	.flush = study_sink_flush,
	.close = study_sink_close,
};
