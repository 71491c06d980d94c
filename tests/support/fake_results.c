// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_results.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

struct fake_result {
	struct trace_record record;
	uint32_t job;
	struct fake_result *next;
};

static void *copied(const void *from, size_t size)
{
	void *copy = malloc(size + 1);

	cr_assert(copy);
	if (size)
		memcpy(copy, from, size);
	return copy;
}

void fake_results_keep(struct fake_result **list, const struct trace_record *record, uint32_t job)
{
	struct fake_result *result = malloc(sizeof(*result));
	struct trace_record *r = &result->record;

	cr_assert(result);
	*result = (struct fake_result){ .record = *record, .job = job, .next = *list };
	r->probes = copied(r->probes, r->probe_count * sizeof(*r->probes));
	r->vertices = copied(r->vertices, r->vertex_count * sizeof(*r->vertices));
	r->links = copied(r->links, r->link_count * sizeof(*r->links));
	*list = result;
}

void fake_results_free(struct fake_result *list)
{
	while (list) {
		struct fake_result *next = list->next;

		free((void *)list->record.probes);
		free((void *)list->record.vertices);
		free((void *)list->record.links);
		free(list);
		list = next;
	}
}

const struct trace_record *fake_results_find(const struct fake_result *list, uint32_t job)
{
	const struct fake_result *found = NULL;

	for (const struct fake_result *r = list; r; r = r->next) {
		if (r->job != job)
			continue;
		cr_assert_null(found, "job %u has two records", job);
		found = r;
	}
	cr_assert_not_null(found, "job %u has no record", job);
	return &found->record;
}
