// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rows that say where traces come from: this run of the program, and the
 * cycle, which is one pass over a list of targets.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "output/run.h"

struct sqlite_db;

struct sqlite_run {
	int64_t run_id;
	int64_t cycle_id;
	bool resumes; /* the cycle is an earlier run's */
};

/* Adds the run, and its cycle, the next of its list, or goes on with the cycle of the
 * run that it resumes; in one transaction.  Runs that died
 * before are marked interrupted: the lock says that nobody runs any more. */
int sqlite_run_begin(struct sqlite_db *db, const struct run_record *record,
		     struct sqlite_run *ret_run);
/* Stores how it ended. */
int sqlite_run_end(struct sqlite_db *db, const struct sqlite_run *run, const struct run_end *end);
/* For a run that never began: as if it had not been added. */
int sqlite_run_forget(struct sqlite_db *db, const struct sqlite_run *run);
