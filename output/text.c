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

#include "output/pairs.h"
#include "output/sink.h"
#include "output/stream.h"
#include "output/text_pair.h"

enum { DEFAULT_WIDTH = 100 };

struct text_writer {
	struct stream stream;
	bool is_terminal;
	bool started; /* something was printed: a blank line goes before the next */
	int width;
	struct pairs *pairs;
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

static void release(void *side)
{
	text_side_free(side);
}

static void writer_free(struct text_writer *w)
{
	if (!w)
		return;
	stream_close(&w->stream);
	pairs_free(w->pairs);
	free(w);
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
	err = pairs_new(release, &w->pairs);
	if (!err)
		err = stream_open(path, &w->stream);
	if (err)
		goto cleanup;
	w->is_terminal = isatty(fileno(w->stream.out));
	w->width = width_of(w->stream.out);
	*ret_self = w;
	return 0;
cleanup:
	writer_free(w);
	return err;
}

static int print(struct text_writer *w, const char *text)
{
	if (w->started)
		fputc('\n', w->stream.out);
	w->started = true;
	fputs(text, w->stream.out);
	return w->is_terminal ? stream_flush(&w->stream) : stream_check(&w->stream);
}

static int print_pair(struct text_writer *w, const struct text_side *a, const struct text_side *b)
{
	char *text;
	int err = text_side_join(a, b, w->width, &text);

	if (err)
		return stream_fail(&w->stream, "print a pair", err);
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
		stream_fail(&w->stream, "keep a trace", err);
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

	if (w->stream.err)
		return w->stream.err;
	err = text_side_new(trace, w->width, &side);
	if (err)
		return stream_fail(&w->stream, "print a trace", err);
	return add_side(w, trace->pair_id, side);
}

static int text_sink_flush(void *self)
{
	struct text_writer *w = self;

	return stream_flush(&w->stream);
}

static int text_sink_close(void *self, const struct run_end *end)
{
	struct text_writer *w = self;
	struct text_side *side;
	int err;

	while (end && !w->stream.err && (side = pairs_take_any(w->pairs))) {
		print(w, side->alone);
		text_side_free(side);
	}
	err = stream_close(&w->stream);
	writer_free(w);
	return err;
}

const struct sink_ops text_sink = {
	.name = "text",
	.open = text_sink_open,
	.record = text_sink_record,
	.flush = text_sink_flush,
	.close = text_sink_close,
};
