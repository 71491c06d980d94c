// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/text_graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "output/graph.h"
#include "output/text_mark.h"
#include "output/text_objects.h"
#include "output/text_trace.h"

enum {
	TTL_COUNT = 256,
	RTT_WIDTH = 5,
	LABEL_INDENT = 4,
	CELL_LEN = 16,
	LINE_LEN = 2 * ADDR_TEXT_LEN + 4 * CELL_LEN,
	SUCCESSOR_LEN = ADDR_TEXT_LEN + CELL_LEN,
};

struct layout {
	const struct graph *graph;
	const struct trace_record *trace;
	int width;
	int addr_width;
	uint32_t flows_sent[TTL_COUNT]; /* distinct ones */
};

/* The vertices of one TTL. */
struct hop {
	uint32_t first, end;
	uint32_t flows;	       /* what 100 % is */
	uint32_t silent_flows; /* of those: the one black hole's; 0: not to be told */
};

static const char *name_of(const struct graph_vertex *v, char text[static ADDR_TEXT_LEN])
{
	return graph_is_black_hole(v) ? "*" : addr_to_text(&v->addr, text);
}

static void layout_init(struct layout *l, const struct graph *g, const struct trace_record *trace,
			int width)
{
	char text[ADDR_TEXT_LEN];

	*l = (struct layout){ .graph = g, .trace = trace, .width = width };
	for (uint32_t i = 1; i < g->vertex_count; i++) {
		int len = (int)strlen(name_of(&g->vertices[i], text));

		l->addr_width = len > l->addr_width ? len : l->addr_width;
	}
	for (size_t i = 0; i < trace->probe_count; i++) {
		const struct probe_record *p = &trace->probes[i];

		if (i == 0 || p[-1].ttl != p->ttl || p[-1].flow != p->flow)
			l->flows_sent[p->ttl]++;
	}
}

static struct hop hop_at(const struct layout *l, uint32_t first)
{
	const struct graph_vertex *vertices = l->graph->vertices;
	struct hop hop = { .first = first, .end = first };
	uint32_t holes = 0, sent = l->flows_sent[vertices[first].ttl];

	for (; hop.end < l->graph->vertex_count && vertices[hop.end].ttl == vertices[first].ttl;
	     hop.end++) {
		holes += graph_is_black_hole(&vertices[hop.end]);
		hop.flows += vertices[hop.end].flow_count;
	}
	if (holes > 0 && sent > hop.flows) {
		hop.silent_flows = holes == 1 ? sent - hop.flows : 0;
		hop.flows = sent;
	}
	return hop;
}

/* " 50%", or as many blanks. */
static void share_to_text(const struct hop *hop, const struct graph_vertex *v,
			  char ret_text[static CELL_LEN])
{
	uint64_t flows = graph_is_black_hole(v) ? hop->silent_flows : v->flow_count;

	snprintf(ret_text, CELL_LEN, "%4s", "");
	if (flows > 0)
		snprintf(ret_text, CELL_LEN, "%3u%%",
			 (unsigned int)((100 * flows + hop->flows / 2) / hop->flows));
}

static void rtt_to_text(const struct graph_vertex *v, char ret_text[static CELL_LEN])
{
	const char *why = v->arrived ? "+" : "?";

	if (v->rtt_count > 0)
		snprintf(ret_text, CELL_LEN, "%*.*f ms", RTT_WIDTH, text_ms_digits(v->rtt_mean_ns),
			 (double)v->rtt_mean_ns / 1e6);
	else
		snprintf(ret_text, CELL_LEN, "%*s   ", RTT_WIDTH, v->flow_count > 0 ? why : "");
}

/* All of the line but where it goes. */
static void vertex_to_text(const struct layout *l, const struct hop *hop, uint32_t index,
			   char ret_text[static LINE_LEN])
{
	const struct graph_vertex *v = &l->graph->vertices[index];
	const struct probe_record answer = { .from = v->addr, .icmp = v->icmp, .answered = true };
	char ttl[CELL_LEN] = "", addr[ADDR_TEXT_LEN], share[CELL_LEN], rtt[CELL_LEN];
	char mark[TEXT_MARK_LEN] = "";

	if (index == hop->first)
		snprintf(ttl, sizeof(ttl), "%u", v->ttl);
	if (v->icmp != 0)
		text_mark(&answer, mark);
	share_to_text(hop, v, share);
	rtt_to_text(v, rtt);
	snprintf(ret_text, LINE_LEN, "%2s  %-*s %s %s%s%s", ttl, l->addr_width, name_of(v, addr),
		 share, rtt, mark[0] ? " " : "", mark);
}

/* " ~203.0.113.9", and the hop if it is not the next one.  Returns its length. */
static int successor_to_text(const struct layout *l, const struct graph_link *link,
			     char ret_text[static SUCCESSOR_LEN])
{
	const struct graph_vertex *near = &l->graph->vertices[link->near];
	const struct graph_vertex *far = &l->graph->vertices[link->far];
	char addr[ADDR_TEXT_LEN], hop[16] = "";

	if (far->ttl != near->ttl + 1)
		snprintf(hop, sizeof(hop), " (hop %u)", far->ttl);
	return snprintf(ret_text, SUCCESSOR_LEN, " %s%s%s", link->flows > 0 ? "" : "~",
			name_of(far, addr), hop);
}

static void print_successors(FILE *out, const struct layout *l, const struct graph_vertex *v,
			     int column)
{
	int indent = column + 3; /* behind the arrow */
	char text[SUCCESSOR_LEN];

	fputs(" ->", out);
	column = indent;
	for (uint32_t i = 0; i < v->link_count; i++) {
		int len = successor_to_text(l, &v->links[i], text);

		if (i > 0 && column + len > l->width) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		}
		fputs(text, out);
		column += len;
	}
}

/* Of its first answer: what others had on another way stays in the other outputs. */
static void print_labels(FILE *out, const struct layout *l, const struct graph_vertex *v)
{
	for (size_t i = 0; i < l->trace->probe_count; i++) {
		const struct probe_record *p = &l->trace->probes[i];

		if (p->ttl != v->ttl || !p->answered || !addr_equal(&p->from, &v->addr))
			continue;
		text_print_label_lines(out, p, LABEL_INDENT);
		return;
	}
}

static void print_vertex(FILE *out, const struct layout *l, const struct hop *hop, uint32_t index)
{
	const struct graph_vertex *v = &l->graph->vertices[index];
	char line[LINE_LEN];
	size_t len;

	vertex_to_text(l, hop, index, line);
	len = strlen(line);
	if (v->link_count == 0)
		while (line[len - 1] == ' ')
			len--;
	fwrite(line, 1, len, out);
	if (v->link_count > 0)
		print_successors(out, l, v, (int)len);
	fputc('\n', out);
	if (graph_is_black_hole(v))
		return;
	text_print_known(out, l->trace, &v->addr, l->width);
	print_labels(out, l, v);
}

int text_print_graph(FILE *out, const struct trace_record *trace, int width)
{
	struct graph graph;
	struct layout layout;
	struct hop hop;
	int err = graph_init(&graph, trace);

	if (err)
		return err;
	layout_init(&layout, &graph, trace, width);
	for (uint32_t i = 1; i < graph.vertex_count; i = hop.end) {
		hop = hop_at(&layout, i);
		for (uint32_t j = hop.first; j < hop.end; j++)
			print_vertex(out, &layout, &hop, j);
	}
	if (trace->is_per_packet)
		fputs("-- per-packet balancing: no link is proven\n", out);
	graph_fini(&graph);
	return 0;
}
