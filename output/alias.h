// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which addresses belong to one router: APAR, from the traces of both directions
 * alone.  Pure; docs/aliases.md explains the rules.
 *
 * Wrong aliases do more harm than missing ones: what is ambiguous is left out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/record.h"

enum {
	ALIAS_ADDRS_MAX = 4096,		    /* of all traces together: 10 MiB */
	ALIAS_STEPS_MAX = 20 * 1000 * 1000, /* about a second */
};

/* What speaks for a pair beside the subnet on one side of the router. */
enum alias_rule {
	ALIAS_COMMON_NEIGHBOUR,	  /* on the other side, both have the same neighbour */
	ALIAS_SECOND_SUBNET,	  /* on the other side, there is a subnet, too */
	ALIAS_ACCEPTED_NEIGHBOUR, /* neighbours on the other side are aliases */
	ALIAS_POINT_TO_POINT,	  /* nothing, all is silent; but the subnet has room for two */
};
enum { ALIAS_RULES = ALIAS_POINT_TO_POINT + 1 };

struct alias_pair {
	struct addr a, b; /* a < b */
	enum alias_rule rule;
	struct addr subnet; /* its base */
	uint8_t prefix_len; /* 24 to 31 */
	uint8_t seen;	    /* of the subnet's addresses, in these traces */
	uint8_t usable;
	uint8_t score;	  /* 1 to 99, the surest */
	uint32_t support; /* pairs of 3-hop segments that say so */
};

struct alias_set {
	const struct addr *addrs; /* ascending; two at least */
	size_t count;
};

struct alias_result {
	struct alias_set *sets; /* by their first address */
	size_t set_count;
	struct alias_pair *pairs; /* by a and b */
	size_t pair_count;
	uint64_t steps;	    /* of the work, comparable between runs */
	bool is_partial;    /* ALIAS_STEPS_MAX was reached: less was found than there is */
	struct addr *addrs; /* of all sets */
};

/*
 * The traces of both directions, of one pair or of many.  Only IPv4 takes part, and
 * private and shared addresses only where `with_private`.  Returns 0, -ENOMEM, or
 * -E2BIG for too many addresses.
 */
int alias_resolve(const struct trace_record *const *traces, size_t count, bool with_private,
		  struct alias_result *ret_result);
/* For zeroed memory, too. */
void alias_result_fini(struct alias_result *r);

/* "common neighbour" … */
const char *alias_rule_name(enum alias_rule rule);

/* The set that has the address; NULL if none does. */
const struct alias_set *alias_find(const struct alias_result *r, const struct addr *addr);
/* The first address of its set, or itself.  For graph_merge_as(): `result` is a struct
 * alias_result. */
const struct addr *alias_name_of(const void *result, const struct addr *addr);
