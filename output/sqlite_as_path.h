// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sequence of autonomous systems of a trace of one path, by what the rows of its
 * addresses say: the source's, those of its hops, the destination's if it was reached.
 * Runs of one system are folded; hops without one are left out, and counted as holes where
 * they lie between two systems that differ, since another may hide there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sqlite_as_paths;
struct sqlite_db;

struct as_path_key {
	int64_t path_id, src_id, dst_id;
	bool reached;
};

/* `db` must outlive it. */
int sqlite_as_paths_new(struct sqlite_db *db, struct sqlite_as_paths **ret_paths);
/* Takes NULL. */
void sqlite_as_paths_free(struct sqlite_as_paths *p);

/* The row, which is added where there is none; 0: no system is known.  In the transaction
 * that is open; what it has said it remembers, so rows of addresses that it has seen must
 * not change any more. */
int sqlite_as_paths_find(struct sqlite_as_paths *p, const struct as_path_key *key, int64_t *ret_id);
