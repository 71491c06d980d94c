// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sink that writes the aliases of each two-way trace, a file each: BASE.aliases,
 * or where a run has many targets BASE-TARGET.aliases.  A line is a set, written as
 * Python writes a list of strings.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/addr_text.h"
#include "base/memory_text.h"
#include "output/alias.h"
#include "output/sink.h"
#include "output/whole_file.h"

struct alias_writer {
	struct whole_files files;
};

static void writer_free(struct alias_writer *w)
{
	whole_files_fini(&w->files);
	free(w);
}

static int alias_sink_open(const char *path, const struct sink_options *options,
			   const struct run_record *run, void **ret_self)
{
	struct alias_writer *w = calloc(1, sizeof(*w));
	int err = -ENOMEM;

	(void)run;
	if (!w)
		return err;
	err = whole_files_init(&w->files, path, options->is_one_target);
	if (err)
		writer_free(w);
	else
		*ret_self = w;
	return err;
}

static void print_set(FILE *out, const struct alias_set *set)
{
	char text[ADDR_TEXT_LEN];

	for (size_t i = 0; i < set->count; i++)
		fprintf(out, "%s%s", i == 0 ? "" : ",", addr_to_text(&set->addrs[i], text));
}

static int print_sets(const struct alias_result *result, char **ret_text, size_t *ret_len)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return -ENOMEM;
	/* As the deployed client writes it: nothing behind the last line. */
	for (size_t i = 0; i < result->set_count; i++) {
		if (i > 0)
			fputc('\n', out);
		print_set(out, &result->sets[i]);
	}
	if (memory_text_end(out, &text))
		return -ENOMEM;
	*ret_text = text;
	*ret_len = len;
	return 0;
}

/* Where nothing was found the file is there, and empty. */
static int write_sets(struct alias_writer *w, const char *target, const struct alias_result *result)
{
	char *path = whole_files_name(&w->files, target, ".aliases");
	char *text = NULL;
	size_t len = 0;
	int err = path ? print_sets(result, &text, &len) : -ENOMEM;

	if (!err)
		err = whole_file_write(path, text, len);
	if (err)
		whole_files_fail(&w->files, path ? path : w->files.base, err);
	free(text);
	free(path);
	return err;
}

static int alias_sink_record(void *self, const struct trace_record *trace)
{
	struct alias_writer *w = self;

	if (w->files.err)
		return w->files.err;
	return trace->aliases ? write_sets(w, trace->target, trace->aliases) : 0;
}

/* Files are complete when they appear. */
static int alias_sink_flush(void *self)
{
	const struct alias_writer *w = self;

	return w->files.err;
}

/* Without its partner a trace says nothing of aliases. */
static int alias_sink_close(void *self, const struct run_end *end)
{
	struct alias_writer *w = self;
	int err = w->files.err;

	(void)end;
	writer_free(w);
	return err;
}

const struct sink_ops alias_sink = {
	.name = "aliases",
	.open = alias_sink_open,
	.record = alias_sink_record,
	.flush = alias_sink_flush,
	.close = alias_sink_close,
};
