// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sink that writes lines for people; text_trace.h explains the marks.
 *
 * The two directions of a pair are printed together when the second has ended; who
 * has no partner when the run ends is printed alone.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "output/pairs.h"
#include "output/sink.h"
#include "output/text_pair.h"

enum { DEFAULT_WIDTH = 100 };

struct text_writer {
	FILE *out;
	char *name; /* for messages */
	bool is_stdout;
	bool is_terminal;
	bool started; /* something was printed: a blank line goes before the next */
	int width;
	struct pairs *pairs;
	int err; /* the first one; sticky */
};

static int width_of(FILE *out)
{
	const char *columns = getenv("COLUMNS");
	long wanted = columns ? strtol(columns, NULL, 10) : 0;
	struct winsize size;

	if (wanted > 0 && wanted < 10000)
		return (int)wanted;
	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return DEFAULT_WIDTH;
}

static int fail(struct text_writer *w, const char *act, int err)
{
	if (!w->err) {
		w->err = err;
		log_error("%s: cannot %s: %s", w->name, act, strerror(-err));
	}
	return w->err;
}

static void release(void *side)
{
	text_side_free(side);
}

/* Returns what fclose() found; standard output stays open. */
static int writer_free(struct text_writer *w)
{
	int err = 0;

	if (!w)
		return 0;
	if (w->out && !w->is_stdout && fclose(w->out) != 0)
		err = fail(w, "write", -errno);
	pairs_free(w->pairs);
	free(w->name);
	free(w);
	return err;
}

static int text_sink_open(const char *path, const struct sink_options *options,
			  const struct run_record *run, void **ret_self)
{
	struct text_writer *w = calloc(1, sizeof(*w));
	int err = -ENOMEM;

	(void)options;
	(void)run;
	if (!w)
		goto cleanup;
	w->is_stdout = strcmp(path, "-") == 0;
	w->name = strdup(w->is_stdout ? "standard output" : path);
	if (!w->name || pairs_new(release, &w->pairs) != 0)
		goto cleanup;
	w->out = w->is_stdout ? stdout : fopen(path, "we");
	if (!w->out) {
		err = fail(w, "open", -errno);
		goto cleanup;
	}
	w->is_terminal = isatty(fileno(w->out));
	w->width = width_of(w->out);
	*ret_self = w;
	return 0;
cleanup:
	writer_free(w);
	return err;
}

static int flush(struct text_writer *w)
{
	return fflush(w->out) == 0 ? 0 : fail(w, "write", -errno);
}

static int print(struct text_writer *w, const char *text)
{
	if (w->started && fputc('\n', w->out) == EOF)
		return fail(w, "write", -errno);
	w->started = true;
	if (fputs(text, w->out) == EOF)
		return fail(w, "write", -errno);
	return w->is_terminal ? flush(w) : 0;
}

static int print_pair(struct text_writer *w, const struct text_side *a, const struct text_side *b)
{
	char *text;
	int err = text_side_join(a, b, w->width, &text);

	if (err)
		return fail(w, "print a pair", err);
	err = print(w, text);
	free(text);
	return err;
}

/* Prints what is complete now.  Takes the side. */
static int add_side(struct text_writer *w, uint64_t pair_id, struct text_side *side)
{
	struct text_side *partner = pair_id > 0 ? pairs_take(w->pairs, pair_id) : NULL;
	int err;

	if (pair_id > 0 && !partner) {
		err = pairs_add(w->pairs, pair_id, side);
		if (!err)
			return 0;
		fail(w, "keep a trace", err);
	} else {
		err = partner ? print_pair(w, partner, side) : print(w, side->alone);
	}
	text_side_free(partner);
	text_side_free(side);
	return err;
}

static int text_sink_record(void *self, const struct trace_record *trace)
{
	struct text_writer *w = self;
	struct text_side *side;
	int err;

	if (w->err)
		return w->err;
	err = text_side_new(trace, w->width, &side);
	if (err)
		return fail(w, "print a trace", err);
	return add_side(w, trace->pair_id, side);
}

static int text_sink_flush(void *self)
{
	struct text_writer *w = self;

	return w->err ? w->err : flush(w);
}

static int text_sink_close(void *self, const struct run_end *end)
{
	struct text_writer *w = self;
	struct text_side *side;
	int err, closed;

	while (end && !w->err && (side = pairs_take_any(w->pairs))) {
		print(w, side->alone);
		text_side_free(side);
	}
	if (!w->err)
		flush(w);
	err = w->err;
	closed = writer_free(w);
	return err ? err : closed;
}

const struct sink_ops text_sink = {
	.name = "text",
	.open = text_sink_open,
	.record = text_sink_record,
	.flush = text_sink_flush,
	.close = text_sink_close,
};
