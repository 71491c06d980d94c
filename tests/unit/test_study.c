// SPDX-License-Identifier: GPL-2.0-or-later
/* Our documents beside those of the reference client. */
#include "output/study.h"

#include <criterion/criterion.h>
#include <math.h>

#include "tests/unit/study_checks.h"
#include "tests/unit/study_drafts.h"

/* Our document of what the reference's document says was measured. */
static json_t *document_again(const json_t *reference)
{
	static struct study_draft forward, reverse;
	struct study_settings settings = study_draft_read_settings(reference);
	bool has_forward = study_draft_read(&forward, reference, TRACE_FORWARD);
	bool has_reverse = study_draft_read(&reverse, reference, TRACE_REVERSE);
	json_t *document = study_document(&settings, has_forward ? &forward.draft.trace : NULL,
					  has_reverse ? &reverse.draft.trace : NULL, NULL, NULL);

	cr_assert_not_null(document);
	return document;
}

Test(study, reference_passes_our_checks)
{
	for (size_t i = 0; i < study_sample_count; i++) {
		json_t *reference = study_sample(study_samples[i]);

		study_expect_sound(reference, study_samples[i]);
		study_expect_shape(reference, reference, "");
		json_decref(reference);
	}
}

Test(study, keys_and_types_are_the_references)
{
	for (size_t i = 0; i < study_sample_count; i++) {
		json_t *reference = study_sample(study_samples[i]);
		json_t *ours = document_again(reference);

		study_expect_shape(reference, ours, "");
		study_expect_shape(ours, reference, "");
		study_expect_sound(ours, study_samples[i]);
		json_decref(reference);
		json_decref(ours);
	}
}

/* The order of keys is no part of JSON, but people read these files. */
Test(study, keys_are_in_the_references_order)
{
	for (size_t i = 0; i < study_sample_count; i++) {
		json_t *reference = study_sample(study_samples[i]);
		json_t *ours = document_again(reference);
		void *at = json_object_iter(reference);
		const char *key;
		json_t *value;

		json_object_foreach (ours, key, value) {
			cr_assert_str_eq(key, json_object_iter_key(at));
			at = json_object_iter_next(reference, at);
		}
		json_decref(reference);
		json_decref(ours);
	}
}

static const json_t *vertices_of(const json_t *document, const char *direction)
{
	return json_object_get(json_object_get(document, "traces"), direction);
}

static size_t place_of(const json_t *vertices, const json_t *id)
{
	size_t i;
	json_t *vertex;

	json_array_foreach (vertices, i, vertex)
		if (json_equal(json_object_get(vertex, "id"), id))
			break;
	return i;
}

/* How many elements of `wanted` `got` has; numbers to a nanosecond, as records are. */
static size_t count_common(const json_t *wanted, const json_t *got)
{
	size_t count = 0, i, j;
	json_t *a, *b;

	json_array_foreach (wanted, i, a) {
		json_array_foreach (got, j, b) {
			if (fabs(json_number_value(a) - json_number_value(b)) > 0.51e-6)
				continue;
			count++;
			break;
		}
	}
	return count;
}

static void expect_same_lists(const json_t *wanted, const json_t *got, const char *key)
{
	const json_t *a = json_object_get(wanted, key), *b = json_object_get(got, key);

	cr_assert_eq(json_array_size(a), json_array_size(b), "%s", key);
	cr_assert_eq(count_common(a, b), json_array_size(a), "%s", key);
}

static void expect_same_vertices(const json_t *wanted, const json_t *got)
{
	size_t i, j;
	json_t *vertex, *id;

	cr_assert_eq(json_array_size(wanted), json_array_size(got));
	json_array_foreach (wanted, i, vertex) {
		const json_t *other = json_array_get(got, i);
		const json_t *successors = json_object_get(other, "successors");

		cr_assert(json_equal(json_object_get(vertex, "address"),
				     json_object_get(other, "address")));
		expect_same_lists(vertex, other, "rtt");
		if (i > 0)
			expect_same_lists(vertex, other, "flows");
		cr_assert_eq(json_array_size(json_object_get(vertex, "successors")),
			     json_array_size(successors));
		json_array_foreach (json_object_get(vertex, "successors"), j, id)
			cr_assert_eq(place_of(wanted, id),
				     place_of(got, json_array_get(successors, j)));
	}
}

/* The reference leaves flows out of the root that it used at later hops only. */
static void expect_root_has_flows(const json_t *wanted, const json_t *got)
{
	const json_t *flows = json_object_get(json_array_get(wanted, 0), "flows");

	cr_assert_eq(count_common(flows, json_object_get(json_array_get(got, 0), "flows")),
		     json_array_size(flows));
}

Test(study, what_the_reference_measured_comes_out_again)
{
	static const char *const directions[] = { "forward", "reverse" };

	for (size_t i = 0; i < study_sample_count; i++) {
		json_t *reference = study_sample(study_samples[i]);
		json_t *ours = document_again(reference);

		for (size_t j = 0; j < 2; j++) {
			const json_t *wanted = vertices_of(reference, directions[j]);
			const json_t *got = vertices_of(ours, directions[j]);

			cr_assert_eq(wanted != NULL, got != NULL);
			if (!wanted)
				continue;
			expect_same_vertices(wanted, got);
			expect_root_has_flows(wanted, got);
		}
		json_object_del(reference, "traces");
		json_object_del(ours, "traces");
		json_object_clear(json_object_get(reference, "hostnames"));
		cr_assert(json_equal(reference, ours), "got %s", json_dumps(ours, 0));
		json_decref(reference);
		json_decref(ours);
	}
}
