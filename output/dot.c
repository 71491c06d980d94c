// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/dot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/memory_text.h"
#include "output/alias.h"
#include "output/dot_label.h"
#include "output/graph.h"
#include "output/text_mark.h"
#include "output/text_trace.h"

enum { TITLE_LINE_LEN = 512 };

struct dot_side {
	struct graph graph;
	enum trace_direction direction;
	bool is_multipath;
	bool is_reached;
	struct addr dst;
	char *title; /* lines */
};

struct canvas {
	FILE *out;
	const struct dot_known *known;
	bool is_sideways; /* from left to right; what comes first stands lowest then */
};

/* In inches; of a letter and a line of 10 points roughly, to choose the direction that gives the
 * smaller picture. */
static const double letter_width = 0.075, line_height = 0.155, box_margin = 0.15;
static const double rank_gap = 0.5, node_gap = 0.2, rank_limit = 18;

struct size {
	double width, height;
};

static void print_title(FILE *out, const struct trace_record *trace)
{
	char text[ADDR_TEXT_LEN];

	if (trace->direction == TRACE_FORWARD) {
		fprintf(out, "FORWARD\nfrom %s\nto ", addr_to_text(&trace->src, text));
		text_print_target(out, trace);
	} else {
		fputs("REVERSE\nfrom ", out);
		text_print_target(out, trace);
		fprintf(out, "\nto %s", addr_to_text(&trace->dst, text));
	}
	fprintf(out, "\n%s ", text_proto_name(trace));
	text_print_mode(out, trace);
	text_print_length(out, trace);
	fputc('\n', out);
	if (trace->mode != TRACE_SINGLEPATH && trace->is_per_packet)
		fputs("per-packet balancing: no link is proven\n", out);
	text_print_ending(out, trace);
}

static int title_new(const struct trace_record *trace, char **ret_title)
{
	size_t len;
	FILE *out = open_memstream(ret_title, &len);

	if (!out)
		return -ENOMEM;
	print_title(out, trace);
	return memory_text_end(out, ret_title);
}

int dot_side_new(const struct trace_record *trace, bool merge, struct dot_side **ret_side)
{
	struct dot_side *side = calloc(1, sizeof(*side));
	int err = -ENOMEM;

	if (!side)
		goto fail;
	side->direction = trace->direction;
	side->is_multipath = trace->mode != TRACE_SINGLEPATH;
	side->is_reached = trace->reached;
	side->dst = trace->dst;
	err = title_new(trace, &side->title);
	if (!err)
		err = graph_init(&side->graph, trace);
	if (!err && merge)
		err = graph_merge(&side->graph);
	if (err)
		goto fail;
	*ret_side = side;
	return 0;
fail:
	dot_side_free(side);
	return err;
}

void dot_side_free(struct dot_side *side)
{
	if (!side)
		return;
	graph_fini(&side->graph);
	free(side->title);
	free(side);
}

int dot_side_join(struct dot_side *side, const struct alias_result *aliases)
{
	return graph_merge_as(&side->graph, alias_name_of, aliases);
}

static char prefix_of(const struct dot_side *side)
{
	return side->direction == TRACE_FORWARD ? 'f' : 'r';
}

static void print_label(const struct canvas *c, const struct dot_side *side)
{
	char line[TITLE_LINE_LEN];

	fputs("\t\tlabel=\"", c->out);
	for (const char *text = side->title; *text;) {
		size_t len = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		if (text != side->title)
			fputs("\\n", c->out);
		dot_print_text(c->out, line);
		text += len + (text[len] == '\n');
	}
	fputs("\";\n", c->out);
}

/* What is known of a vertex besides its address, in a line. */
static void print_facts(FILE *out, const struct dot_side *side, const struct graph_vertex *v)
{
	const struct probe_record answer = { .from = v->addr, .icmp = v->icmp, .answered = true };
	bool is_dst = addr_equal(&v->addr, &side->dst);
	char mark[TEXT_MARK_LEN];

	if (v->ttl == 0)
		fputs("\\nsource", out);
	if (is_dst)
		fputs("\\ndestination", out);
	if (v->rtt_count > 0)
		fprintf(out, "%s%.*f ms", is_dst || v->ttl == 0 ? ", " : "\\n",
			text_ms_digits(v->rtt_mean_ns), (double)v->rtt_mean_ns / 1e6);
	else if (v->arrived)
		fputs(is_dst ? ", seen to arrive" : "\\nseen to arrive", out);
	if (v->icmp != 0 && text_mark(&answer, mark)) {
		fputc(' ', out);
		dot_print_text(out, mark);
	}
}

static void print_text(FILE *out, const struct dot_known *known, const struct dot_side *side,
		       const struct graph_vertex *v)
{
	if (graph_is_black_hole(v)) {
		fputc('*', out);
		return;
	}
	dot_label_vertex(out, known, v);
	print_facts(out, side, v);
}

static void print_vertex(const struct canvas *c, const struct dot_side *side, uint32_t index)
{
	const struct graph_vertex *v = &side->graph.vertices[index];
	const char *style = "";

	fprintf(c->out, "\t\t%c%u ", prefix_of(side), index);
	fputs("[label=\"", c->out);
	print_text(c->out, c->known, side, v);
	if (graph_is_black_hole(v))
		style = ", shape=circle, style=dashed";
	else if (v->ttl == 0)
		style = ", fillcolor=\"#d6e4f5\"";
	else if (addr_equal(&v->addr, &side->dst))
		style = ", fillcolor=\"#d5ecd0\"";
	else if (v->is_end)
		style = ", fillcolor=\"#f5d6d6\"";
	fprintf(c->out, "\"%s];\n", style);
}

static void print_link(const struct canvas *c, const struct dot_side *side,
		       const struct graph_link *link)
{
	const struct graph *g = &side->graph;
	int gap = g->vertices[link->far].ttl - g->vertices[link->near].ttl;
	const char *separator = " [";

	fprintf(c->out, "\t\t%c%u -> %c%u", prefix_of(side), link->near, prefix_of(side),
		link->far);
	if (link->flows == 0) {
		fprintf(c->out, "%scolor=orange", separator);
		separator = ", ";
	} else if (side->is_multipath) {
		fprintf(c->out, "%slabel=\"%u\"", separator, link->flows);
		separator = ", ";
	}
	if (!g->is_merged && gap > 1) {
		fprintf(c->out, "%sminlen=%d", separator, gap);
		separator = ", ";
	}
	fprintf(c->out, "%s;\n", separator[0] == ',' ? "]" : "");
}

/* A destination that was not reached stands below what was, without a link. */
static void print_missing_destination(const struct canvas *c, const struct dot_side *side)
{
	const struct graph *g = &side->graph;
	char prefix = prefix_of(side);

	if (side->is_reached)
		return;
	for (uint32_t i = 0; i < g->vertex_count; i++)
		if (addr_equal(&g->vertices[i].addr, &side->dst))
			return;
	fprintf(c->out, "\t\t%cd [label=\"", prefix);
	dot_label_addr(c->out, c->known, &side->dst);
	fputs("\\ndestination, not reached\", style=\"rounded,dashed\"];\n", c->out);
	fprintf(c->out, "\t\t%c%u -> %cd [style=invis];\n", prefix, g->vertex_count - 1, prefix);
}

/* Behind the last vertex with this one's TTL. */
static uint32_t hop_end(const struct graph *g, uint32_t first)
{
	uint32_t i = first;

	while (i < g->vertex_count && g->vertices[i].ttl == g->vertices[first].ttl)
		i++;
	return i;
}

static void print_ranks(const struct canvas *c, const struct dot_side *side)
{
	const struct graph *g = &side->graph;

	for (uint32_t i = 0, end; i < g->vertex_count; i = end) {
		end = hop_end(g, i);
		if (end - i < 2)
			continue;
		fputs("\t\t{ rank=same;", c->out);
		for (uint32_t j = i; j < end; j++)
			fprintf(c->out, " %c%u;", prefix_of(side), j);
		fputs(" }\n", c->out);
	}
}

static void print_cluster(const struct canvas *c, const struct dot_side *side)
{
	const struct graph *g = &side->graph;

	fprintf(c->out, "\tsubgraph cluster_%c {\n", prefix_of(side));
	print_label(c, side);
	for (uint32_t i = 0; i < g->vertex_count; i++)
		print_vertex(c, side, c->is_sideways ? g->vertex_count - 1 - i : i);
	if (!g->is_merged)
		print_ranks(c, side);
	for (uint32_t i = 0; i < g->link_count; i++)
		print_link(c, side, &g->links[c->is_sideways ? g->link_count - 1 - i : i]);
	print_missing_destination(c, side);
	fputs("\t}\n", c->out);
}

/* Of a text as it stands in the picture's language. */
static struct size text_size(const char *text)
{
	unsigned int lines = 1, letters = 0, longest = 0;

	for (; *text; text++) {
		bool is_break = text[0] == '\\' && text[1] == 'n';

		letters = is_break ? 0 : letters + 1;
		longest = letters > longest ? letters : longest;
		lines += is_break;
		text += text[0] == '\\' && text[1]; /* what is escaped */
	}
	return (struct size){ longest * letter_width + box_margin,
			      lines * line_height + box_margin };
}

/* Where memory is short, of a box with an address and a time. */
static struct size box_size(const struct dot_known *known, const struct dot_side *side,
			    const struct graph_vertex *v)
{
	static const struct size typical = { 1.4, 0.5 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct size size;

	if (!out)
		return typical;
	print_text(out, known, side, v);
	if (memory_text_end(out, &text))
		return typical;
	size = text_size(text);
	free(text);
	return size;
}

static double greater(double a, double b)
{
	return a > b ? a : b;
}

/* Adds what the side takes in each of two directions, beside what is there.  Returns the
 * width of its widest rank. */
static double measure(const struct dot_known *known, const struct dot_side *side, struct size *down,
		      struct size *right)
{
	const struct graph *g = &side->graph;
	double widest = 0, length_down = 0, highest = 0, length_right = 0;

	for (uint32_t i = 0, end; i < g->vertex_count; i = end) {
		struct size sum = { 0, 0 }, most = { 0, 0 };

		end = hop_end(g, i);
		for (uint32_t j = i; j < end; j++) {
			struct size box = box_size(known, side, &g->vertices[j]);

			sum.width += box.width + node_gap;
			sum.height += box.height + node_gap;
			most.width = greater(most.width, box.width);
			most.height = greater(most.height, box.height);
		}
		widest = greater(widest, sum.width);
		length_down += most.height + rank_gap;
		highest = greater(highest, sum.height);
		length_right += most.width + rank_gap;
	}
	down->width += widest;
	down->height = greater(down->height, length_down);
	right->width = greater(right->width, length_right);
	right->height += highest;
	return widest;
}

static double longer(const struct size *picture)
{
	return greater(picture->width, picture->height);
}

/* Is the picture more compact from left to right than from top to bottom, or are ranks so
 * wide that edges run along them? */
static bool is_better_sideways(const struct dot_known *known, const struct dot_side *a,
			       const struct dot_side *b)
{
	struct size down = { 0, 0 }, right = { 0, 0 };
	double widest = measure(known, a, &down, &right);

	if (b)
		widest = greater(widest, measure(known, b, &down, &right));
	return widest > rank_limit || longer(&right) < longer(&down);
}

void dot_print(FILE *out, const struct dot_side *a, const struct dot_side *b,
	       const struct dot_known *known)
{
	const struct canvas c = { out, known, is_better_sideways(known, a, b) };
	enum trace_direction begins = c.is_sideways ? TRACE_REVERSE : TRACE_FORWARD;
	const struct dot_side *first = b && b->direction == begins ? b : a;
	const struct dot_side *second = first == a ? b : a;

	fputs("digraph revprobe {\n", out);
	fprintf(out,
		"\tgraph [rankdir=%s, ranksep=%.1f, nodesep=%.1f, fontname=\"Helvetica\","
		" fontsize=11, style=\"rounded\", color=gray60];\n",
		c.is_sideways ? "LR" : "TB", rank_gap, node_gap);
	fputs("\tnode [shape=box, style=\"rounded,filled\", fillcolor=white, color=gray40,"
	      " fontname=\"Helvetica\", fontsize=10, margin=\"0.08,0.04\", height=0.3];\n"
	      "\tedge [color=black, fontname=\"Helvetica\", fontsize=8, arrowsize=0.6];\n",
	      out);
	print_cluster(&c, first);
	if (second)
		print_cluster(&c, second);
	fputs("}\n", out);
}
