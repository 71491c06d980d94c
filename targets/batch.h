// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The targets of a run in little memory, and each by its number: inside of order.c.
 * Filled, closed, asked, cleared.
 */
#pragma once

#include "targets/shard.h"
#include "targets/target.h"

struct batch;

struct batch_counts {
	uint64_t operands;
	uint64_t places;  /* of all others; UINT64_MAX: more than can be counted */
	uint64_t dropped; /* entries that are within others */
};

/* Keeps what belongs to the shard.  Returns 0 or -ENOMEM. */
int batch_new(const struct shard *shard, struct batch **ret_batch);
/* Takes NULL. */
void batch_free(struct batch *b);
/* Empty again, to be filled. */
void batch_clear(struct batch *b);

/* A name, an address or a prefix; copied.  Returns 0 or -ENOMEM. */
int batch_add(struct batch *b, const struct target *target);
bool batch_is_empty(const struct batch *b);
/* Sorts, drops duplicates, and numbers the places. */
void batch_close(struct batch *b, struct batch_counts *ret_counts);
/* The operands in the order they were typed. */
void batch_operand(const struct batch *b, uint64_t place, struct target *ret_target);
/* What stands at a place, which is below their count; false if that is not a target: the
 * address of another shard, an operand's, or the unspecified one. */
bool batch_at(const struct batch *b, uint64_t place, struct target *ret_target);
