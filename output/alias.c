// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/alias.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/alias_pass.h"

const char *alias_rule_name(enum alias_rule rule)
{
	switch (rule) {
	case ALIAS_COMMON_NEIGHBOUR:
		return "common neighbour";
	case ALIAS_SECOND_SUBNET:
		return "second subnet";
	case ALIAS_ACCEPTED_NEIGHBOUR:
		return "accepted neighbour";
	case ALIAS_POINT_TO_POINT:
		return "point-to-point";
	}
	return NULL;
}

static int compare_pairs(const void *left, const void *right)
{
	const struct alias_pair *a = left, *b = right;
	int order = memcmp(&a->a, &b->a, sizeof(a->a));

	return order != 0 ? order : memcmp(&a->b, &b->b, sizeof(a->b));
}

/* Nodes are in the order of their addresses, and so are the sets then. */
static int list_sets(const struct alias_sets *sets, struct alias_result *r)
{
	const struct alias_map *m = sets->map;
	size_t used = 0;

	r->sets = malloc((m->count / 2 + 1) * sizeof(*r->sets));
	r->addrs = malloc((m->count + 1) * sizeof(*r->addrs));
	if (!r->sets || !r->addrs)
		return -ENOMEM;
	for (uint32_t i = 0; i < m->count; i++) {
		struct alias_set set = { .addrs = &r->addrs[used] };

		if (alias_sets_next(sets, i, 0) != i || alias_sets_next(sets, i, i + 1) == m->count)
			continue; /* listed, or alone */
		for (uint32_t j = i; j < m->count; j = alias_sets_next(sets, i, j + 1)) {
			r->addrs[used++] = m->nodes[j].addr;
			set.count++;
		}
		r->sets[r->set_count++] = set;
	}
	return 0;
}

int alias_resolve(const struct trace_record *const *traces, size_t count, bool with_private,
		  struct alias_result *ret_result)
{
	struct alias_result result = { 0 };
	struct alias_found found = { 0 };
	struct alias_work work = { 0 };
	int err = alias_map_init(&work.map, traces, count, with_private);

	if (!err)
		err = alias_subnets_init(&work.subnets, &work.map);
	if (!err)
		err = alias_sets_init(&work.sets, &work.map);
	if (!err)
		err = alias_pass_all(&work, &found);
	if (!err)
		err = list_sets(&work.sets, &result);
	if (err)
		goto cleanup;
	if (found.count > 0)
		qsort(found.items, found.count, sizeof(*found.items), compare_pairs);
	result.pairs = found.items;
	result.pair_count = found.count;
	found.items = NULL;
	result.steps = work.steps;
	result.is_partial = work.steps > ALIAS_STEPS_MAX;
	*ret_result = result;
	memset(&result, 0, sizeof(result));
cleanup:
	alias_result_fini(&result);
	alias_found_fini(&found);
	alias_sets_fini(&work.sets);
	alias_subnets_fini(&work.subnets);
	alias_map_fini(&work.map);
	return err;
}

void alias_result_fini(struct alias_result *r)
{
	free(r->sets);
	free(r->pairs);
	free(r->addrs);
	memset(r, 0, sizeof(*r));
}

const struct alias_set *alias_find(const struct alias_result *r, const struct addr *addr)
{
	for (size_t i = 0; i < r->set_count; i++)
		for (size_t j = 0; j < r->sets[i].count; j++)
			if (addr_equal(&r->sets[i].addrs[j], addr))
				return &r->sets[i];
	return NULL;
}

const struct addr *alias_name_of(const void *result, const struct addr *addr)
{
	const struct alias_set *set = alias_find(result, addr);

	return set ? &set->addrs[0] : addr;
}
