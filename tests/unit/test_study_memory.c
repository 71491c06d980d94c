// SPDX-License-Identifier: GPL-2.0-or-later
/* The JSON library out of memory, at each of its allocations in turn. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "output/study.h"
#include "tests/unit/study_drafts.h"

static size_t left;	   /* allocations until there is no memory */
static size_t outstanding; /* not freed yet */

static void *take(size_t size)
{
	if (left == 0)
		return NULL;
	left--;
	outstanding++;
	return malloc(size);
}

static void give_back(void *memory)
{
	if (memory)
		outstanding--;
	free(memory);
}

static const char *const *a_name(void *context, const struct addr *addr)
{
	static const char *const names[] = { "r1.example.net", NULL };

	(void)context;
	(void)addr;
	return names;
}

Test(study_memory, lack_of_it_is_no_document_and_no_leak)
{
	struct record_draft forward, reverse;
	json_t *document = NULL;
	size_t limit = 0;

	draft_init(&forward, TRACE_FORWARD, "www.example.net", "192.0.2.1", "198.51.100.7");
	draft_add(&forward, 1, "192.0.2.254", 412);
	draft_add(&forward, 2, NULL, 0);
	draft_add(&forward, 3, "198.51.100.7", 412);
	draft_init(&reverse, TRACE_REVERSE, "www.example.net", "198.51.100.7", "192.0.2.1");
	draft_add(&reverse, 1, "192.0.2.1", 300);
	json_set_alloc_funcs(take, give_back);
	while (!document) {
		left = limit++;
		document = study_document(&study_draft_settings, &forward.trace, &reverse.trace,
					  a_name, NULL);
		if (!document)
			cr_assert_eq(outstanding, 0, "%zu allocations", limit - 1);
	}
	cr_assert_gt(limit, 100);
	json_decref(document);
	cr_assert_eq(outstanding, 0);
}
