// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a database says of a campaign that is to go on: how it was started, and which of its
 * targets have an outcome.  A target is known by its name as it was given, so the answer does
 * not depend on order, list or shard, and takes no memory for those that are done.
 *
 * Reads beside whoever writes; what is written after ledger_open() does not count.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct ledger;

struct ledger_run {
	int64_t run_id;	  /* that began the cycle */
	int64_t last_id;  /* that worked at it last */
	bool is_complete; /* so it says */
	int64_t number;	  /* of the cycle */
	const char *list; /* within which it is numbered */
	const char *program;
	const char *argv;   /* JSON array, of the run that began it */
	const char *config; /* JSON object */
	uint64_t seed;
};

/*
 * The newest cycle, or with `run_id` other than 0 that which this run worked at.  Upgrades an
 * older schema.  Returns 0 or -errno, logged: -ENOENT where there is no such file or run,
 * -EBUSY while another process writes to it.
 */
int ledger_open(const char *path, int64_t run_id, struct ledger **ret_ledger);
/* Takes NULL. */
void ledger_close(struct ledger *l);

/* Valid as long as the ledger. */
const struct ledger_run *ledger_run(const struct ledger *l);

/* How many outcomes the target has; of two-way traces those with both directions.
 * Returns 0 or -errno, logged. */
int ledger_count(struct ledger *l, const char *target, uint64_t *ret_count);
/* The same of all targets together. */
int ledger_total(struct ledger *l, uint64_t *ret_count);
