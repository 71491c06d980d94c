// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/study_drafts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/container.h"

const struct study_settings study_draft_settings = {
	.min_ttl = 1,
	.max_ttl = 30,
	.inter_ns = 20 * NS_PER_MS,
	.timeout_ns = 2 * NS_PER_S,
	.abort = 3,
	.probes = 3,
	.retry = 4,
	.min_burst = 20,
	.max_burst = 500,
	.single_vertex_probe_opt = true,
};

#define CONFIG_COMMON \
	"\"min-ttl\": 1, \"max-ttl\": 30, \"inter\": 0.02, \"timeout\": 2.0, \"abort\": 3"

const char study_draft_config[] = "{\"mode\": \"singlepath\", \"probes\": 3, " CONFIG_COMMON "}";
const char study_draft_config_multipath[] =
	"{\"mode\": \"multipath\", \"retry\": 4, \"min-burst\": 20, \"max-burst\": 500, "
	"\"opt-single-vertex-hop\": true, " CONFIG_COMMON "}";

void study_draft_forward(struct record_draft *d)
{
	draft_init(d, TRACE_FORWARD, "www.example.net", "192.0.2.1", "198.51.100.7");
	draft_add(d, 1, "192.0.2.254", 412);
	draft_add(d, 1, "192.0.2.254", 398);
	draft_add(d, 2, NULL, 0);
	draft_add(d, 2, NULL, 0);
	draft_add(d, 3, "198.51.100.7", 12001)->rtt_ns = 12001234;
	draft_add(d, 3, NULL, 0);
}

json_t *study_draft_document(const struct record_draft *forward, const struct record_draft *reverse)
{
	return study_document(&study_draft_settings, forward ? &forward->trace : NULL,
			      reverse ? &reverse->trace : NULL, NULL, NULL);
}

void study_draft_multipath(struct study_draft *d)
{
	d->draft.trace.mode = TRACE_MDA;
	d->draft.trace.eps = 0.05;
	d->draft.trace.vertices = d->vertices;
	d->draft.trace.vertex_count = 0;
	d->draft.trace.links = d->links;
	d->draft.trace.link_count = 0;
}

uint16_t study_draft_vertex(struct study_draft *d, uint8_t ttl, const char *address)
{
	size_t index = d->draft.trace.vertex_count++;

	assert(index < ARRAY_LEN(d->vertices));
	d->vertices[index] = (struct vertex_record){ .ttl = ttl };
	if (address)
		d->vertices[index].addr = draft_addr(address);
	if (ttl > d->draft.trace.path_len)
		d->draft.trace.path_len = ttl;
	return (uint16_t)index;
}

void study_draft_link(struct study_draft *d, uint16_t near, uint16_t far)
{
	size_t index = d->draft.trace.link_count++;

	assert(index < ARRAY_LEN(d->links));
	d->links[index] = (struct link_record){ .near = near, .far = far };
}

struct study_settings study_draft_read_settings(const json_t *document)
{
	const json_t *single = json_object_get(document, "singlepath");
	const json_t *multi = json_object_get(document, "multipath");

#define READ(object, key) (uint32_t) json_integer_value(json_object_get(object, key))
	return (struct study_settings){
		.min_ttl = READ(document, "min_ttl"),
		.max_ttl = READ(document, "max_ttl"),
		.inter_ns = (uint64_t)(json_number_value(json_object_get(document, "inter")) * 1e9),
		.timeout_ns =
			(uint64_t)(json_number_value(json_object_get(document, "timeout")) * 1e9),
		.abort = READ(document, "abort"),
		.probes = READ(single, "probes"),
		.retry = READ(multi, "retry"),
		.min_burst = READ(multi, "min_burst"),
		.max_burst = READ(multi, "max_burst"),
		.single_vertex_probe_opt =
			json_is_true(json_object_get(multi, "single_vertex_probe_opt")),
	};
#undef READ
}

/* Where a vertex of the document is in the record. */
struct reading {
	struct study_draft *draft;
	const json_t *vertices;
	uint8_t ttls[64];
	uint16_t indices[64];
};

static const char *address_of(const json_t *vertex)
{
	const char *address = json_string_value(json_object_get(vertex, "address"));

	return strcmp(address, "***") == 0 ? NULL : address;
}

static size_t place_of(const struct reading *r, const json_t *id)
{
	size_t i;
	json_t *vertex;

	json_array_foreach (r->vertices, i, vertex)
		if (json_equal(json_object_get(vertex, "id"), id))
			return i;
	abort();
}

/* Depth-first: somebody before each vertex leads to it. */
static void read_ttls(struct reading *r)
{
	size_t i, j;
	json_t *vertex, *id;

	json_array_foreach (r->vertices, i, vertex) {
		json_array_foreach (json_object_get(vertex, "successors"), j, id) {
			size_t far = place_of(r, id);

			if (!r->ttls[far])
				r->ttls[far] = (uint8_t)(r->ttls[i] + 1);
		}
	}
}

static void read_probes(struct reading *r, const json_t *vertex, uint8_t ttl)
{
	const json_t *flows = json_object_get(vertex, "flows");
	const json_t *rtts = json_object_get(vertex, "rtt");
	size_t i;
	json_t *rtt;

	if (!address_of(vertex))
		draft_add(&r->draft->draft, ttl, NULL, 0);
	json_array_foreach (rtts, i, rtt) {
		struct probe_record *p = draft_add(&r->draft->draft, ttl, address_of(vertex), 0);

		p->rtt_ns = (uint64_t)(json_real_value(rtt) * 1e6 + 0.5);
		p->flow = (uint16_t)json_integer_value(
			json_array_get(flows, json_array_size(flows) == 1 ? 0 : i));
	}
}

static int compare_probes(const void *a, const void *b)
{
	const struct probe_record *x = a, *y = b;

	if (x->ttl != y->ttl)
		return x->ttl - y->ttl;
	return x->flow != y->flow ? x->flow - y->flow : x->try - y->try;
}

static void read_graph(struct reading *r)
{
	size_t i, j;
	json_t *vertex, *id;

	for (uint8_t ttl = 0; ttl < 64; ttl++) {
		json_array_foreach (r->vertices, i, vertex) {
			if (r->ttls[i] != ttl)
				continue;
			r->indices[i] = study_draft_vertex(r->draft, ttl, address_of(vertex));
			if (ttl > 0)
				read_probes(r, vertex, ttl);
		}
	}
	json_array_foreach (r->vertices, i, vertex)
		json_array_foreach (json_object_get(vertex, "successors"), j, id)
			study_draft_link(r->draft, r->indices[i], r->indices[place_of(r, id)]);
}

bool study_draft_read(struct study_draft *d, const json_t *document, enum trace_direction direction)
{
	const json_t *single = json_object_get(document, "singlepath");
	struct reading r = { .draft = d };
	struct trace_record *t = &d->draft.trace;

	r.vertices = json_object_get(json_object_get(document, "traces"),
				     direction == TRACE_FORWARD ? "forward" : "reverse");
	if (!r.vertices)
		return false;
	draft_init(&d->draft, direction, json_string_value(json_object_get(document, "target")),
		   address_of(json_array_get(r.vertices, 0)), "192.0.2.1");
	study_draft_multipath(d);
	read_ttls(&r);
	read_graph(&r);
	qsort(d->draft.probes, t->probe_count, sizeof(*d->draft.probes), compare_probes);
	if (single) {
		t->mode = TRACE_SINGLEPATH;
		t->flow = (uint16_t)json_integer_value(json_object_get(single, "flow"));
		t->vertex_count = t->link_count = 0;
	}
	return true;
}
