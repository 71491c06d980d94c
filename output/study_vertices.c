// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/study_vertices.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "output/study_place.h"

#define BLACK_HOLE "***"
#define RTT_MAX_MS 3.6e6 /* nobody waits for an hour */

enum { WHERE_LEN = 64 };

static const char *const vertex_keys[] = { "id",    "hash",	  "address", "rtt",
					   "flows", "successors", NULL };

/* What an id of the document stands for. */
struct name_of_vertex {
	json_int_t id;
	uint32_t direction;
	uint32_t index;
};

struct id_table {
	struct name_of_vertex *entries;
	size_t count;
};

const char *study_direction_name(enum trace_direction direction)
{
	return direction == TRACE_FORWARD ? "forward" : "reverse";
}

static const char *where_is(enum trace_direction direction, size_t index, const char *field,
			    char text[static WHERE_LEN])
{
	snprintf(text, WHERE_LEN, "traces.%s[%zu]%s", study_direction_name(direction), index,
		 field);
	return text;
}

static int compare_u16(const void *a, const void *b)
{
	uint16_t x = *(const uint16_t *)a, y = *(const uint16_t *)b;

	return x < y ? -1 : x > y;
}

static int compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static int compare_ids(const void *a, const void *b)
{
	const struct name_of_vertex *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* --- one vertex ---------------------------------------------------------------------- */

static void read_address(struct study_reader *r, const json_t *vertex, struct study_input *input,
			 struct study_vertex *v, const char *where)
{
	const char *text = json_string_value(json_object_get(vertex, "address"));
	bool is_known = input->paths[0].vertex_count + input->paths[1].vertex_count > 0;

	if (!text) {
		study_fail(r, "%s.address: not a string", where);
		return;
	}
	v->is_hole = strcmp(text, BLACK_HOLE) == 0;
	if (v->is_hole)
		return;
	if (!addr_from_text(text, &v->addr)) {
		study_fail(r, "%s.address: neither an address nor %s", where, BLACK_HOLE);
		return;
	}
	/* The root has an address, so the first vertex of all decides. */
	if (is_known && input->is_v6 == addr_is_v4(&v->addr))
		study_fail(r, "%s.address: of the other family", where);
	input->is_v6 = !addr_is_v4(&v->addr);
}

static void read_rtts(struct study_reader *r, const json_t *list, struct study_path *path,
		      struct study_vertex *v, const char *where)
{

	v->first_rtt = path->rtt_count;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *value = json_array_get(list, i);

		double ms = json_number_value(value);

		if (!json_is_number(value) || !(ms >= 0 && ms < RTT_MAX_MS)) {
			study_fail(r, "%s.rtt: not milliseconds from 0 to %.0f", where, RTT_MAX_MS);
			return;
		}
		path->rtts_ns[path->rtt_count++] = (uint64_t)llround(ms * 1e6);
	}
	v->rtt_count = path->rtt_count - v->first_rtt;
}

static void read_flows(struct study_reader *r, const json_t *list, struct study_path *path,
		       struct study_vertex *v, const char *where)
{
	uint16_t *flows = path->flows + path->flow_count;

	v->first_flow = path->flow_count;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *value = json_array_get(list, i);

		json_int_t flow = json_integer_value(value);

		if (!json_is_integer(value) || flow < 1 || flow > UINT16_MAX) {
			study_fail(r, "%s.flows: not an integer from 1 to 65535", where);
			return;
		}
		path->flows[path->flow_count++] = (uint16_t)flow;
	}
	v->flow_count = path->flow_count - v->first_flow;
	qsort(flows, v->flow_count, sizeof(*flows), compare_u16);
	for (size_t i = 1; i < v->flow_count; i++)
		if (flows[i] == flows[i - 1])
			study_fail(r, "%s.flows: %u twice", where, flows[i]);
}

static const json_t *list_of(struct study_reader *r, const json_t *vertex, const char *key,
			     const char *where)
{
	const json_t *list = json_object_get(vertex, key);

	if (!json_is_array(list))
		study_fail(r, "%s.%s: not a list", where, key);
	return list;
}

/* All but its successors, whose ids may come later.  Returns its id. */
static json_int_t read_vertex(struct study_reader *r, const json_t *vertex,
			      struct study_input *input, enum trace_direction direction)
{
	struct study_path *path = &input->paths[direction];
	struct study_vertex v = { 0 };
	size_t index = path->vertex_count;
	const json_t *rtts, *flows;
	char where[WHERE_LEN], at[WHERE_LEN];

	where_is(direction, index, "", where);
	study_expect_keys(r, vertex, vertex_keys, where);
	if (r->err)
		return 0;
	study_integer(r, json_object_get(vertex, "hash"), INT64_MIN, INT64_MAX,
		      where_is(direction, index, ".hash", at));
	read_address(r, vertex, input, &v, where);
	rtts = list_of(r, vertex, "rtt", where);
	flows = list_of(r, vertex, "flows", where);
	list_of(r, vertex, "successors", where);
	if (index == 0 && v.is_hole)
		study_fail(r, "%s: a black hole as the root", where);
	if (json_array_size(rtts) > 0 && (index == 0 || v.is_hole))
		study_fail(r, "%s.rtt: round trips of %s", where,
			   v.is_hole ? "nobody" : "the root");
	if (json_array_size(flows) > 0 && v.is_hole)
		study_fail(r, "%s.flows: flows that reached nobody", where);
	if (!r->err) {
		read_rtts(r, rtts, path, &v, where);
		read_flows(r, flows, path, &v, where);
		path->vertices[path->vertex_count++] = v;
	}
	return study_integer(r, json_object_get(vertex, "id"), INT64_MIN, INT64_MAX,
			     where_is(direction, index, ".id", at));
}

/* --- the ways ------------------------------------------------------------------------ */

static void read_successors(struct study_reader *r, const json_t *list, const struct id_table *ids,
			    struct study_path *path, enum trace_direction direction, size_t index)
{
	struct study_vertex *v = &path->vertices[index];
	uint32_t *far = path->successors + path->successor_count;
	char where[WHERE_LEN];

	where_is(direction, index, ".successors", where);
	v->first_successor = path->successor_count;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *value = json_array_get(list, i);

		struct name_of_vertex wanted = { .id = json_integer_value(value) };
		const struct name_of_vertex *found;

		found = bsearch(&wanted, ids->entries, ids->count, sizeof(wanted), compare_ids);
		if (!json_is_integer(value))
			study_fail(r, "%s: not an integer", where);
		else if (!found || found->direction != direction)
			study_fail(r, "%s: no vertex of this direction has that id", where);
		else if (found->index == 0)
			study_fail(r, "%s: the root", where);
		if (r->err || !found)
			return;
		path->successors[path->successor_count++] = found->index;
	}
	v->successor_count = path->successor_count - v->first_successor;
	qsort(far, v->successor_count, sizeof(*far), compare_u32);
	for (size_t i = 1; i < v->successor_count; i++)
		if (far[i] == far[i - 1])
			study_fail(r, "%s: a vertex twice", where);
}

static void place(struct study_reader *r, struct study_input *input, enum trace_direction direction)
{
	const char *name = study_direction_name(direction);

	switch (study_place(&input->paths[direction], input->min_ttl)) {
	case 0:
		return;
	case -ELOOP:
		study_fail(r, "traces.%s: the ways make a circle", name);
		return;
	case -ERANGE:
		study_fail(r, "traces.%s: the ways are longer than TTLs go", name);
		return;
	default:
		r->err = -ENOMEM;
	}
}

static void read_ways(struct study_reader *r, const json_t *list, const struct id_table *ids,
		      struct study_input *input, enum trace_direction direction)
{
	struct study_path *path = &input->paths[direction];

	for (size_t i = 0; i < path->vertex_count && !r->err; i++)
		read_successors(r, json_object_get(json_array_get(list, i), "successors"), ids,
				path, direction, i);
	if (path->vertex_count > 0 && !r->err)
		place(r, input, direction);
}

/* --- all of them --------------------------------------------------------------------- */

/* Room for what the lists have, which may be of any shape still. */
static int path_init(struct study_path *path, const json_t *list)
{
	size_t rtts = 1, flows = 1, successors = 1;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *vertex = json_array_get(list, i);

		rtts += json_array_size(json_object_get(vertex, "rtt"));
		flows += json_array_size(json_object_get(vertex, "flows"));
		successors += json_array_size(json_object_get(vertex, "successors"));
	}
	path->vertices = calloc(json_array_size(list) + 1, sizeof(*path->vertices));
	path->rtts_ns = calloc(rtts, sizeof(*path->rtts_ns));
	path->flows = calloc(flows, sizeof(*path->flows));
	path->successors = calloc(successors, sizeof(*path->successors));
	return path->vertices && path->rtts_ns && path->flows && path->successors ? 0 : -ENOMEM;
}

static void read_list(struct study_reader *r, const json_t *list, struct id_table *ids,
		      struct study_input *input, enum trace_direction direction)
{

	if (!json_is_array(list) || json_array_size(list) == 0) {
		study_fail(r, "traces.%s: not a list of vertices", study_direction_name(direction));
		return;
	}
	if (path_init(&input->paths[direction], list))
		r->err = -ENOMEM;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *vertex = json_array_get(list, i);

		if (r->err)
			return;
		ids->entries[ids->count++] = (struct name_of_vertex){
			.id = read_vertex(r, vertex, input, direction),
			.direction = direction,
			.index = (uint32_t)i,
		};
	}
}

static void sort_ids(struct study_reader *r, struct id_table *ids)
{
	qsort(ids->entries, ids->count, sizeof(*ids->entries), compare_ids);
	for (size_t i = 1; i < ids->count; i++)
		if (ids->entries[i].id == ids->entries[i - 1].id)
			study_fail(r, "traces: the id %lld twice", (long long)ids->entries[i].id);
}

void study_read_paths(struct study_reader *r, const json_t *traces, struct study_input *input)
{
	const json_t *lists[2] = { json_object_get(traces, "forward"),
				   json_object_get(traces, "reverse") };
	struct id_table ids = { 0 };

	if (!json_is_object(traces) || json_object_size(traces) == 0 ||
	    json_object_size(traces) != (size_t) !!lists[0] + !!lists[1]) {
		study_fail(r, "traces: not an object of forward, reverse, or both");
		return;
	}
	ids.entries = calloc(json_array_size(lists[0]) + json_array_size(lists[1]) + 1,
			     sizeof(*ids.entries));
	if (!ids.entries)
		r->err = -ENOMEM;
	for (int i = 0; i < 2 && !r->err; i++)
		if (lists[i])
			read_list(r, lists[i], &ids, input, (enum trace_direction)i);
	if (!r->err)
		sort_ids(r, &ids);
	for (int i = 0; i < 2 && !r->err; i++)
		read_ways(r, lists[i], &ids, input, (enum trace_direction)i);
	free(ids.entries);
}
