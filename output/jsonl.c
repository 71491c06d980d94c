// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sink that writes JSON Lines: a trace a line, all lines with the same members, null for
 * what is not known.  docs/jsonl.md explains them, docs/jsonl.schema.json has them formally.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "output/asn.h"
#include "output/json_text.h"
#include "output/names.h"
#include "output/objects.h"
#include "output/sink.h"
#include "output/stream.h"
#include "wire/headers.h"

enum { JSONL_VERSION = 1 };

struct jsonl_writer {
	struct stream stream;
	char *run, *list;
	uint32_t cycle;
};

static void writer_free(struct jsonl_writer *w)
{
	if (!w)
		return;
	stream_close(&w->stream);
	free(w->run);
	free(w->list);
	free(w);
}

static int jsonl_sink_cycle(void *self, const struct run_record *run)
{
	struct jsonl_writer *w = self;
	char *uuid = strdup(run->uuid), *list = strdup(run->list);

	if (!uuid || !list) {
		free(uuid);
		free(list);
		return stream_fail(&w->stream, "begin a cycle", -ENOMEM);
	}
	free(w->run);
	free(w->list);
	w->run = uuid;
	w->list = list;
	w->cycle = run->cycle;
	return 0;
}

static int jsonl_sink_open(const char *path, const struct sink_options *options,
			   const struct run_record *run, void **ret_self)
{
	struct jsonl_writer *w = calloc(1, sizeof(*w));
	int err = -ENOMEM;

	(void)options;
	if (!w)
		return err;
	err = stream_open(path, &w->stream);
	if (!err)
		err = jsonl_sink_cycle(w, run);
	if (err)
		writer_free(w);
	else
		*ret_self = w;
	return err;
}

static void put_addr(struct json_text *j, const char *key, const struct addr *addr)
{
	char text[ADDR_TEXT_LEN];

	json_text_string(j, key, addr_is_none(addr) ? NULL : addr_to_text(addr, text));
}

static const char *proto_name(uint8_t proto)
{
	return proto == PROTO_UDP ? "udp" : proto == PROTO_TCP ? "tcp" : "icmp";
}

static void put_labels(struct json_text *j, const struct probe_record *p)
{
	struct objects objects = objects_of(p);
	struct object object;

	json_text_open(j, "labels", '[');
	while (objects_next(&objects, &object))
		for (size_t i = 0; i < object_label_count(&object); i++) {
			struct mpls_label label = object_label(&object, i);

			json_text_open(j, NULL, '{');
			json_text_number(j, "label", label.label);
			json_text_number(j, "class", label.class);
			json_text_bool(j, "bottom", label.is_bottom);
			json_text_number(j, "ttl", label.ttl);
			json_text_close(j, '}');
		}
	json_text_close(j, ']');
}

static void put_object(struct json_text *j, const struct object *object)
{
	char hex[2 * UINT8_MAX + 1] = "";

	for (size_t i = 0; i < object->len && i < UINT8_MAX; i++)
		snprintf(hex + 2 * i, sizeof(hex) - 2 * i, "%02x", object->data[i]);
	json_text_open(j, NULL, '{');
	json_text_number(j, "class", object->class);
	json_text_number(j, "type", object->type);
	json_text_string(j, "data", hex);
	json_text_close(j, '}');
}

/* Those that are no labels. */
static void put_objects(struct json_text *j, const struct probe_record *p)
{
	struct objects objects = objects_of(p);
	struct object object;

	json_text_open(j, "objects", '[');
	while (objects_next(&objects, &object))
		if (object_label_count(&object) == 0)
			put_object(j, &object);
	json_text_close(j, ']');
}

/* What the answer says of itself. */
static void put_reply(struct json_text *j, const struct probe_record *p)
{
	bool is_error = p->answered && p->icmp != 0;
	bool is_known = p->answered && p->reply_ttl != 0;

	json_text_known(j, "icmp_type", is_error, p->icmp >> 8);
	json_text_known(j, "icmp_code", is_error, p->icmp & 0xff);
	json_text_known(j, "reply_ttl", is_known, p->reply_ttl);
	json_text_known(j, "reply_tos", is_known, p->reply_tos);
	json_text_known(j, "quoted_ttl", is_known && is_error, p->quoted_ttl);
	put_labels(j, p);
	put_objects(j, p);
}

static void put_probe(struct json_text *j, const struct trace_record *trace,
		      const struct probe_record *p)
{
	struct asn_entry entry;
	bool has_asn = p->answered && asn_find(trace->asn, &p->from, &entry);

	json_text_open(j, NULL, '{');
	json_text_number(j, "ttl", p->ttl);
	json_text_number(j, "flow", p->flow);
	json_text_number(j, "try", p->try);
	if (p->answered)
		put_addr(j, "addr", &p->from);
	else
		json_text_null(j, "addr");
	json_text_string(j, "name", p->answered ? names_find(trace->names, &p->from) : NULL);
	json_text_known(j, "asn", has_asn, has_asn ? entry.number : 0);
	json_text_known(j, "rtt_ns", p->answered && p->has_rtt, (int64_t)p->rtt_ns);
	json_text_number(j, "sent_us", (int64_t)p->sent_us);
	json_text_bool(j, "arrived", p->arrived);
	put_reply(j, p);
	json_text_close(j, '}');
}

static void put_probes(struct json_text *j, const struct trace_record *trace)
{
	json_text_open(j, "probes", '[');
	for (size_t i = 0; i < trace->probe_count; i++)
		put_probe(j, trace, &trace->probes[i]);
	json_text_close(j, ']');
}

static void put_vertices(struct json_text *j, const struct trace_record *trace)
{
	json_text_open(j, "vertices", '[');
	for (size_t i = 0; i < trace->vertex_count; i++) {
		const struct vertex_record *v = &trace->vertices[i];

		json_text_open(j, NULL, '{');
		json_text_number(j, "ttl", v->ttl);
		put_addr(j, "addr", &v->addr);
		json_text_bool(j, "is_end", v->is_end);
		json_text_close(j, '}');
	}
	json_text_close(j, ']');
}

static void put_links(struct json_text *j, const struct trace_record *trace)
{
	json_text_open(j, "links", '[');
	for (size_t i = 0; i < trace->link_count; i++) {
		const struct link_record *link = &trace->links[i];
		const struct vertex_record *near = &trace->vertices[link->near];
		const struct vertex_record *far = &trace->vertices[link->far];

		json_text_open(j, NULL, '{');
		json_text_number(j, "near_ttl", near->ttl);
		put_addr(j, "near", &near->addr);
		json_text_number(j, "far_ttl", far->ttl);
		put_addr(j, "far", &far->addr);
		json_text_number(j, "flows", link->flows);
		json_text_close(j, '}');
	}
	json_text_close(j, ']');
}

static void put_identity(struct json_text *j, const struct jsonl_writer *w,
			 const struct trace_record *trace)
{
	bool is_single = trace->mode == TRACE_SINGLEPATH;

	json_text_number(j, "v", JSONL_VERSION);
	json_text_string(j, "run", w->run);
	json_text_string(j, "list", w->list);
	json_text_known(j, "cycle", w->cycle > 0, w->cycle);
	json_text_known(j, "id", trace->id > 0, trace->id);
	json_text_known(j, "pair", trace->pair_id > 0, (int64_t)trace->pair_id);
	json_text_string(j, "endpoint", trace->target);
	json_text_known(j, "declared_asn", trace->declared_asn > 0, trace->declared_asn);
	json_text_string(j, "direction", trace->direction == TRACE_REVERSE ? "reverse" : "forward");
	json_text_string(j, "mode", is_single ? "singlepath" : "multipath");
	json_text_string(j, "proto", proto_name(trace->proto));
	put_addr(j, "src", &trace->src);
	put_addr(j, "dst", &trace->dst);
	json_text_known(j, "sport", trace->sport > 0, trace->sport);
	json_text_known(j, "dport", trace->dport > 0, trace->dport);
	json_text_known(j, "flow", is_single, trace->flow);
	json_text_number(j, "started_us", trace->started_us);
	json_text_number(j, "ended_us", trace->ended_us);
}

static void put_outcome(struct json_text *j, const struct trace_record *trace)
{
	bool is_multi = trace->mode != TRACE_SINGLEPATH;

	json_text_string(j, "stop", trace_stop_name(trace->stop));
	json_text_number(j, "stop_code", trace->stop_code);
	json_text_bool(j, "reached", trace->reached);
	json_text_number(j, "path_len", trace->path_len);
	json_text_known(j, "arrival_len", trace->arrival_len > 0, trace->arrival_len);
	json_text_number(j, "sent", trace->sent);
	json_text_number(j, "lost", trace->lost);
	json_text_number(j, "checks", trace->checks);
	json_text_known(j, "check_rtt_ns", trace->check_rtt_ns > 0, (int64_t)trace->check_rtt_ns);
	if (is_multi)
		json_text_real(j, "eps", trace->eps);
	else
		json_text_null(j, "eps");
	if (is_multi && trace->eps_trace > 0)
		json_text_real(j, "eps_trace", trace->eps_trace);
	else
		json_text_null(j, "eps_trace");
	if (is_multi)
		json_text_bool(j, "per_packet", trace->is_per_packet);
	else
		json_text_null(j, "per_packet");
}

static int jsonl_sink_record(void *self, const struct trace_record *trace)
{
	struct jsonl_writer *w = self;
	struct json_text j = { w->stream.out, true };

	if (w->stream.err)
		return w->stream.err;
	json_text_open(&j, NULL, '{');
	put_identity(&j, w, trace);
	put_outcome(&j, trace);
	put_probes(&j, trace);
	put_vertices(&j, trace);
	put_links(&j, trace);
	json_text_close(&j, '}');
	fputc('\n', w->stream.out);
	return stream_check(&w->stream);
}

static int jsonl_sink_flush(void *self)
{
	struct jsonl_writer *w = self;

	return stream_flush(&w->stream);
}

static int jsonl_sink_close(void *self, const struct run_end *end)
{
	struct jsonl_writer *w = self;
	int err = stream_close(&w->stream);

	(void)end;
	writer_free(w);
	return err;
}

const struct sink_ops jsonl_sink = {
	.name = "jsonl",
	.open = jsonl_sink_open,
	.record = jsonl_sink_record,
	.cycle = jsonl_sink_cycle,
	.flush = jsonl_sink_flush,
	.close = jsonl_sink_close,
};
