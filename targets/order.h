// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Single targets out of sources, each once, in an order that the seed decides: not as
 * they were written, and no neighbour after the other.
 *
 * Reads its source to the end before it hands out the first target; so a bad line ends a
 * run before anybody is probed.  Where the source makes it wait, as a pipe does, what has
 * come so far is handed out, and then what came meanwhile.
 *
 * Hosts and addresses that somebody typed come first, as they were typed.
 *
 * Prefixes are not expanded.  Memory: 32 bytes for an address or a prefix; for a host name
 * and for what has an AS number or a contact, 48 bytes and its texts.
 *
 * In lists, of equal addresses the first is kept, of a prefix within another the longer is
 * dropped; host names are equal by their text.  That holds for all that is handed out
 * together.  What was typed twice is handed out twice, and not again from a list.
 */
#pragma once

#include "targets/shard.h"
#include "targets/target.h"

struct order_config {
	uint64_t seed;
	struct shard shard; /* only its targets are handed out */
};

/* `source` is owned from now on, also on failure.  Returns 0 or -errno. */
int source_open_order(struct target_source *source, const struct order_config *config,
		      struct target_source **ret_source);
