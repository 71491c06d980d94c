// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/study_checks.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"

enum { VERTICES_MAX = 128 };

const char *const study_samples[] = {
	"main-asym-two-way-udp-single-v4.json",
	"indirect-fwdto-allowed-udp-multi-v4.json",
	"main-ecmp-two-way-udp-multi-silenthop-hostnames-v4.json",
	"main-ecmp-two-way-udp-multi-v6.json",
};
const size_t study_sample_count = ARRAY_LEN(study_samples);

json_t *study_sample(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];
	json_error_t error;
	json_t *document;

	snprintf(path, sizeof(path), "%s/tests/study/%s", srcdir ? srcdir : ".", name);
	document = json_load_file(path, 0, &error);
	cr_assert_not_null(document, "%s: %s", path, error.text);
	return document;
}

/* "inter" and "timeout" are what was typed, with a point or without. */
static int is_number_as_typed(const char *key)
{
	return strcmp(key, "inter") == 0 || strcmp(key, "timeout") == 0;
}

static void expect_keys(json_t *reference, json_t *ours, const char *where)
{
	const char *key;
	json_t *value;

	cr_assert_eq(json_object_size(reference), json_object_size(ours), "%s", where);
	json_object_foreach (ours, key, value) {
		json_t *wanted = json_object_get(reference, key);
		char below[256];

		snprintf(below, sizeof(below), "%s.%s", where, key);
		cr_assert_not_null(wanted, "%s is not in the reference", below);
		if (is_number_as_typed(key))
			cr_assert(json_is_number(value), "%s", below);
		else
			study_expect_shape(wanted, value, below);
	}
}

/* Under keys that are no names of fields: each value like the first of the reference. */
static void expect_values(json_t *reference, json_t *ours, const char *where)
{
	json_t *wanted = json_object_iter_value(json_object_iter(reference));
	const char *key;
	json_t *value;
	char below[256];

	json_object_foreach (ours, key, value) {
		snprintf(below, sizeof(below), "%s.%s", where, key);
		if (wanted)
			study_expect_shape(wanted, value, below);
	}
}

void study_expect_shape(json_t *reference, json_t *ours, const char *where)
{
	json_t *wanted = NULL;
	size_t i;
	json_t *element;

	if (json_is_boolean(reference)) {
		cr_assert(json_is_boolean(ours), "%s", where);
		return;
	}
	cr_assert_eq(json_typeof(reference), json_typeof(ours), "%s: type %d, want %d", where,
		     (int)json_typeof(ours), (int)json_typeof(reference));
	if (json_is_object(reference)) {
		if (strcmp(where, ".traces") == 0 || strcmp(where, ".hostnames") == 0)
			expect_values(reference, ours, where);
		else
			expect_keys(reference, ours, where);
	}
	if (!json_is_array(reference))
		return;
	/* The root has no round trips: look for a vertex that has some. */
	json_array_foreach (reference, i, element)
		if (!wanted || json_array_size(json_object_get(wanted, "rtt")) == 0)
			wanted = element;
	json_array_foreach (ours, i, element)
		if (wanted)
			study_expect_shape(wanted, element, where);
}

/* The vertices of one direction, by place. */
struct list {
	json_t *vertices[VERTICES_MAX];
	size_t count;
	const char *where;
};

static json_int_t id_of(json_t *vertex)
{
	return json_integer_value(json_object_get(vertex, "id"));
}

static const char *address_of(json_t *vertex)
{
	return json_string_value(json_object_get(vertex, "address"));
}

static bool is_black_hole(json_t *vertex)
{
	return strcmp(address_of(vertex), "***") == 0;
}

static size_t place_of(const struct list *l, json_int_t id)
{
	for (size_t i = 0; i < l->count; i++)
		if (id_of(l->vertices[i]) == id)
			return i;
	cr_assert_fail("%s: no vertex %lld", l->where, (long long)id);
	return 0;
}

static bool has_flow(json_t *vertex, json_int_t flow)
{
	size_t i;
	json_t *value;

	json_array_foreach (json_object_get(vertex, "flows"), i, value)
		if (json_integer_value(value) == flow)
			return true;
	return false;
}

static bool share_a_flow(json_t *a, json_t *b)
{
	size_t i;
	json_t *value;

	json_array_foreach (json_object_get(a, "flows"), i, value)
		if (has_flow(b, json_integer_value(value)))
			return true;
	return false;
}

static void expect_vertex_sound(const struct list *l, size_t place)
{
	json_t *vertex = l->vertices[place];
	json_t *rtts = json_object_get(vertex, "rtt");
	json_t *flows = json_object_get(vertex, "flows");
	size_t i, j;
	json_t *value;

	if (is_black_hole(vertex) || place == 0)
		cr_assert_eq(json_array_size(rtts), 0, "%s: place %zu", l->where, place);
	if (is_black_hole(vertex))
		cr_assert_eq(json_array_size(flows), 0, "%s: place %zu", l->where, place);
	else if (place > 0)
		cr_assert_gt(json_array_size(flows), 0, "%s: place %zu", l->where, place);
	json_array_foreach (rtts, i, value)
		cr_assert(json_is_real(value) && json_real_value(value) >= 0, "%s", l->where);
	json_array_foreach (flows, i, value) {
		cr_assert(json_integer_value(value) > 0 && json_integer_value(value) <= 65535);
		for (j = 0; j < i; j++)
			cr_assert_neq(json_integer_value(value),
				      json_integer_value(json_array_get(flows, j)), "%s", l->where);
	}
}

/* A real vertex and its real successor were seen by one flow at least. */
static void expect_ways_sound(const struct list *l, size_t place)
{
	json_t *vertex = l->vertices[place];
	size_t i;
	json_t *value;

	json_array_foreach (json_object_get(vertex, "successors"), i, value) {
		size_t far = place_of(l, json_integer_value(value));

		cr_assert_neq(far, place, "%s", l->where);
		cr_assert_neq(far, 0, "%s: the root is a successor", l->where);
		if (!is_black_hole(vertex) && !is_black_hole(l->vertices[far]))
			cr_assert(share_a_flow(vertex, l->vertices[far]), "%s: %s, %s", l->where,
				  address_of(vertex), address_of(l->vertices[far]));
	}
}

/* Every flow of the root got to one of its successors. */
static void expect_root_sound(const struct list *l)
{
	size_t i, j;
	json_t *flow, *id;

	json_array_foreach (json_object_get(l->vertices[0], "flows"), i, flow) {
		bool arrived = false;

		json_array_foreach (json_object_get(l->vertices[0], "successors"), j, id)
			arrived |= has_flow(l->vertices[place_of(l, json_integer_value(id))],
					    json_integer_value(flow));
		cr_assert(arrived, "%s: flow %lld of the root", l->where,
			  (long long)json_integer_value(flow));
	}
}

static void visit(const struct list *l, size_t place, bool seen[VERTICES_MAX], size_t *count)
{
	size_t i;
	json_t *value;

	if (seen[place])
		return;
	seen[place] = true;
	cr_assert_eq(*count, place, "%s: place %zu is not the next depth-first", l->where, place);
	(*count)++;
	json_array_foreach (json_object_get(l->vertices[place], "successors"), i, value)
		visit(l, place_of(l, json_integer_value(value)), seen, count);
}

static void expect_list_sound(json_t *vertices, const char *where)
{
	struct list l = { .where = where };
	bool seen[VERTICES_MAX] = { false };
	size_t count = 0, i;
	json_t *vertex;

	cr_assert(json_array_size(vertices) > 0 && json_array_size(vertices) <= VERTICES_MAX);
	json_array_foreach (vertices, i, vertex)
		l.vertices[l.count++] = vertex;
	for (size_t place = 0; place < l.count; place++) {
		expect_vertex_sound(&l, place);
		expect_ways_sound(&l, place);
	}
	expect_root_sound(&l);
	visit(&l, 0, seen, &count);
	cr_assert_eq(count, l.count, "%s: vertices that no way leads to", where);
}

/* Ids are unique; one address has one hash, and no two addresses have the same. */
static void expect_ids_sound(json_t *traces, const char *where)
{
	json_t *all[2 * VERTICES_MAX];
	size_t count = 0, i;
	const char *key;
	json_t *vertices, *vertex;

	json_object_foreach (traces, key, vertices)
		json_array_foreach (vertices, i, vertex)
			all[count++] = vertex;
	for (size_t a = 0; a < count; a++) {
		for (size_t b = 0; b < a; b++) {
			bool is_equal = json_equal(json_object_get(all[a], "hash"),
						   json_object_get(all[b], "hash"));

			cr_assert_neq(id_of(all[a]), id_of(all[b]), "%s", where);
			if (!is_black_hole(all[a]) || !is_black_hole(all[b]))
				cr_assert_eq(is_equal,
					     strcmp(address_of(all[a]), address_of(all[b])) == 0,
					     "%s: %s, %s", where, address_of(all[a]),
					     address_of(all[b]));
		}
	}
}

void study_expect_sound(json_t *document, const char *where)
{
	json_t *traces = json_object_get(document, "traces");
	const char *key;
	json_t *vertices;

	cr_assert_gt(json_object_size(traces), 0);
	json_object_foreach (traces, key, vertices) {
		cr_assert(strcmp(key, "forward") == 0 || strcmp(key, "reverse") == 0);
		expect_list_sound(vertices, where);
	}
	expect_ids_sound(traces, where);
}
