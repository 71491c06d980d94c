// SPDX-License-Identifier: GPL-2.0-or-later
/* Documents of strangers: which are taken, what is read of them, and why others are not. */
#include "output/study_read.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "output/json_scan.h"
#include "output/study.h"
#include "tests/support/input.h"
#include "tests/unit/malformed.h"
#include "tests/unit/study_checks.h"
#include "tests/unit/study_drafts.h"

static void read_good(const char *text, struct study_input *ret_input)
{
	char reason[STUDY_REASON_LEN] = "";
	int err = study_read(text, strlen(text), ret_input, reason);

	cr_assert_eq(err, 0, "%d: %s", err, reason);
}

static void read_json(json_t *document, struct study_input *ret_input)
{
	char *text = json_dumps(document, 0);

	read_good(text, ret_input);
	free(text);
}

static void check_refused(const struct malformed *row, size_t line)
{
	char reason[STUDY_REASON_LEN] = "";
	struct study_input input;
	/* Exactly as long, so that a sanitizer sees a read past its end. */
	char *copy = malloc(row->len + !row->len);
	int err;

	memcpy(copy, row->text, row->len);
	err = study_read(copy, row->len, &input, reason);
	cr_expect_eq(err, row->err, "line %zu: %d, not %d: %s", line, err, row->err, reason);
	/* Where in the text is jansson's to say. */
	cr_expect_eq(strncmp(reason, row->reason, strlen(row->reason)), 0,
		     "line %zu: '%s', not '%s'", line, reason, row->reason);
	cr_expect(row->err == -EBADMSG || strlen(reason) == strlen(row->reason), "line %zu: '%s'",
		  line, reason);
	free(copy);
}

Test(study_read, each_row_of_the_table_is_refused_for_its_reason)
{
	cr_assert_geq(malformed_each(check_refused), 200);
}

Test(study_read, each_prefix_of_a_document_is_refused)
{
	char *text = json_dumps(study_sample(study_samples[0]), JSON_COMPACT);

	for (size_t len = 0; len < strlen(text); len++) {
		char reason[STUDY_REASON_LEN] = "";
		struct study_input input;

		cr_assert_eq(study_read(text, len, &input, reason), -EBADMSG, "%zu bytes", len);
	}
	free(text);
}

Test(study_read, the_references_documents_are_taken)
{
	for (size_t i = 0; i < study_sample_count; i++) {
		json_t *document = study_sample(study_samples[i]);
		struct study_input input;

		read_json(document, &input);
		for (int d = 0; d < 2; d++)
			cr_expect_eq(input.paths[d].placed_count, input.paths[d].vertex_count,
				     "%s: vertices without a TTL", study_samples[i]);
		study_input_fini(&input);
		json_decref(document);
	}
}

/* Of what the reference measured, and of our own. */
Test(study_read, our_documents_are_taken)
{
	struct study_input input;
	struct record_draft own;
	json_t *document;

	study_draft_forward(&own);
	document = study_draft_document(&own, NULL);
	read_json(document, &input);
	cr_assert_eq(input.paths[TRACE_FORWARD].vertex_count, 4);
	study_input_fini(&input);
	json_decref(document);
	for (size_t i = 0; i < study_sample_count; i++) {
		json_t *sample = study_sample(study_samples[i]);
		struct study_settings settings = study_draft_read_settings(sample);
		struct study_draft drafts[2];
		const struct trace_record *traces[2] = { NULL, NULL };

		for (int d = 0; d < 2; d++)
			if (study_draft_read(&drafts[d], sample, (enum trace_direction)d))
				traces[d] = &drafts[d].draft.trace;
		document = study_document(&settings, traces[0], traces[1], NULL, NULL);
		read_json(document, &input);
		study_input_fini(&input);
		json_decref(document);
		json_decref(sample);
	}
}

static const struct study_vertex *vertex_of(const struct study_input *input,
					    enum trace_direction direction, const char *address)
{
	const struct study_path *path = &input->paths[direction];

	for (size_t i = 0; i < path->vertex_count; i++) {
		char text[ADDR_TEXT_LEN];

		if (strcmp(addr_to_text(&path->vertices[i].addr, text), address) == 0)
			return &path->vertices[i];
	}
	cr_assert_fail("no vertex %s", address);
	return NULL;
}

#define ROOT \
	"{\"id\":1,\"hash\":0,\"address\":\"192.0.2.1\",\"rtt\":[],\"flows\":[7],\"successors\":["
#define SETTINGS(min_ttl)                                                                  \
	"{\"target\":\"a\",\"protocol\":\"tcp\",\"min_ttl\":" min_ttl ",\"max_ttl\":255,"  \
	"\"singlepath\":{\"flow\":80,\"probes\":1},\"inter\":0,\"timeout\":2,\"abort\":3," \
	"\"hostnames\":{\"192.0.2.2\":[\"b\",\"c\"]},\"traces\":{\"forward\":["
#define VERTEX(id, rtt, successors)                                               \
	",{\"id\":" id ",\"hash\":0,\"address\":\"192.0.2." id "\",\"rtt\":[" rtt \
	"],\"flows\":[9,7],\"successors\":[" successors "]}"

Test(study_read, what_is_read)
{
	const struct study_vertex *v;
	const struct study_path *path;
	struct study_input input;

	read_good(SETTINGS("3") ROOT "2]}" VERTEX("2", "1.5,0,0.000001", "") "]}}", &input);
	path = &input.paths[TRACE_FORWARD];
	cr_assert_str_eq(input.target, "a");
	cr_assert_eq(input.proto, 6);
	cr_assert_eq(input.flow, 80);
	cr_assert_eq(input.mode, TRACE_SINGLEPATH);
	cr_assert_eq(path->vertex_count, 2);
	cr_assert_eq(path->last_ttl, 3);
	v = vertex_of(&input, TRACE_FORWARD, "192.0.2.2");
	cr_assert_eq(v->ttl, 3, "the first hop has min_ttl");
	cr_assert_eq(v->rtt_count, 3);
	cr_assert_eq(path->rtts_ns[v->first_rtt], 1500000);
	cr_assert_eq(path->rtts_ns[v->first_rtt + 2], 1);
	cr_assert_eq(v->flow_count, 2);
	cr_assert_eq(path->flows[v->first_flow], 7);
	cr_assert_eq(input.name_count, 1);
	cr_assert_str_eq(input.names[0].name, "b");
	study_input_fini(&input);
}

Test(study_read, ttls_are_those_of_the_longest_way)
{
	struct study_input input;

	read_good(SETTINGS("1") ROOT "2,3]}" VERTEX("4", "", "") VERTEX("3", "", "4")
			  VERTEX("2", "", "3,4") VERTEX("5", "", "6") VERTEX("6", "", "") "]}}",
		  &input);
	cr_assert_eq(vertex_of(&input, TRACE_FORWARD, "192.0.2.2")->ttl, 1);
	cr_assert_eq(vertex_of(&input, TRACE_FORWARD, "192.0.2.3")->ttl, 2);
	cr_assert_eq(vertex_of(&input, TRACE_FORWARD, "192.0.2.4")->ttl, 3);
	cr_assert_not(vertex_of(&input, TRACE_FORWARD, "192.0.2.5")->is_placed);
	cr_assert_not(vertex_of(&input, TRACE_FORWARD, "192.0.2.6")->is_placed);
	cr_assert_eq(input.paths[TRACE_FORWARD].placed_count, 4);
	study_input_fini(&input);
}

/* 255 is the last TTL, and no more than that is refused. */
Test(study_read, a_path_as_long_as_can_be)
{
	char text[65536];

	for (int count = 254; count <= 256; count++) {
		char reason[STUDY_REASON_LEN] = "";
		struct study_input input;
		size_t len = (size_t)sprintf(text, "%s%s1000]}", SETTINGS("1"), ROOT);
		int err;

		for (int i = 0; i < count; i++)
			len += (size_t)sprintf(text + len,
					       ",{\"id\":%d,\"hash\":0,\"address\":\"***\",\"rtt\":"
					       "[],\"flows\":[],\"successors\":[%.*d]}",
					       1000 + i, i + 1 < count ? 4 : 0,
					       i + 1 < count ? 1001 + i : 0);
		len += (size_t)sprintf(text + len, "]}}");
		err = study_read(text, len, &input, reason);
		cr_assert_eq(err, count > 255 ? -EINVAL : 0, "%d: %s", count, reason);
		if (!err) {
			cr_assert_eq(input.paths[TRACE_FORWARD].last_ttl, count);
			study_input_fini(&input);
		}
	}
}

Test(study_read, what_is_too_much_costs_no_memory)
{
	enum { LEN = 8 << 20 };
	char reason[STUDY_REASON_LEN];
	struct study_input input;
	char *text = malloc(LEN);
	long before;

	memset(text, '[', LEN);
	before = input_peak_kib();
	cr_assert_eq(study_read(text, LEN, &input, reason), -E2BIG);
	for (size_t i = 0; i < LEN; i++)
		text[i] = ",0"[i % 2];
	text[0] = '[';
	cr_assert_eq(study_read(text, LEN, &input, reason), -E2BIG);
	cr_assert_lt(input_peak_kib() - before, 4096);
	free(text);
}

Test(study_read, brackets_in_strings_do_not_count)
{
	static const char text[] = "{\"a[[[\\\"{\":\"]],,:\\\\\",\"b\":[1,2]}";
	struct json_size size = json_scan(text, sizeof(text) - 1);

	cr_assert_eq(size.depth, 2);
	cr_assert_geq(size.nodes, 7);
	cr_assert_leq(size.nodes, 8);
}
