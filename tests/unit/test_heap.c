// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/heap.h"

#include <criterion/criterion.h>

#include "tests/support/random.h"

#define NODES 200

/* The naive model: each node's due moment, looked through from end to end. */
static uint64_t model_first_due(const struct heap_node *nodes)
{
	uint64_t first = UINT64_MAX;

	for (int i = 0; i < NODES; i++)
		if (heap_has(&nodes[i]) && nodes[i].due.ns < first)
			first = nodes[i].due.ns;
	return first;
}

Test(heap, first_is_always_the_one_due_first)
{
	static struct heap_node nodes[NODES];
	bool inside[NODES] = { false };
	uint64_t due[NODES] = { 0 };
	struct random r = { 9 };
	struct heap *h;

	cr_assert_eq(heap_new(NODES, &h), 0);
	for (int step = 0; step < 50000; step++) {
		uint32_t i = random_below(&r, NODES);
		/* Long phases of filling and of draining from the top, many equal moments. */
		bool fill = step / 2000 % 2 == 0;

		if (!fill && heap_first(h) && random_below(&r, 2))
			i = (uint32_t)(heap_first(h) - nodes);
		if (random_below(&r, 4) > (fill ? 0u : 2u)) {
			due[i] = random_below(&r, 300);
			heap_set(h, &nodes[i], (mono){ due[i] });
			inside[i] = true;
		} else {
			heap_remove(h, &nodes[i]);
			inside[i] = false;
		}
		cr_assert_eq(heap_has(&nodes[i]), inside[i], "step %d", step);
		cr_assert_eq(nodes[i].due.ns, due[i]);
		if (heap_first(h))
			cr_assert_eq(heap_first(h)->due.ns, model_first_due(nodes), "step %d",
				     step);
		else
			cr_assert_eq(model_first_due(nodes), UINT64_MAX, "step %d", step);
	}
	heap_free(h);
}

Test(heap, drains_in_order)
{
	static struct heap_node nodes[NODES];
	struct random r = { 10 };
	struct heap *h;
	uint64_t last = 0;

	cr_assert_eq(heap_new(NODES, &h), 0);
	for (int i = 0; i < NODES; i++)
		heap_set(h, &nodes[i], (mono){ random_u64(&r) });
	for (int i = 0; i < NODES; i++) {
		struct heap_node *first = heap_first(h);

		cr_assert(first);
		cr_assert_geq(first->due.ns, last);
		last = first->due.ns;
		heap_remove(h, first);
		cr_assert(!heap_has(first));
	}
	cr_assert_null(heap_first(h));
	heap_free(h);
}

Test(heap, moving_a_node_keeps_one_copy)
{
	struct heap_node a = { 0 }, b = { 0 };
	struct heap *h;

	cr_assert_eq(heap_new(2, &h), 0);
	heap_set(h, &a, (mono){ 10 });
	heap_set(h, &b, (mono){ 20 });
	heap_set(h, &a, (mono){ 30 });
	cr_assert_eq(heap_first(h), &b);
	heap_set(h, &a, (mono){ 5 });
	cr_assert_eq(heap_first(h), &a);
	heap_remove(h, &a);
	heap_remove(h, &a);
	cr_assert_eq(heap_first(h), &b);
	heap_remove(h, &b);
	cr_assert_null(heap_first(h));
	heap_free(h);
}

Test(heap, takes_null_and_no_nodes)
{
	struct heap *h;

	cr_assert_eq(heap_new(0, &h), 0);
	cr_assert_null(heap_first(h));
	heap_free(h);
	heap_free(NULL);
}
