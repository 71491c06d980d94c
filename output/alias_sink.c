// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sink that writes the aliases of each two-way trace, a file each: BASE.aliases,
 * or where a run has many targets BASE-TARGET.aliases.  A line is a set, written as
 * Python writes a list of strings.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/log.h"
#include "output/alias_pairs.h"
#include "output/sink.h"
#include "output/whole_file.h"

struct alias_writer {
	char *base;
	bool has_one_target;
	struct alias_pairs *pairs;
	int err; /* sticky: nothing is written after it */
};

static int fail(struct alias_writer *w, const char *path, int err)
{
	w->err = err;
	log_error("%s: cannot write: %s", path, strerror(-err));
	return err;
}

static void writer_free(struct alias_writer *w)
{
	if (!w)
		return;
	alias_pairs_free(w->pairs);
	free(w->base);
	free(w);
}

static int alias_sink_open(const char *path, const struct sink_options *options,
			   const struct run_record *run, void **ret_self)
{
	struct alias_writer *w = calloc(1, sizeof(*w));
	int err = -ENOMEM;

	(void)run;
	if (!w)
		goto cleanup;
	w->has_one_target = options->is_one_target;
	w->base = strdup(path);
	if (!w->base || alias_pairs_new(options->with_private_aliases, &w->pairs) != 0)
		goto cleanup;
	/* Better now than after an hour of probing. */
	err = whole_file_check(path);
	if (err) {
		fail(w, path, err);
		goto cleanup;
	}
	*ret_self = w;
	return 0;
cleanup:
	writer_free(w);
	return err;
}

static void print_set(FILE *out, const struct alias_set *set)
{
	char text[ADDR_TEXT_LEN];

	for (size_t i = 0; i < set->count; i++)
		fprintf(out, "%s'%s'", i == 0 ? "[" : ", ", addr_to_text(&set->addrs[i], text));
	fputs("]\n", out);
}

static int print_sets(const struct alias_result *result, char **ret_text, size_t *ret_len)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool failed;

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < result->set_count; i++)
		print_set(out, &result->sets[i]);
	failed = ferror(out) != 0;
	if (fclose(out) != 0 || failed) {
		free(text);
		return -ENOMEM;
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}

/* Where nothing was found the file is there, and empty. */
static int write_sets(struct alias_writer *w, const char *target, const struct alias_result *result)
{
	char *path = whole_file_name(w->base, w->has_one_target ? NULL : target, ".aliases");
	char *text = NULL;
	size_t len = 0;
	int err = path ? print_sets(result, &text, &len) : -ENOMEM;

	if (!err)
		err = whole_file_write(path, text, len);
	if (err)
		fail(w, path ? path : w->base, err);
	free(text);
	free(path);
	return err;
}

static int alias_sink_record(void *self, const struct trace_record *trace)
{
	struct alias_writer *w = self;
	struct alias_result result;
	bool is_resolved;
	int err;

	if (w->err)
		return w->err;
	err = alias_pairs_add(w->pairs, trace, &result, &is_resolved);
	if (err)
		return fail(w, w->base, err);
	if (!is_resolved)
		return 0;
	err = write_sets(w, trace->target, &result);
	alias_result_fini(&result);
	return err;
}

/* Files are complete when they appear; who waits for a partner goes on waiting. */
static int alias_sink_flush(void *self)
{
	const struct alias_writer *w = self;

	return w->err;
}

/* Without its partner a trace says nothing of aliases. */
static int alias_sink_close(void *self, const struct run_end *end)
{
	struct alias_writer *w = self;
	int err = w->err;

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
