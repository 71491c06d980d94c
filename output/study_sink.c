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
#include "output/sink.h"
#include "output/study_maker.h"
#include "output/whole_file.h"

struct study_writer {
	struct whole_files files;
	struct study_maker *maker;
};

static void writer_free(struct study_writer *w)
{
	if (!w)
		return;
	study_maker_free(w->maker);
	whole_files_fini(&w->files);
	free(w);
}

static int write_document(struct study_writer *w, const char *path, const json_t *document)
{
	char *text = json_dumps(document, STUDY_DUMP_FLAGS);
	int err = text ? whole_file_write(path, text, strlen(text)) : -ENOMEM;

	free(text);
	return err ? whole_files_fail(&w->files, path, err) : 0;
}

static int take_document(void *context, const char *target, json_t *document, bool is_finished)
{
	struct study_writer *w = context;
	char *path = whole_files_name(&w->files, target, ".json");
	int err = 0;

	(void)is_finished; /* what there is may be looked at */
	if (!path)
		return -ENOMEM;
	if (document)
		err = write_document(w, path, document);
	else if (w->files.has_one_target)
		log_info("%s: not written: nothing was traced", path);
	free(path);
	return err;
}

static int study_sink_open(const char *path, const struct sink_options *options,
			   const struct run_record *run, void **ret_self)
{
	struct study_writer *w = calloc(1, sizeof(*w));
	int err = -ENOMEM;

	if (!w)
		goto cleanup;
	err = study_maker_new(run->config, &options->names, false, take_document, w, &w->maker);
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

/* What the files have not complained about yet is lack of memory. */
static int keep_error(struct study_writer *w, int err)
{
	return err && !w->files.err ? whole_files_fail(&w->files, w->files.base, err) : err;
}

static int study_sink_record(void *self, const struct trace_record *trace)
{
	struct study_writer *w = self;

	if (w->files.err)
		return w->files.err;
	return keep_error(w, study_maker_add(w->maker, trace));
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
	int err;

	if (end && !w->files.err)
		keep_error(w, study_maker_finish(w->maker));
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
