// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sink that writes scamper's warts; docs/warts.md says what is where.
 *
 * A file has a list for each direction of each list of targets, and of that a cycle for each
 * pass over it; both begin with the first trace that needs them.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "output/sink.h"
#include "output/stream.h"
#include "output/warts_trace.h"

enum {
	LIST_DESCRIPTION = 1,
	LIST_MONITOR = 2,
	CYCLE_HOST = 2,
	DIRECTIONS = 2,
};

struct list {
	char *name;
	enum trace_direction direction;
};

struct warts_writer {
	struct stream stream;
	struct warts_record record;
	struct list *lists; /* their numbers count from 1 */
	uint32_t list_count;
	uint32_t cycle_count;
	struct warts_ids current[DIRECTIONS]; /* .cycle 0: not begun */
	char *list, *host;		      /* of the current cycle */
	uint32_t cycle;
	int64_t started_us, ended_us;
};

static void writer_free(struct warts_writer *w)
{
	if (!w)
		return;
	for (uint32_t i = 0; i < w->list_count; i++)
		free(w->lists[i].name);
	free(w->lists);
	free(w->list);
	free(w->host);
	warts_free(&w->record);
	stream_close(&w->stream);
	free(w);
}

/* `err` is what warts_end() said of the record. */
static int write_record(struct warts_writer *w, int err)
{
	if (err)
		return stream_fail(&w->stream, "write a record", err);
	fwrite(w->record.bytes, 1, w->record.len, w->stream.out);
	return stream_check(&w->stream);
}

static uint32_t seconds(int64_t us)
{
	return us > 0 ? (uint32_t)(us / 1000000) : 0;
}

static int stop_cycle(struct warts_writer *w, enum trace_direction direction)
{
	struct warts_record *r = &w->record;
	uint32_t id = w->current[direction].cycle;

	if (id == 0)
		return 0;
	w->current[direction].cycle = 0;
	warts_begin(r, WARTS_CYCLE_STOP);
	warts_u32(r, id);
	warts_u32(r, seconds(w->ended_us));
	warts_u8(r, 0); /* no parameters */
	return write_record(w, warts_end(r));
}

static int stop_cycles(struct warts_writer *w)
{
	int err = stop_cycle(w, TRACE_FORWARD);

	return err ? err : stop_cycle(w, TRACE_REVERSE);
}

static int add_list(struct warts_writer *w, enum trace_direction direction)
{
	struct list *grown = reallocarray(w->lists, w->list_count + 1, sizeof(*grown));
	char *name = strdup(w->list);
	struct warts_record *r = &w->record;

	if (grown)
		w->lists = grown;
	if (!grown || !name) {
		free(name);
		return stream_fail(&w->stream, "begin a list", -ENOMEM);
	}
	w->lists[w->list_count++] = (struct list){ name, direction };
	warts_begin(r, WARTS_LIST);
	warts_u32(r, w->list_count);
	warts_u32(r, w->list_count);
	warts_text(r, name);
	warts_open_block(r);
	warts_number(r, LIST_DESCRIPTION);
	warts_text(r, direction == TRACE_REVERSE ? "reverse" : "forward");
	warts_number(r, LIST_MONITOR);
	warts_text(r, w->host);
	warts_close_block(r);
	return write_record(w, warts_end(r));
}

static int find_list(struct warts_writer *w, enum trace_direction direction, uint32_t *ret_id)
{
	int err;

	for (uint32_t i = 0; i < w->list_count; i++)
		if (w->lists[i].direction == direction && strcmp(w->lists[i].name, w->list) == 0) {
			*ret_id = i + 1;
			return 0;
		}
	err = add_list(w, direction);
	if (!err)
		*ret_id = w->list_count;
	return err;
}

static int start_cycle(struct warts_writer *w, enum trace_direction direction)
{
	struct warts_ids *ids = &w->current[direction];
	struct warts_record *r = &w->record;
	int err = find_list(w, direction, &ids->list);

	if (err)
		return err;
	ids->cycle = ++w->cycle_count;
	warts_begin(r, WARTS_CYCLE_START);
	warts_u32(r, ids->cycle);
	warts_u32(r, ids->list);
	/* Where nobody counts, something that the next run does not have, too. */
	warts_u32(r, w->cycle > 0 ? w->cycle : seconds(w->started_us));
	warts_u32(r, seconds(w->started_us));
	warts_open_block(r);
	warts_number(r, CYCLE_HOST);
	warts_text(r, w->host);
	warts_close_block(r);
	return write_record(w, warts_end(r));
}

/* NULL for lack of memory only. */
static char *host_of(const struct run_record *run)
{
	json_t *host = json_loads(run->host, 0, NULL);
	const char *name = json_string_value(json_object_get(host, "name"));
	char *copy = strdup(name ? name : "");

	json_decref(host);
	return copy;
}

static int warts_sink_cycle(void *self, const struct run_record *run)
{
	struct warts_writer *w = self;
	int err = stop_cycles(w);

	if (err)
		return err;
	free(w->list);
	free(w->host);
	w->list = strdup(run->list);
	w->host = host_of(run);
	w->cycle = run->cycle;
	w->started_us = w->ended_us = run->started_us;
	return w->list && w->host ? 0 : stream_fail(&w->stream, "begin a cycle", -ENOMEM);
}

static int warts_sink_open(const char *path, const struct sink_options *options,
			   const struct run_record *run, void **ret_self)
{
	struct warts_writer *w = calloc(1, sizeof(*w));
	int err = -ENOMEM;

	(void)options;
	if (!w)
		return err;
	err = stream_open(path, &w->stream);
	if (!err)
		err = warts_sink_cycle(w, run);
	if (err)
		writer_free(w);
	else
		*ret_self = w;
	return err;
}

static int warts_sink_record(void *self, const struct trace_record *trace)
{
	struct warts_writer *w = self;
	struct warts_record *r = &w->record;
	struct warts_ids *ids = &w->current[trace->direction];
	int err = w->stream.err;

	if (!err && ids->cycle == 0)
		err = start_cycle(w, trace->direction);
	if (err)
		return err;
	if (trace->ended_us > w->ended_us)
		w->ended_us = trace->ended_us;
	return write_record(w, trace->mode == TRACE_SINGLEPATH ? warts_trace(r, trace, *ids)
							       : warts_tracelb(r, trace, *ids));
}

static int warts_sink_flush(void *self)
{
	struct warts_writer *w = self;

	return stream_flush(&w->stream);
}

static int warts_sink_close(void *self, const struct run_end *end)
{
	struct warts_writer *w = self;
	int err;

	if (end && !w->stream.err)
		stop_cycles(w);
	err = stream_close(&w->stream);
	writer_free(w);
	return err;
}

const struct sink_ops warts_sink = {
	.name = "warts",
	.open = warts_sink_open,
	.record = warts_sink_record,
	.cycle = warts_sink_cycle,
	.flush = warts_sink_flush,
	.close = warts_sink_close,
};
