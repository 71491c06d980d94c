// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/picture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory_text.h"
#include "output/dot.h"
#include "output/pairs.h"
#include "output/render.h"
#include "output/sink.h"
#include "output/whole_file.h"

enum { PICTURES_MAX = 100 };
#define PICTURE_LIMIT_NS (30 * NS_PER_S)

const char *const picture_formats[] = { "dot", "gif", "jpg", "pdf", "png", "ps", "svg", NULL };

struct picture_writer {
	struct sink_options options;
	struct whole_files files;
	struct pairs *pairs;
	struct render *render;
	unsigned int drawn;
	bool is_full; /* and that was said */
};

/* A direction, and what its picture is called. */
struct side {
	struct dot_side *dot;
	char *target;
	struct asn_db *asn;
};

static void side_free(struct side *side)
{
	if (!side)
		return;
	dot_side_free(side->dot);
	free(side->target);
	free(side);
}

static void release(void *side)
{
	side_free(side);
}

static int side_new(const struct trace_record *trace, bool merge, struct side **ret_side)
{
	struct side *side = calloc(1, sizeof(*side));
	int err = -ENOMEM;

	if (!side)
		return err;
	side->asn = trace->asn;
	side->target = strdup(trace->target);
	if (side->target)
		err = dot_side_new(trace, merge, &side->dot);
	if (err)
		side_free(side);
	else
		*ret_side = side;
	return err;
}

static void writer_free(struct picture_writer *w)
{
	if (!w)
		return;
	render_free(w->render);
	pairs_free(w->pairs);
	whole_files_fini(&w->files);
	free(w);
}

static int check_format(const char *format)
{
	for (size_t i = 0; format && picture_formats[i]; i++)
		if (strcmp(picture_formats[i], format) == 0)
			return 0;
	log_error("picture: no such format: %s", format ? format : "none");
	return -EINVAL;
}

static int picture_sink_open(const char *path, const struct sink_options *options,
			     const struct run_record *run, void **ret_self)
{
	struct picture_writer *w = calloc(1, sizeof(*w));
	int err = -ENOMEM;

	(void)run;
	if (!w)
		goto fail;
	w->options = *options;
	err = check_format(options->format);
	if (!err && strcmp(path, "-") == 0) {
		log_error("picture: can't go to standard output");
		err = -EINVAL;
	}
	if (!err)
		err = whole_files_init(&w->files, path, options->is_one_target);
	if (!err)
		err = pairs_new(release, &w->pairs);
	if (!err)
		err = render_new(PICTURE_LIMIT_NS, &w->render);
	if (err)
		goto fail;
	*ret_self = w;
	return 0;
fail:
	writer_free(w);
	return err;
}

static int write_dot(const char *path, const struct side *a, const struct side *b,
		     const struct dot_known *known)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int err;

	if (!out)
		return -ENOMEM;
	dot_print(out, a->dot, b ? b->dot : NULL, known);
	if (memory_text_end(out, &text))
		return -ENOMEM;
	err = whole_file_write(path, text, len);
	free(text);
	return err;
}

/* Has room for one more?  Says so once if not. */
static bool has_room(struct picture_writer *w)
{
	if (w->drawn < PICTURES_MAX)
		return true;
	if (!w->is_full)
		log_warn("picture: %d are drawn, no more", PICTURES_MAX);
	w->is_full = true;
	return false;
}

/* Of the .dot file, unless that is all that is wanted. */
static int render(struct picture_writer *w, const char *target, const char *dot_path)
{
	char suffix[16], *path;
	int err = -ENOMEM;

	if (strcmp(w->options.format, "dot") == 0)
		return 0;
	snprintf(suffix, sizeof(suffix), ".%s", w->options.format);
	path = whole_files_name(&w->files, target, suffix);
	if (path)
		err = render_add(w->render, w->options.format, dot_path, path);
	free(path);
	return err;
}

/* Without a partner `b` is NULL, and without aliases they are. */
static int draw(struct picture_writer *w, const struct side *a, const struct side *b,
		const struct alias_result *aliases)
{
	const struct dot_known known = { w->options.names, aliases, a->asn };
	char *dot_path;
	int err = -ENOMEM;

	if (!has_room(w))
		return 0;
	w->drawn++;
	dot_path = whole_files_name(&w->files, a->target, ".dot");
	if (dot_path)
		err = write_dot(dot_path, a, b, &known);
	if (!err)
		err = render(w, a->target, dot_path);
	if (err)
		whole_files_fail(&w->files, dot_path ? dot_path : w->files.base, err);
	free(dot_path);
	return err;
}

/* Both are there now; their routers become one vertex each. */
static int draw_pair(struct picture_writer *w, const struct side *a, const struct side *b,
		     const struct alias_result *aliases)
{
	int err = 0;

	if (w->options.keep_apart)
		aliases = NULL;
	if (aliases)
		err = dot_side_join(a->dot, aliases);
	if (!err && aliases)
		err = dot_side_join(b->dot, aliases);
	if (err)
		return whole_files_fail(&w->files, w->files.base, err);
	return draw(w, a, b, aliases);
}

/* Draws what is complete now.  Takes the side. */
static int add_side(struct picture_writer *w, const struct trace_record *trace, struct side *side)
{
	struct side *partner = trace->pair_id > 0 ? pairs_take(w->pairs, trace->pair_id) : NULL;
	int err;

	if (partner) {
		err = draw_pair(w, side, partner, trace->aliases);
	} else if (trace->pair_id == 0) {
		err = draw(w, side, NULL, NULL);
	} else {
		err = pairs_add(w->pairs, trace->pair_id, side);
		if (!err)
			return 0;
		whole_files_fail(&w->files, w->files.base, err);
	}
	side_free(partner);
	side_free(side);
	return err;
}

static int picture_sink_record(void *self, const struct trace_record *trace)
{
	struct picture_writer *w = self;
	struct side *side;
	int err;

	if (w->files.err)
		return w->files.err;
	render_poll(w->render);
	if (w->is_full)
		return 0;
	err = side_new(trace, !w->options.keep_apart, &side);
	if (err)
		return whole_files_fail(&w->files, w->files.base, err);
	return add_side(w, trace, side);
}

/* What is drawn is in its file; what is being drawn is not waited for. */
static int picture_sink_flush(void *self)
{
	struct picture_writer *w = self;

	render_poll(w->render);
	return w->files.err;
}

static int picture_sink_close(void *self, const struct run_end *end)
{
	struct picture_writer *w = self;
	struct side *side;
	int err, drawn;

	while (end && !w->files.err && (side = pairs_take_any(w->pairs))) {
		draw(w, side, NULL, NULL);
		side_free(side);
	}
	drawn = end ? render_finish(w->render) : 0;
	err = w->files.err ? w->files.err : drawn;
	writer_free(w);
	return err;
}

const struct sink_ops picture_sink = {
	.name = "picture",
	.open = picture_sink_open,
	.record = picture_sink_record,
	.flush = picture_sink_flush,
	.close = picture_sink_close,
};
