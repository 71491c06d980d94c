// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sink that writes each probe on a line of its own, with all that is known of it and of
 * its answer:
 *
 *	TTL FLOW TRY ADDRESS RTT ICMP REPLY-TTL TOS QUOTED-TTL LABELS
 *
 * under the heading of its trace.  "-" is what is not known: answers of reverse traces tell
 * less, and only an ICMP error quotes the probe.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "output/sink.h"
#include "output/stream.h"
#include "output/text_objects.h"
#include "output/text_trace.h"

struct probes_writer {
	struct stream stream;
	bool started; /* something was printed: a blank line goes before the next */
};

static int probes_open(const char *path, const struct sink_options *options,
		       const struct run_record *run, void **ret_self)
{
	struct probes_writer *w = calloc(1, sizeof(*w));
	int err;

	(void)options;
	(void)run;
	if (!w)
		return -ENOMEM;
	err = stream_open(path, &w->stream);
	if (err) {
		free(w);
		return err;
	}
	*ret_self = w;
	return 0;
}

static const char *who(const struct probe_record *p, char text[static ADDR_TEXT_LEN])
{
	if (p->answered)
		return addr_to_text(&p->from, text);
	return p->arrived ? "+" : "*";
}

/* "11-0", type and code, where an ICMP error answered. */
static void print_icmp(FILE *out, const struct probe_record *p)
{
	unsigned int type = p->icmp >> 8, code = p->icmp & 0xff;
	char text[8] = "-";

	if (p->icmp)
		snprintf(text, sizeof(text), "%u-%u", type, code);
	fprintf(out, "  %6s", text);
}

static void print_number(FILE *out, int width, bool is_known, unsigned int number)
{
	if (is_known)
		fprintf(out, "  %*u", width, number);
	else
		fprintf(out, "  %*s", width, "-");
}

static void print_probe(FILE *out, int addr_width, const struct probe_record *p)
{
	char text[ADDR_TEXT_LEN];

	fprintf(out, "%3u  %5u  %3u  %-*s", p->ttl, p->flow, p->try, addr_width, who(p, text));
	if (p->has_rtt)
		fprintf(out, "  %10.3f", (double)p->rtt_ns / 1e6);
	else
		fprintf(out, "  %10s", "-");
	print_icmp(out, p);
	print_number(out, 9, p->reply_ttl, p->reply_ttl);
	print_number(out, 3, p->reply_ttl, p->reply_tos);
	print_number(out, 10, p->reply_ttl && p->icmp, p->quoted_ttl);
	text_print_labels(out, p);
	fputc('\n', out);
}

static int widest(const struct trace_record *trace)
{
	char text[ADDR_TEXT_LEN];
	size_t most = strlen("address");

	for (size_t i = 0; i < trace->probe_count; i++) {
		size_t len = strlen(who(&trace->probes[i], text));

		most = len > most ? len : most;
	}
	return (int)most;
}

static int probes_record(void *self, const struct trace_record *trace)
{
	struct probes_writer *w = self;
	FILE *out = w->stream.out;
	int addr_width = widest(trace);

	if (w->stream.err)
		return w->stream.err;
	if (w->started)
		fputc('\n', out);
	w->started = true;
	text_print_heading(out, trace);
	fprintf(out, "ttl   flow  try  %-*s      rtt ms    icmp  reply ttl  tos  quoted ttl\n",
		addr_width, "address");
	for (size_t i = 0; i < trace->probe_count; i++)
		print_probe(out, addr_width, &trace->probes[i]);
	text_print_ending(out, trace);
	return stream_check(&w->stream);
}

static int probes_flush(void *self)
{
	struct probes_writer *w = self;

	return stream_flush(&w->stream);
}

static int probes_close(void *self, const struct run_end *end)
{
	struct probes_writer *w = self;
	int err = stream_close(&w->stream);

	(void)end;
	free(w);
	return err;
}

const struct sink_ops probes_sink = {
	.name = "probes",
	.open = probes_open,
	.record = probes_record,
	.flush = probes_flush,
	.close = probes_close,
};
