// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/text_trace.h"

#include <stdbool.h>
#include <string.h>

#include "base/addr_text.h"
#include "output/asn.h"
#include "output/names.h"
#include "output/objects.h"
#include "output/text_mark.h"
#include "output/text_objects.h"
#include "wire/headers.h"
#include "wire/revtr.h"

enum {
	CELL_WIDTH = 6,	 /* of a round trip in the grid: a blank and "1.234" */
	NAME_INDENT = 4, /* where addresses begin */
	NAME_LEAST = 16, /* what a name gets in any case */
	SYSTEM_LEN = 16, /* "[AS4294967295]" */
};

/* The probes of one TTL. */
struct hop {
	const struct probe_record *probes;
	size_t count;
};

const char *text_proto_name(const struct trace_record *trace)
{
	switch (trace->proto) {
	case PROTO_UDP:
		return "udp";
	case PROTO_TCP:
		return "tcp";
	default:
		return "icmp";
	}
}

static const struct addr *far_end(const struct trace_record *trace)
{
	return trace->direction == TRACE_REVERSE ? &trace->src : &trace->dst;
}

/* Only printable ASCII passes: control bytes steer terminals, and so do some
 * bytes above 127. */
static void print_name(FILE *out, const char *name)
{
	for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
		if (*c < 0x20 || *c > 0x7e || *c == '\\')
			fprintf(out, "\\x%02x", *c);
		else
			fputc(*c, out);
	}
}

void text_print_target(FILE *out, const struct trace_record *trace)
{
	char text[ADDR_TEXT_LEN];

	addr_to_text(far_end(trace), text);
	if (strcmp(trace->target, text) == 0) {
		fputs(text, out);
	} else {
		print_name(out, trace->target);
		fprintf(out, " (%s)", text);
	}
}

void text_print_length(FILE *out, const struct trace_record *trace)
{
	if (trace->reached && trace->path_len > 0)
		fprintf(out, ", %u hop%s", trace->path_len, trace->path_len == 1 ? "" : "s");
}

void text_print_mode(FILE *out, const struct trace_record *trace)
{
	if (trace->mode == TRACE_SINGLEPATH)
		fprintf(out, "flow %u", trace->flow);
	else if (trace->eps_trace > 0)
		fprintf(out, "multipath, failure bound %g (%.2g each)", trace->eps_trace,
			trace->eps);
	else
		fprintf(out, "multipath, failure bound %g", trace->eps);
}

void text_print_heading(FILE *out, const struct trace_record *trace)
{
	char text[ADDR_TEXT_LEN];

	if (trace->direction == TRACE_REVERSE) {
		fputs("reverse from ", out);
		text_print_target(out, trace);
		fprintf(out, " to %s", addr_to_text(&trace->dst, text));
	} else {
		fprintf(out, "forward from %s to ", addr_to_text(&trace->src, text));
		text_print_target(out, trace);
	}
	fprintf(out, ", %s ", text_proto_name(trace));
	text_print_mode(out, trace);
	text_print_length(out, trace);
	fputc('\n', out);
}

/* The TTL that comes after `hop`; false at the end of the path. */
static bool next_hop(const struct trace_record *trace, struct hop *hop)
{
	const struct probe_record *end = trace->probes + trace->probe_count;
	const struct probe_record *p = hop->probes ? hop->probes + hop->count : trace->probes;

	if (p == end || p->ttl > trace->path_len)
		return false;
	hop->probes = p;
	for (hop->count = 0; p < end && p->ttl == hop->probes->ttl; p++)
		hop->count++;
	return true;
}

static bool is_silent(const struct probe_record *p)
{
	return !p->answered && !p->arrived;
}

/* "[AS64500]", or "".  Returns its length. */
static int system_to_text(const struct trace_record *trace, const struct addr *addr,
			  char ret_text[static SYSTEM_LEN])
{
	struct asn_entry entry;

	ret_text[0] = '\0';
	if (!asn_find(trace->asn, addr, &entry))
		return 0;
	return snprintf(ret_text, SYSTEM_LEN, "[AS%u]", entry.number);
}

/* "name (address)", or the address alone; and the system. */
static void print_addr(FILE *out, const struct trace_record *trace, const struct addr *addr)
{
	const char *name = names_find(trace->names, addr);
	char text[ADDR_TEXT_LEN], system[SYSTEM_LEN];

	addr_to_text(addr, text);
	if (name)
		fprintf(out, " %s (%s)", name, text);
	else
		fprintf(out, " %s", text);
	if (system_to_text(trace, addr, system) > 0)
		fprintf(out, " %s", system);
}

static void print_hop(FILE *out, const struct trace_record *trace, const struct hop *hop)
{
	const struct probe_record *labels = NULL; /* that were printed last */
	const struct addr *last = NULL;
	char mark[TEXT_MARK_LEN];

	fprintf(out, "%2u ", hop->probes->ttl);
	for (size_t i = 0; i < hop->count; i++) {
		const struct probe_record *p = &hop->probes[i];

		if (is_silent(p)) {
			fputs(" *", out);
			continue;
		}
		if (!last || !addr_equal(last, &p->from)) {
			print_addr(out, trace, &p->from);
			labels = NULL;
		}
		last = &p->from;
		if (!p->answered)
			fputs(" +", out);
		else if (p->has_rtt)
			fprintf(out, "  %.3f ms", (double)p->rtt_ns / 1e6);
		else
			fputs("  ?", out);
		if (text_mark(p, mark))
			fprintf(out, " %s", mark);
		if (!labels || !objects_are_equal(labels, p))
			text_print_labels(out, p);
		labels = p;
	}
	fputc('\n', out);
}

void text_print_hops(FILE *out, const struct trace_record *trace)
{
	struct hop hop = { NULL, 0 };

	while (next_hop(trace, &hop))
		print_hop(out, trace, &hop);
}

int text_ms_digits(uint64_t ns)
{
	uint64_t ms = ns / 1000000;

	return ms < 10 ? 3 : ms < 100 ? 2 : ms < 1000 ? 1 : 0;
}

static void print_cell(FILE *out, int width, const struct probe_record *p)
{
	if (!p->answered)
		fprintf(out, "%*s", width, p->arrived ? "+" : "*");
	else if (!p->has_rtt)
		fprintf(out, "%*s", width, "?");
	else
		fprintf(out, "%*.*f", width, text_ms_digits(p->rtt_ns), (double)p->rtt_ns / 1e6);
}

/* The tries that `from` answered, each in its column; the first line of a hop has
 * the silent ones, too. */
static void print_cells(FILE *out, const struct hop *hop, const struct addr *from, bool first)
{
	char mark[TEXT_MARK_LEN] = "";
	int width = CELL_WIDTH;
	bool timed = false;

	for (size_t i = 0; i < hop->count; i++) {
		const struct probe_record *p = &hop->probes[i];
		bool silent = is_silent(p);

		if (silent ? !first : !addr_equal(&p->from, from)) {
			width += CELL_WIDTH; /* leave it blank, in front of the next one */
			continue;
		}
		print_cell(out, width, p);
		width = CELL_WIDTH;
		timed |= p->has_rtt;
		if (!silent && !mark[0])
			text_mark(p, mark);
	}
	fprintf(out, "%s%s%s\n", timed ? " ms" : "", mark[0] ? " " : "", mark);
}

static bool seen_before(const struct hop *hop, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (!is_silent(&hop->probes[i]) &&
		    addr_equal(&hop->probes[i].from, &hop->probes[index].from))
			return true;
	return false;
}

static void print_name_cut(FILE *out, const char *name, int room)
{
	int len = (int)strlen(name);

	if (room < NAME_LEAST)
		room = NAME_LEAST;
	if (len <= room)
		fputs(name, out);
	else
		fprintf(out, "..%s", name + len - (room - 2));
}

void text_print_known(FILE *out, const struct trace_record *trace, const struct addr *addr,
		      int width)
{
	const char *name = names_find(trace->names, addr);
	char system[SYSTEM_LEN];
	int len = system_to_text(trace, addr, system);

	if (!name && len == 0)
		return;
	fprintf(out, "%*s%s", NAME_INDENT, "", system);
	if (name && len > 0)
		fputc(' ', out);
	if (name)
		print_name_cut(out, name, width - NAME_INDENT - (len > 0 ? len + 1 : 0));
	fputc('\n', out);
}

static void print_grid_hop(FILE *out, const struct trace_record *trace, const struct hop *hop,
			   int addr_width)
{
	int width = NAME_INDENT + addr_width + (int)hop->count * CELL_WIDTH + (int)strlen(" ms");
	char text[ADDR_TEXT_LEN];
	bool first = true;

	for (size_t i = 0; i < hop->count; i++) {
		const struct probe_record *p = &hop->probes[i];

		if (is_silent(p) || seen_before(hop, i))
			continue;
		if (first)
			fprintf(out, "%2u", p->ttl);
		fprintf(out, "%*s%-*s", first ? 2 : 4, "", addr_width,
			addr_to_text(&p->from, text));
		print_cells(out, hop, &p->from, first);
		text_print_known(out, trace, &p->from, width);
		text_print_label_lines(out, p, NAME_INDENT);
		first = false;
	}
	if (first)
		fprintf(out, "%2u  *\n", hop->probes->ttl);
}

static int widest_addr(const struct trace_record *trace)
{
	char text[ADDR_TEXT_LEN];
	struct hop hop = { NULL, 0 };
	size_t widest = 0;

	while (next_hop(trace, &hop)) {
		for (size_t i = 0; i < hop.count; i++) {
			size_t len;

			if (is_silent(&hop.probes[i]))
				continue;
			len = strlen(addr_to_text(&hop.probes[i].from, text));
			widest = len > widest ? len : widest;
		}
	}
	return (int)widest;
}

void text_print_grid(FILE *out, const struct trace_record *trace)
{
	int addr_width = widest_addr(trace);
	struct hop hop = { NULL, 0 };

	while (next_hop(trace, &hop))
		print_grid_hop(out, trace, &hop, addr_width);
}

static void print_after(FILE *out, const struct trace_record *trace)
{
	fprintf(out, " after %u hop%s", trace->path_len, trace->path_len == 1 ? "" : "s");
}

static void print_unreachable(FILE *out, const struct trace_record *trace)
{
	const struct probe_record blamed = { .from = trace->dst,
					     .icmp = trace->stop_code,
					     .answered = true };
	char mark[TEXT_MARK_LEN];

	if (text_mark(&blamed, mark))
		fprintf(out, " (%s)", mark);
	print_after(out, trace);
}

void text_print_ending(FILE *out, const struct trace_record *trace)
{
	const char *name = trace_stop_name(trace->stop);

	if (trace->stop == STOP_COMPLETED)
		return;
	fprintf(out, "-- %s", name ? name : "unknown reason");
	switch (trace->stop) {
	case STOP_COMPLETED:
	case STOP_NOT_TOLD:
		break;
	case STOP_UNREACHABLE:
		print_unreachable(out, trace);
		break;
	case STOP_LOOP:
	case STOP_GAP_LIMIT:
	case STOP_MAX_TTL:
	case STOP_BUDGET:
	case STOP_INTERRUPTED:
		print_after(out, trace);
		break;
	case STOP_ERROR:
		fprintf(out, ": %s", trace_error_text(trace->stop_code));
		if (trace->stop_code & 0xff)
			fprintf(out, " (status %d)", trace->stop_code & 0xff);
		break;
	case STOP_NOT_SUPPORTED:
		fputs(": a plain echo reply, no server", out);
		break;
	case STOP_NO_ANSWER:
		fprintf(out, " to %u request%s", trace->checks, trace->checks == 1 ? "" : "s");
		break;
	}
	fputc('\n', out);
}
