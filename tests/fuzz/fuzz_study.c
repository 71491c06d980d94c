// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a document that a collector is sent, packed or not. */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/gzip.h"
#include "output/study_read.h"

static void check_path(const struct study_path *path)
{
	size_t rtts = 0, flows = 0, successors = 0;

	for (size_t i = 0; i < path->vertex_count; i++) {
		const struct study_vertex *v = &path->vertices[i];

		assert(v->first_rtt == rtts && v->first_flow == flows);
		assert(v->first_successor == successors);
		rtts += v->rtt_count;
		flows += v->flow_count;
		successors += v->successor_count;
		assert(!v->is_hole || (v->rtt_count == 0 && v->flow_count == 0));
		assert(v->is_placed || v->ttl == 0);
		for (size_t s = 0; s < v->successor_count; s++) {
			const struct study_vertex *w =
				&path->vertices[path->successors[v->first_successor + s]];

			assert(w > path->vertices && w < path->vertices + path->vertex_count);
			assert(!v->is_placed || (w->is_placed && w->ttl > v->ttl));
		}
	}
	assert(rtts == path->rtt_count && flows == path->flow_count);
	assert(successors == path->successor_count && path->placed_count <= path->vertex_count);
}

static void check(const char *text, size_t len)
{
	char reason[STUDY_REASON_LEN] = "";
	struct study_input input;
	int err = study_read(text, len, &input, reason);

	if (err) {
		assert(err == -EBADMSG || err == -EINVAL || err == -E2BIG || err == -ENOMEM);
		assert(*reason && strlen(reason) < STUDY_REASON_LEN);
		for (const char *c = reason; *c; c++)
			assert(*c >= ' ' && *c <= '~');
		return;
	}
	assert(*input.target && input.proto && input.min_ttl);
	assert(input.paths[0].vertex_count + input.paths[1].vertex_count > 0);
	check_path(&input.paths[0]);
	check_path(&input.paths[1]);
	study_input_fini(&input);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text;
	size_t text_len;

	check((const char *)bytes, len);
	if (gzip_unpack(bytes, len, 1 << 20, &text, &text_len) == 0) {
		assert(text_len <= 1 << 20);
		check(text, text_len);
		free(text);
	}
	return 0;
}
