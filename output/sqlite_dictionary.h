// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is stored once and named by number afterwards: addresses, endpoints, paths.
 * Each function finds the row or adds it, in the transaction that is open; after
 * a rollback the dictionary must not be used any more.
 */
#pragma once

#include <stdint.h>

#include "output/record.h"

struct sqlite_db;
struct sqlite_dictionary;

/* `db` must outlive it. */
int sqlite_dictionary_new(struct sqlite_db *db, struct sqlite_dictionary **ret_dictionary);
void sqlite_dictionary_free(struct sqlite_dictionary *d);

int sqlite_dictionary_addr(struct sqlite_dictionary *d, const struct addr *addr, int64_t *ret_id);
/* The far end of the trace, under the name it was given. */
int sqlite_dictionary_endpoint(struct sqlite_dictionary *d, const struct trace_record *trace,
			       int64_t *ret_id);
/* 0 for a trace without a path, or with many. */
int sqlite_dictionary_path(struct sqlite_dictionary *d, const struct trace_record *trace,
			   int64_t *ret_id);
