// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Subnets that the addresses may be numbered from, /24 to /31: those that no trace
 * speaks against and of which enough was seen.
 */
#pragma once

#include "output/alias_map.h"

enum {
	ALIAS_LEN_MIN = 24,
	ALIAS_LEN_MAX = 31,
	ALIAS_LENS = ALIAS_LEN_MAX - ALIAS_LEN_MIN + 1,
	ALIAS_NO_SUBNET = UINT32_MAX,
};

struct alias_subnet {
	uint32_t base;
	uint32_t first; /* its addresses are nodes[first] to nodes[first + seen - 1] */
	uint8_t len;
	uint8_t seen, usable;
	bool is_clean;	   /* no trace holds two of its addresses: as it should be */
	bool is_doubtful;  /* a /30 where neighbours are numbered otherwise */
	bool is_refuted;   /* two of its addresses are one router's */
	bool is_confirmed; /* aliases were accepted because of it */
};

struct alias_subnets {
	struct alias_subnet *items; /* from the most to the least complete */
	uint32_t count;
	uint32_t (*of_node)[ALIAS_LENS]; /* by length: index among the items */
};

int alias_subnets_init(struct alias_subnets *s, const struct alias_map *m);
void alias_subnets_fini(struct alias_subnets *s);

/* Does one that is not refuted say that these two are different routers?  One up to
 * number `last` may, and with `or_clean` any clean one. */
bool alias_subnets_part(const struct alias_subnets *s, uint32_t one, uint32_t two, uint32_t last,
			bool or_clean);
/* These two are one router's. */
void alias_subnets_refute(struct alias_subnets *s, uint32_t one, uint32_t two);
/* The most complete one that has both and is none of the refuted; ALIAS_NO_SUBNET. */
uint32_t alias_subnets_shared(const struct alias_subnets *s, uint32_t one, uint32_t two);
/* Is it refuted, or is a larger, clean one that is not, so that it may be the real one? */
bool alias_subnets_is_part(const struct alias_subnets *s, uint32_t subnet);
