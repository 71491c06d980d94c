// SPDX-License-Identifier: GPL-2.0-or-later
/* The rows of a direction of somebody else's measurement: trace, hops, links, names. */
#pragma once

#include <stdint.h>

#include "output/study_input.h"

struct sqlite_db;
struct inbox_rows;

/* `db` must outlive it. */
int inbox_rows_new(struct sqlite_db *db, struct inbox_rows **ret_rows);
/* Takes NULL. */
void inbox_rows_free(struct inbox_rows *rows);

/* What the document does not tell. */
struct inbox_origin {
	int64_t cycle_id;
	int64_t received_us;
	int64_t pair_id; /* 0: none */
};

/* In the transaction that is open; after an error it must be rolled back, and the rows
 * object made anew. */
int inbox_rows_add(struct inbox_rows *rows, const struct inbox_origin *origin,
		   const struct study_input *input, enum trace_direction direction,
		   int64_t *ret_trace_id);
/* Names of those addresses that are vertices. */
int inbox_rows_add_names(struct inbox_rows *rows, const struct study_input *input,
			 int64_t received_us);
