// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One of several equal parts of all there is to probe.  Whose an address or a name is
 * depends on it alone, not on list, order or seed: so the parts of several runs are
 * disjoint, and together the whole, even if a prefix and a list overlap.
 *
 * Addresses are cut into blocks of `count`, and of each block every shard has one; which
 * one, a hash of the block says.  Hence the addresses of a shard within a prefix can be
 * counted off without looking at those of the others.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr_text.h"

struct shard {
	uint32_t count; /* at least 1 */
	uint32_t index; /* below count */
};

/* Blocks that a prefix touches; UINT64_MAX if there are more than that. */
uint64_t shard_blocks(const struct shard *s, const struct prefix *p);
/* The shard's address in block `block`, from 0; false if that lies outside of the
 * prefix, as it may in the first block and the last. */
bool shard_address(const struct shard *s, const struct prefix *p, uint64_t block,
		   struct addr *ret_addr);
bool shard_has_address(const struct shard *s, const struct addr *a);
/* By name, in ASCII letters of either case; the root's dot at its end doesn't count. */
bool shard_has_name(const struct shard *s, const char *name);
