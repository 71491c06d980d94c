// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/study.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/clock.h"
#include "output/fnv.h"
#include "output/study_graph.h"
#include "output/utf8.h"
#include "wire/headers.h"

#define BLACK_HOLE "***"

/* One direction while it is written. */
struct direction {
	const struct trace_record *trace;
	const struct addr *own; /* our address, which nobody is to read; NULL: all may be read */
	struct study_graph graph;
	json_int_t first_id; /* of the root; those of the others follow, as they are written */
	uint64_t *hashes;
	size_t rows[UINT8_MAX + 2]; /* where the probes of each TTL begin */
};

static bool is_redacted(const struct direction *d, const struct vertex_record *vertex)
{
	const struct trace_record *trace = d->trace;

	if (!d->own || addr_is_none(&vertex->addr))
		return false;
	if (addr_equal(&vertex->addr, d->own))
		return true;
	return trace->direction == TRACE_REVERSE && trace->arrival_len > 0 &&
	       vertex->ttl >= trace->arrival_len;
}

static const char *address_text(const struct direction *d, const struct vertex_record *vertex,
				char text[static ADDR_TEXT_LEN])
{
	if (addr_is_none(&vertex->addr))
		return BLACK_HOLE;
	if (is_redacted(d, vertex))
		return addr_is_v4(&vertex->addr) ? "0.0.0.0" : "::";
	return addr_to_text(&vertex->addr, text);
}

/*
 * In the reference, too, a vertex is hashed by its address, and a black hole by what
 * is before it; but Python salts its hashes, and the numbers there mean nothing
 * outside of one document.  Predecessors come before their successors here.
 */
static void hash_vertices(struct direction *d)
{
	char text[ADDR_TEXT_LEN];

	for (size_t i = 0; i < d->graph.vertex_count; i++) {
		const struct vertex_record *vertex = &d->graph.vertices[i];
		uint64_t start = FNV_START;

		if (addr_is_none(&vertex->addr) && d->graph.predecessors[i] != i)
			start = d->hashes[d->graph.predecessors[i]];
		d->hashes[i] = fnv_text(start, address_text(d, vertex, text));
	}
}

static void direction_fini(struct direction *d)
{
	free(d->hashes);
	study_graph_fini(&d->graph);
}

static void index_rows(struct direction *d)
{
	size_t row = 0;

	for (size_t ttl = 0; ttl <= UINT8_MAX; ttl++) {
		d->rows[ttl] = row;
		while (row < d->trace->probe_count && d->trace->probes[row].ttl == ttl)
			row++;
	}
	d->rows[UINT8_MAX + 1] = row;
}

static const struct addr *own_address(const struct study_settings *s,
				      const struct trace_record *trace)
{
	if (trace->direction == TRACE_FORWARD)
		return &trace->src;
	return s->is_indirect ? NULL : &trace->dst;
}

static int direction_init(struct direction *d, const struct study_settings *s,
			  const struct trace_record *trace, json_int_t first_id)
{
	int err = study_graph_init(&d->graph, trace);

	if (err)
		return err;
	d->trace = trace;
	d->own = s->redact_source ? own_address(s, trace) : NULL;
	d->first_id = first_id;
	d->hashes = calloc(d->graph.vertex_count, sizeof(*d->hashes));
	if (!d->hashes)
		return -ENOMEM;
	hash_vertices(d);
	index_rows(d);
	return 0;
}

/* A string of any bytes. */
static json_t *text_json(const char *bytes)
{
	char *text = utf8_repair(bytes);
	json_t *string = text ? json_string(text) : NULL;

	free(text);
	return string;
}

/*
 * The next probe that got to the vertex, from row *at on; NULL: there is none.  The
 * root is where every flow began that the first TTL answered.
 */
static const struct probe_record *next_probe(const struct direction *d, size_t index, size_t *at)
{
	const struct study_graph *g = &d->graph;
	const struct vertex_record *vertex = &g->vertices[index];
	bool is_root = vertex->ttl == 0;
	size_t ttl = !is_root ? vertex->ttl : g->vertex_count > 1 ? g->vertices[1].ttl : 0;

	if (*at < d->rows[ttl])
		*at = d->rows[ttl];
	while (*at < d->rows[ttl + 1]) {
		const struct probe_record *probe = &d->trace->probes[(*at)++];

		if (study_graph_is_reached(probe) &&
		    (is_root || addr_equal(&probe->from, &vertex->addr)))
			return probe;
	}
	return NULL;
}

static int append_rtts(json_t *rtts, const struct direction *d, size_t index)
{
	const struct probe_record *probe;
	size_t at = 0;
	int err = 0;

	if (d->graph.vertices[index].ttl == 0)
		return 0;
	while (!err && (probe = next_probe(d, index, &at)))
		if (probe->answered && probe->has_rtt)
			err = json_array_append_new(rtts, json_real((double)probe->rtt_ns / 1e6));
	return err;
}

/* Ascending, as the probes are. */
static int append_flows(json_t *flows, const struct direction *d, size_t index)
{
	const struct probe_record *probe;
	long last = -1;
	size_t at = 0;
	int err = 0;

	while (!err && (probe = next_probe(d, index, &at))) {
		if (probe->flow != last)
			err = json_array_append_new(flows, json_integer(probe->flow));
		last = probe->flow;
	}
	return err;
}

static int append_successors(json_t *successors, const struct direction *d, size_t index)
{
	const struct study_graph *g = &d->graph;
	int err = 0;

	for (size_t i = g->first_successors[index]; i < g->first_successors[index + 1] && !err; i++)
		err = json_array_append_new(
			successors,
			json_integer(d->first_id + (json_int_t)g->places[g->successors[i]]));
	return err;
}

/* Sets a list that is filled in by `append`. */
static int set_list(json_t *object, const char *key,
		    int (*append)(json_t *list, const struct direction *d, size_t index),
		    const struct direction *d, size_t index)
{
	json_t *list = json_array();

	/* The object owns it even while it is filled. */
	if (json_object_set_new(object, key, list) != 0)
		return -1;
	return append(list, d, index);
}

static json_t *vertex_json(const struct direction *d, size_t index)
{
	char text[ADDR_TEXT_LEN];
	json_t *vertex = json_object();
	json_int_t id = d->first_id + (json_int_t)d->graph.places[index];

	if (json_object_set_new(vertex, "id", json_integer(id)) != 0 ||
	    json_object_set_new(vertex, "hash", json_integer((json_int_t)d->hashes[index])) != 0 ||
	    json_object_set_new(vertex, "address",
				json_string(address_text(d, &d->graph.vertices[index], text))) !=
		    0 ||
	    set_list(vertex, "rtt", append_rtts, d, index) != 0 ||
	    set_list(vertex, "flows", append_flows, d, index) != 0 ||
	    set_list(vertex, "successors", append_successors, d, index) != 0) {
		json_decref(vertex);
		return NULL;
	}
	return vertex;
}

static int add_direction(json_t *traces, const char *key, const struct direction *d)
{
	json_t *vertices = json_array();
	int err = json_object_set_new(traces, key, vertices);

	for (size_t i = 0; i < d->graph.vertex_count && !err; i++)
		err = json_array_append_new(vertices, vertex_json(d, d->graph.order[i]));
	return err;
}

static int add_names(json_t *hostnames, const struct direction *d, study_names *names,
		     void *context)
{
	char text[ADDR_TEXT_LEN];
	int err = 0;

	for (size_t i = 0; i < d->graph.vertex_count && !err; i++) {
		const struct vertex_record *vertex = &d->graph.vertices[d->graph.order[i]];
		const struct addr *addr = &vertex->addr;
		const char *const *name;
		json_t *list;

		if (addr_is_none(addr) || is_redacted(d, vertex) ||
		    json_object_get(hostnames, addr_to_text(addr, text)))
			continue;
		name = names(context, addr);
		if (!name || !*name)
			continue;
		list = json_array();
		err = json_object_set_new(hostnames, text, list);
		for (; *name && !err; name++)
			err = json_array_append_new(list, text_json(*name));
	}
	return err;
}

/* Whole seconds as an integer, as Python prints what was typed as one. */
static json_t *seconds_json(uint64_t ns)
{
	if (ns % NS_PER_S == 0)
		return json_integer((json_int_t)(ns / NS_PER_S));
	return json_real((double)ns / (double)NS_PER_S);
}

static const char *proto_name(const struct trace_record *trace)
{
	return trace->proto == PROTO_UDP ? "udp" : trace->proto == PROTO_TCP ? "tcp" : "icmp";
}

static int set_u32(json_t *object, const char *key, uint32_t value)
{
	return json_object_set_new(object, key, json_integer(value));
}

/* The flow and the bound are those that the trace was made with. */
static int add_mode(json_t *document, const struct study_settings *s,
		    const struct trace_record *trace)
{
	bool is_single = trace->mode == TRACE_SINGLEPATH;
	json_t *mode = json_object();

	if (json_object_set_new(document, is_single ? "singlepath" : "multipath", mode) != 0)
		return -1;
	if (is_single)
		return set_u32(mode, "flow", trace->flow) || set_u32(mode, "probes", s->probes);
	return json_object_set_new(mode, "confidence", json_real(trace->eps)) ||
	       set_u32(mode, "retry", s->retry) || set_u32(mode, "min_burst", s->min_burst) ||
	       set_u32(mode, "max_burst", s->max_burst) ||
	       json_object_set_new(mode, "single_vertex_probe_opt",
				   json_boolean(s->single_vertex_probe_opt));
}

static int add_settings(json_t *document, const struct study_settings *s,
			const struct trace_record *trace)
{
	return json_object_set_new(document, "target", text_json(trace->target)) ||
	       json_object_set_new(document, "protocol", json_string(proto_name(trace))) ||
	       set_u32(document, "min_ttl", s->min_ttl) ||
	       set_u32(document, "max_ttl", s->max_ttl) || add_mode(document, s, trace) ||
	       json_object_set_new(document, "inter", seconds_json(s->inter_ns)) ||
	       json_object_set_new(document, "timeout", seconds_json(s->timeout_ns)) ||
	       set_u32(document, "abort", s->abort);
}

json_t *study_document(const struct study_settings *settings, const struct trace_record *forward,
		       const struct trace_record *reverse, study_names *names, void *context)
{
	const struct trace_record *const traces[] = { forward, reverse };
	static const char *const keys[] = { "forward", "reverse" };
	json_t *document = json_object(), *lists = json_object(), *hostnames = json_object();
	json_int_t next_id = 1;
	int err;

	assert(forward || reverse);
	err = add_settings(document, settings, forward ? forward : reverse);
	err |= json_object_set_new(document, "traces", lists);
	err |= json_object_set_new(document, "hostnames", hostnames);
	for (size_t i = 0; i < 2 && !err; i++) {
		struct direction d = { 0 };

		if (!traces[i])
			continue;
		err = direction_init(&d, settings, traces[i], next_id) ||
		      add_direction(lists, keys[i], &d) ||
		      (names && add_names(hostnames, &d, names, context));
		next_id += (json_int_t)d.graph.vertex_count;
		direction_fini(&d);
	}
	if (err) {
		json_decref(document);
		return NULL;
	}
	return document;
}
