// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/text_pair.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/memory_text.h"
#include "output/text_graph.h"
#include "output/text_trace.h"

enum { GAP_WIDTH = 3 }; /* " | " */

static int print_title(FILE *out, const struct trace_record *trace, int width)
{
	char text[ADDR_TEXT_LEN];
	const struct addr *here = trace->direction == TRACE_REVERSE ? &trace->dst : &trace->src;

	(void)width;
	fprintf(out, "two-way %s <-> ", addr_to_text(here, text));
	text_print_target(out, trace);
	fprintf(out, ", %s\n", text_proto_name(trace));
	return 0;
}

static int print_column(FILE *out, const struct trace_record *trace, int width)
{
	int err = 0;

	fprintf(out, "%s, ",
		trace->direction == TRACE_REVERSE ? "REVERSE, from the target" : "FORWARD");
	text_print_mode(out, trace);
	text_print_length(out, trace);
	fputc('\n', out);
	if (trace->mode == TRACE_SINGLEPATH)
		text_print_grid(out, trace);
	else
		err = text_print_graph(out, trace, (width - GAP_WIDTH) / 2);
	text_print_ending(out, trace);
	return err;
}

static int print_alone(FILE *out, const struct trace_record *trace, int width)
{
	int err = 0;

	text_print_heading(out, trace);
	if (trace->mode == TRACE_SINGLEPATH)
		text_print_hops(out, trace);
	else
		err = text_print_graph(out, trace, width);
	text_print_ending(out, trace);
	return err;
}

typedef int printer(FILE *out, const struct trace_record *trace, int width);

static int print_to_memory(printer *print, const struct trace_record *trace, int width,
			   char **ret_text)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool failed;

	if (!out)
		return -ENOMEM;
	failed = print(out, trace, width) != 0;
	if (memory_text_end(out, &text) || failed) {
		free(text);
		return -ENOMEM;
	}
	*ret_text = text;
	return 0;
}

int text_side_new(const struct trace_record *trace, int width, struct text_side **ret_side)
{
	struct text_side *side = calloc(1, sizeof(*side));
	int err;

	if (!side)
		return -ENOMEM;
	side->direction = trace->direction;
	err = print_to_memory(print_alone, trace, width, &side->alone);
	if (!err && trace->pair_id != 0)
		err = print_to_memory(print_title, trace, width, &side->title);
	if (!err && trace->pair_id != 0)
		err = print_to_memory(print_column, trace, width, &side->column);
	if (err)
		text_side_free(side);
	else
		*ret_side = side;
	return err;
}

void text_side_free(struct text_side *side)
{
	if (!side)
		return;
	free(side->title);
	free(side->column);
	free(side->alone);
	free(side);
}

static int widest_line(const char *text)
{
	size_t widest = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");

		widest = len > widest ? len : widest;
		text += len + (text[len] == '\n');
	}
	return (int)widest;
}

/* Where the next line starts, and how long this one is; the end has empty lines. */
static const char *take_line(const char *text, int *ret_len)
{
	size_t len = strcspn(text, "\n");

	*ret_len = (int)len;
	return text + len + (text[len] == '\n');
}

static void print_columns(FILE *out, const char *left, const char *right, int left_width)
{
	while (*left || *right) {
		int left_len, right_len;
		const char *left_next = take_line(left, &left_len);
		const char *right_next = take_line(right, &right_len);

		fprintf(out, "%-*.*s |", left_width, left_len, left);
		if (right_len > 0)
			fprintf(out, " %.*s", right_len, right);
		fputc('\n', out);
		left = left_next;
		right = right_next;
	}
}

int text_side_join(const struct text_side *a, const struct text_side *b, int width, char **ret_text)
{
	const struct text_side *left = a->direction == TRACE_FORWARD ? a : b;
	const struct text_side *right = left == a ? b : a;
	int left_width = widest_line(left->column);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return -ENOMEM;
	if (left_width + GAP_WIDTH + widest_line(right->column) <= width) {
		fputs(left->title, out);
		print_columns(out, left->column, right->column, left_width);
	} else {
		fprintf(out, "%s%s", left->alone, right->alone);
	}
	if (memory_text_end(out, &text))
		return -ENOMEM;
	*ret_text = text;
	return 0;
}
