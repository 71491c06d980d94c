// SPDX-License-Identifier: GPL-2.0-or-later
/* Documents of records made by hand. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "output/study.h"
#include "tests/unit/study_checks.h"
#include "tests/unit/study_drafts.h"

static json_t *document_of(const struct record_draft *forward, const struct record_draft *reverse)
{
	json_t *document = study_draft_document(forward, reverse);

	study_expect_sound(document, "document");
	return document;
}

/* "id address flows/round trips > successors" of each vertex, hashes left out. */
static void expect_vertices(json_t *document, const char *direction, const char *wanted)
{
	json_t *vertices = json_object_get(json_object_get(document, "traces"), direction);
	char text[2048] = "";
	size_t i, j;
	json_t *vertex, *id;

	json_array_foreach (vertices, i, vertex) {
		size_t len = strlen(text);

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%d %s %zu/%zu >",
					(int)json_integer_value(json_object_get(vertex, "id")),
					json_string_value(json_object_get(vertex, "address")),
					json_array_size(json_object_get(vertex, "flows")),
					json_array_size(json_object_get(vertex, "rtt")));
		json_array_foreach (json_object_get(vertex, "successors"), j, id)
			len += (size_t)snprintf(text + len, sizeof(text) - len, " %d",
						(int)json_integer_value(id));
		snprintf(text + len, sizeof(text) - len, "\n");
	}
	cr_assert_str_eq(text, wanted, "got:\n%s\nwant:\n%s", text, wanted);
}

static const char golden[] = "{\n"
			     "    \"target\": \"www.example.net\",\n"
			     "    \"protocol\": \"udp\",\n"
			     "    \"min_ttl\": 1,\n"
			     "    \"max_ttl\": 30,\n"
			     "    \"singlepath\": {\n"
			     "        \"flow\": 33500,\n"
			     "        \"probes\": 3\n"
			     "    },\n"
			     "    \"inter\": 0.02,\n"
			     "    \"timeout\": 2,\n"
			     "    \"abort\": 3,\n"
			     "    \"traces\": {\n"
			     "        \"forward\": [\n"
			     "            {\n"
			     "                \"id\": 1,\n"
			     "                \"hash\": 8164734727329645080,\n"
			     "                \"address\": \"192.0.2.1\",\n"
			     "                \"rtt\": [],\n"
			     "                \"flows\": [\n"
			     "                    33500\n"
			     "                ],\n"
			     "                \"successors\": [\n"
			     "                    2\n"
			     "                ]\n"
			     "            },\n"
			     "            {\n"
			     "                \"id\": 2,\n"
			     "                \"hash\": 3898423324580345448,\n"
			     "                \"address\": \"192.0.2.254\",\n"
			     "                \"rtt\": [\n"
			     "                    0.412,\n"
			     "                    0.398\n"
			     "                ],\n"
			     "                \"flows\": [\n"
			     "                    33500\n"
			     "                ],\n"
			     "                \"successors\": [\n"
			     "                    3\n"
			     "                ]\n"
			     "            },\n"
			     "            {\n"
			     "                \"id\": 3,\n"
			     "                \"hash\": 8885167634108007050,\n"
			     "                \"address\": \"***\",\n"
			     "                \"rtt\": [],\n"
			     "                \"flows\": [],\n"
			     "                \"successors\": [\n"
			     "                    4\n"
			     "                ]\n"
			     "            },\n"
			     "            {\n"
			     "                \"id\": 4,\n"
			     "                \"hash\": -8272594750838146555,\n"
			     "                \"address\": \"198.51.100.7\",\n"
			     "                \"rtt\": [\n"
			     "                    12.001234\n"
			     "                ],\n"
			     "                \"flows\": [\n"
			     "                    33500\n"
			     "                ],\n"
			     "                \"successors\": []\n"
			     "            }\n"
			     "        ]\n"
			     "    },\n"
			     "    \"hostnames\": {}\n"
			     "}";

Test(study_document, golden_text)
{
	struct record_draft d;
	char *text;

	study_draft_forward(&d);
	text = json_dumps(document_of(&d, NULL), STUDY_DUMP_FLAGS);
	cr_assert_str_eq(text, golden, "got:\n%s", text);
	free(text);
}

Test(study_document, two_way_pair_has_ids_of_its_own_in_each_direction)
{
	struct record_draft forward, reverse;
	json_t *document;

	study_draft_forward(&forward);
	draft_init(&reverse, TRACE_REVERSE, "www.example.net", "198.51.100.7", "192.0.2.1");
	draft_add(&reverse, 1, "198.51.100.254", 300);
	draft_add(&reverse, 2, "192.0.2.1", 500);
	document = document_of(&forward, &reverse);
	expect_vertices(document, "forward",
			"1 192.0.2.1 1/0 > 2\n"
			"2 192.0.2.254 1/2 > 3\n"
			"3 *** 0/0 > 4\n"
			"4 198.51.100.7 1/1 >\n");
	expect_vertices(document, "reverse",
			"5 198.51.100.7 1/0 > 6\n"
			"6 198.51.100.254 1/1 > 7\n"
			"7 192.0.2.1 1/1 >\n");
	json_decref(document);
}

Test(study_document, probes_beyond_the_end_are_left_out)
{
	struct record_draft d;
	json_t *document;

	study_draft_forward(&d);
	draft_add(&d, 4, "198.51.100.7", 900);
	draft_add(&d, 5, NULL, 0);
	d.trace.path_len = 3;
	document = document_of(&d, NULL);
	expect_vertices(document, "forward",
			"1 192.0.2.1 1/0 > 2\n"
			"2 192.0.2.254 1/2 > 3\n"
			"3 *** 0/0 > 4\n"
			"4 198.51.100.7 1/1 >\n");
	json_decref(document);
}

Test(study_document, arrivals_are_flows_and_answers_without_a_time_are_no_round_trips)
{
	struct record_draft d;
	json_t *document;

	draft_init(&d, TRACE_REVERSE, "www.example.net", "198.51.100.7", "192.0.2.1");
	draft_add(&d, 1, "198.51.100.254", 300);
	draft_add(&d, 1, "198.51.100.254", 0)->has_rtt = false;
	draft_add_arrival(&d, 2);
	draft_add_arrival(&d, 2);
	document = document_of(NULL, &d);
	expect_vertices(document, "reverse",
			"1 198.51.100.7 1/0 > 2\n"
			"2 198.51.100.254 1/1 > 3\n"
			"3 192.0.2.1 1/0 >\n");
	json_decref(document);
}

/* Two routers at a TTL of a single path, and two silent TTLs behind them. */
Test(study_document, silence_is_a_black_hole_behind_each_router)
{
	struct record_draft d;
	json_t *document;

	draft_init(&d, TRACE_FORWARD, "192.0.2.9", "192.0.2.1", "192.0.2.9");
	draft_add(&d, 1, "192.0.2.2", 100);
	draft_add(&d, 1, "192.0.2.3", 100);
	draft_add(&d, 1, "192.0.2.2", 100);
	draft_add(&d, 2, NULL, 0);
	draft_add(&d, 3, NULL, 0);
	draft_add(&d, 4, "192.0.2.4", 100);
	draft_add(&d, 5, "192.0.2.5", 100);
	draft_add(&d, 5, "192.0.2.6", 100);
	document = document_of(&d, NULL);
	expect_vertices(document, "forward",
			"1 192.0.2.1 1/0 > 2 8\n"
			"2 192.0.2.2 1/2 > 3\n"
			"3 *** 0/0 > 4\n"
			"4 *** 0/0 > 5\n"
			"5 192.0.2.4 1/1 > 6 7\n"
			"6 192.0.2.5 1/1 >\n"
			"7 192.0.2.6 1/1 >\n"
			"8 192.0.2.3 1/1 > 9\n"
			"9 *** 0/0 > 10\n"
			"10 *** 0/0 > 5\n");
	json_decref(document);
}

Test(study_document, black_holes_are_told_apart_by_what_is_before_them)
{
	struct record_draft d;
	json_t *document, *vertices;
	json_int_t hashes[10];

	draft_init(&d, TRACE_FORWARD, "192.0.2.9", "192.0.2.1", "192.0.2.9");
	draft_add(&d, 1, "192.0.2.2", 100);
	draft_add(&d, 1, "192.0.2.3", 100);
	draft_add(&d, 2, NULL, 0);
	draft_add(&d, 3, NULL, 0);
	draft_add(&d, 4, "192.0.2.9", 100);
	document = document_of(&d, NULL);
	vertices = json_object_get(json_object_get(document, "traces"), "forward");
	cr_assert_eq(json_array_size(vertices), 8);
	for (size_t i = 0; i < 8; i++) {
		hashes[i] =
			json_integer_value(json_object_get(json_array_get(vertices, i), "hash"));
		for (size_t j = 0; j < i; j++)
			cr_assert_neq(hashes[i], hashes[j], "%zu and %zu", i, j);
	}
	json_decref(document);
}

Test(study_document, first_ttl_may_be_any_and_may_be_silent)
{
	struct record_draft d;
	json_t *document;

	draft_init(&d, TRACE_FORWARD, "192.0.2.9", "192.0.2.1", "192.0.2.9");
	draft_add(&d, 7, NULL, 0);
	draft_add(&d, 8, "192.0.2.9", 100);
	document = document_of(&d, NULL);
	expect_vertices(document, "forward",
			"1 192.0.2.1 0/0 > 2\n"
			"2 *** 0/0 > 3\n"
			"3 192.0.2.9 1/1 >\n");
	json_decref(document);
}

Test(study_document, silence_alone_is_a_root_alone)
{
	struct record_draft d;
	json_t *document;

	draft_init(&d, TRACE_FORWARD, "192.0.2.9", "192.0.2.1", "192.0.2.9");
	draft_add(&d, 1, NULL, 0);
	draft_add(&d, 2, NULL, 0);
	d.trace.path_len = 0;
	document = document_of(&d, NULL);
	expect_vertices(document, "forward", "1 192.0.2.1 0/0 >\n");
	json_decref(document);
	d.trace.mode = TRACE_MDA;
	document = document_of(&d, NULL);
	expect_vertices(document, "forward", "1 192.0.2.1 0/0 >\n");
	json_decref(document);
}

static void draft_probe(struct study_draft *d, uint8_t ttl, const char *from, uint16_t flow)
{
	struct probe_record *p = draft_add(&d->draft, ttl, from, 100u * ttl);

	p->flow = flow;
	p->try = 0;
}

/* A diamond with a silent branch; the links in no order, one of them twice. */
static void draft_diamond(struct study_draft *d)
{
	uint16_t root, a, b, hole, end, beyond;

	draft_init(&d->draft, TRACE_FORWARD, "2001:db8::9", "2001:db8::1", "2001:db8::9");
	for (uint16_t flow = 20001; flow <= 20006; flow++)
		draft_probe(d, 1, flow == 20006 ? NULL : "2001:db8::2", flow);
	for (uint16_t flow = 20001; flow <= 20006; flow++)
		draft_probe(d, 2, flow < 20004 ? "2001:db8::3" : NULL, flow);
	for (uint16_t flow = 20001; flow <= 20006; flow++)
		draft_probe(d, 3, "2001:db8::9", flow);
	draft_probe(d, 4, "2001:db8::9", 20001);
	study_draft_multipath(d);
	root = study_draft_vertex(d, 0, "2001:db8::1");
	a = study_draft_vertex(d, 1, "2001:db8::2");
	b = study_draft_vertex(d, 2, "2001:db8::3");
	hole = study_draft_vertex(d, 2, NULL);
	end = study_draft_vertex(d, 3, "2001:db8::9");
	beyond = study_draft_vertex(d, 4, "2001:db8::9");
	study_draft_link(d, end, beyond);
	study_draft_link(d, hole, end);
	study_draft_link(d, a, hole);
	study_draft_link(d, a, b);
	study_draft_link(d, a, hole);
	study_draft_link(d, b, end);
	study_draft_link(d, root, a);
	d->draft.trace.path_len = 3;
}

Test(study_document, multipath_is_written_as_recorded)
{
	static struct study_draft d;
	json_t *document, *mode;

	draft_diamond(&d);
	document = document_of(&d.draft, NULL);
	expect_vertices(document, "forward",
			"1 2001:db8::1 5/0 > 2\n"
			"2 2001:db8::2 5/5 > 3 5\n"
			"3 2001:db8::3 3/3 > 4\n"
			"4 2001:db8::9 6/6 >\n"
			"5 *** 0/0 > 4\n");
	mode = json_object_get(document, "multipath");
	cr_assert_eq(json_real_value(json_object_get(mode, "confidence")), 0.05);
	cr_assert_eq(json_integer_value(json_object_get(mode, "retry")), 4);
	cr_assert_eq(json_integer_value(json_object_get(mode, "min_burst")), 20);
	cr_assert_eq(json_integer_value(json_object_get(mode, "max_burst")), 500);
	cr_assert(json_is_true(json_object_get(mode, "single_vertex_probe_opt")));
	cr_assert_null(json_object_get(document, "singlepath"));
	json_decref(document);
}

/* A balancer that ignores flows proves no links. */
Test(study_document, vertices_that_no_link_leads_to_come_last)
{
	static struct study_draft d;
	json_t *document;
	uint16_t root, a, b;

	draft_init(&d.draft, TRACE_FORWARD, "192.0.2.9", "192.0.2.1", "192.0.2.9");
	draft_probe(&d, 1, "192.0.2.2", 20001);
	draft_probe(&d, 2, "192.0.2.3", 20001);
	draft_probe(&d, 3, "192.0.2.9", 20001);
	study_draft_multipath(&d);
	d.draft.trace.is_per_packet = true;
	root = study_draft_vertex(&d, 0, "192.0.2.1");
	a = study_draft_vertex(&d, 1, "192.0.2.2");
	b = study_draft_vertex(&d, 2, "192.0.2.3");
	study_draft_vertex(&d, 3, "192.0.2.9");
	study_draft_link(&d, root, a);
	document = study_document(&study_draft_settings, &d.draft.trace, NULL, NULL, NULL);
	expect_vertices(document, "forward",
			"1 192.0.2.1 1/0 > 2\n"
			"2 192.0.2.2 1/1 >\n"
			"3 192.0.2.3 1/1 >\n"
			"4 192.0.2.9 1/1 >\n");
	json_decref(document);
	/* Nor may a link lead backwards or nowhere, whatever the record says. */
	study_draft_link(&d, b, a);
	study_draft_link(&d, b, b);
	study_draft_link(&d, b, 63);
	document = study_document(&study_draft_settings, &d.draft.trace, NULL, NULL, NULL);
	expect_vertices(document, "forward",
			"1 192.0.2.1 1/0 > 2\n"
			"2 192.0.2.2 1/1 >\n"
			"3 192.0.2.3 1/1 >\n"
			"4 192.0.2.9 1/1 >\n");
	json_decref(document);
}
