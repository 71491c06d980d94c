// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/study_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "output/json_scan.h"
#include "output/study_reader.h"
#include "output/study_vertices.h"
#include "wire/headers.h"

/* Wider than what any client offers, and narrow enough to be stored. */
#define SECONDS_MAX    86400.0
#define COUNT_MAX      65535
#define TARGET_LEN_MAX 255
#define NAME_LEN_MAX   1024 /* longer than DNS has: an /etc/hosts may be odd */
#define NAMES_MAX      256  /* of one address */

static const char *const single_keys[] = { "target",	 "protocol",  "min_ttl", "max_ttl",
					   "singlepath", "inter",     "timeout", "abort",
					   "traces",	 "hostnames", NULL };
static const char *const multi_keys[] = { "target",    "protocol",  "min_ttl", "max_ttl",
					  "multipath", "inter",	    "timeout", "abort",
					  "traces",    "hostnames", NULL };
static const char *const singlepath_keys[] = { "flow", "probes", NULL };
static const char *const multipath_keys[] = {
	"confidence", "retry", "min_burst", "max_burst", "single_vertex_probe_opt", NULL
};
static const char *const protocols[] = { "udp", "tcp", "icmp" };

static uint8_t number_of_protocol(struct study_reader *r, const json_t *value)
{
	static const uint8_t numbers[] = { PROTO_UDP, PROTO_TCP, PROTO_ICMP };
	const char *text = json_string_value(value);

	for (size_t i = 0; text && i < sizeof(numbers); i++)
		if (strcmp(text, protocols[i]) == 0)
			return numbers[i];
	study_fail(r, "protocol: neither udp nor tcp nor icmp");
	return 0;
}

static void read_mode(struct study_reader *r, const json_t *document, struct study_input *input)
{
	const json_t *single = json_object_get(document, "singlepath");
	const json_t *multi = json_object_get(document, "multipath");

	if (single) {
		input->mode = TRACE_SINGLEPATH;
		study_expect_keys(r, single, singlepath_keys, "singlepath");
		input->flow = (uint16_t)study_integer_of(r, single, "flow", 1, UINT16_MAX);
		study_integer_of(r, single, "probes", 1, COUNT_MAX);
		return;
	}
	input->mode = TRACE_MDA;
	study_expect_keys(r, multi, multipath_keys, "multipath");
	input->confidence = study_number_of(r, multi, "confidence", 0, 1);
	if (!(input->confidence > 0 && input->confidence < 1))
		study_fail(r, "confidence: not between 0 and 1");
	study_integer_of(r, multi, "retry", 0, COUNT_MAX);
	study_integer_of(r, multi, "min_burst", 1, COUNT_MAX);
	study_integer_of(r, multi, "max_burst", 1, COUNT_MAX);
	study_boolean_of(r, multi, "single_vertex_probe_opt");
}

static void read_settings(struct study_reader *r, const json_t *document, struct study_input *input)
{
	bool is_single = json_object_get(document, "singlepath");

	study_expect_keys(r, document, is_single ? single_keys : multi_keys, "document");
	input->target =
		study_text(r, json_object_get(document, "target"), TARGET_LEN_MAX, "target");
	input->proto = number_of_protocol(r, json_object_get(document, "protocol"));
	input->min_ttl = (uint8_t)study_integer_of(r, document, "min_ttl", 1, UINT8_MAX);
	input->max_ttl = (uint8_t)study_integer_of(r, document, "max_ttl", 1, UINT8_MAX);
	if (input->max_ttl < input->min_ttl)
		study_fail(r, "max_ttl: less than min_ttl");
	if (!r->err)
		read_mode(r, document, input);
	study_number_of(r, document, "inter", 0, SECONDS_MAX);
	study_number_of(r, document, "timeout", 0, SECONDS_MAX);
	study_integer_of(r, document, "abort", 1, COUNT_MAX);
}

static void read_names_of(struct study_reader *r, const char *address, const json_t *list,
			  struct study_name *ret_name)
{

	if (!addr_from_text(address, &ret_name->addr))
		study_fail(r, "hostnames: a key is not an address");
	else if (json_array_size(list) == 0 || json_array_size(list) > NAMES_MAX)
		study_fail(r, "hostnames: not a list of 1 to %d names", NAMES_MAX);
	for (size_t i = 0; i < json_array_size(list); i++)
		study_text(r, json_array_get(list, i), NAME_LEN_MAX, "hostnames: a name");
	ret_name->name = json_string_value(json_array_get(list, 0));
}

static void read_names(struct study_reader *r, json_t *hostnames, struct study_input *input)
{
	if (!json_is_object(hostnames)) {
		study_fail(r, "hostnames: not an object");
		return;
	}
	input->names = calloc(json_object_size(hostnames) + 1, sizeof(*input->names));
	if (!input->names) {
		r->err = -ENOMEM;
		return;
	}
	for (void *at = json_object_iter(hostnames); at;
	     at = json_object_iter_next(hostnames, at)) {
		read_names_of(r, json_object_iter_key(at), json_object_iter_value(at),
			      &input->names[input->name_count]);
		if (r->err)
			return;
		input->name_count++;
	}
}

static int parse(const char *text, size_t len, json_t **ret_document, char *reason)
{
	struct json_size size = json_scan(text, len);
	json_error_t error;
	json_t *document;

	if (size.depth > STUDY_DEPTH_MAX || size.nodes > STUDY_NODES_MAX) {
		snprintf(reason, STUDY_REASON_LEN, "JSON: %s than %d %s",
			 size.depth > STUDY_DEPTH_MAX ? "deeper" : "more",
			 size.depth > STUDY_DEPTH_MAX ? STUDY_DEPTH_MAX : STUDY_NODES_MAX,
			 size.depth > STUDY_DEPTH_MAX ? "levels" : "values");
		return -E2BIG;
	}
	document = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (document) {
		*ret_document = document;
		return 0;
	}
	if (json_error_code(&error) == json_error_out_of_memory)
		return -ENOMEM;
	/* Not its text, which quotes the document. */
	snprintf(reason, STUDY_REASON_LEN, "JSON: %s in line %d, column %d",
		 json_error_code(&error) == json_error_duplicate_key ? "a key twice" : "not valid",
		 error.line, error.column);
	return -EBADMSG;
}

int study_read(const char *text, size_t len, struct study_input *ret_input,
	       char reason[static STUDY_REASON_LEN])
{
	struct study_reader r = { .reason = reason, .reason_size = STUDY_REASON_LEN };
	struct study_input input = { 0 };

	r.err = parse(text, len, &input.document, reason);
	if (!r.err)
		read_settings(&r, input.document, &input);
	if (!r.err)
		study_read_paths(&r, json_object_get(input.document, "traces"), &input);
	if (!r.err)
		read_names(&r, json_object_get(input.document, "hostnames"), &input);
	if (r.err == -ENOMEM)
		snprintf(reason, STUDY_REASON_LEN, "out of memory");
	if (r.err) {
		study_input_fini(&input);
		return r.err;
	}
	if (input.proto == PROTO_ICMP && input.is_v6)
		input.proto = PROTO_ICMPV6;
	*ret_input = input;
	return 0;
}

void study_input_fini(struct study_input *input)
{
	for (size_t i = 0; i < 2; i++) {
		free(input->paths[i].vertices);
		free(input->paths[i].rtts_ns);
		free(input->paths[i].flows);
		free(input->paths[i].successors);
	}
	free(input->names);
	json_decref(input->document);
	memset(input, 0, sizeof(*input));
}
