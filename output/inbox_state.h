// SPDX-License-Identifier: GPL-2.0-or-later
/* What inbox_rows.c (the trace) and inbox_hops.c (its hops and links) share. */
#pragma once

#include "output/inbox_rows.h"
#include "output/sqlite_db.h"
#include "output/sqlite_dictionary.h"

struct inbox_rows {
	struct sqlite_db *db;
	struct sqlite_dictionary *dictionary;
	sqlite3_stmt *trace_add, *hop_add, *vertex_add, *link_add, *name_set;
	uint32_t *tries; /* of each flow at the TTL that is written: all 0 between two */
};

/* One direction while it is written. */
struct writing {
	const struct study_input *input;
	const struct study_path *path;
	int64_t trace_id;
	uint32_t *order;     /* its placed vertices, by TTL */
	size_t rows, silent; /* of the hops that there will be */
};

/* One row each, all but the root. */
int inbox_add_hops(struct inbox_rows *r, struct writing *w);
/* Their number, and that of those for silence. */
void inbox_count_hops(struct writing *w);
/* Of a multipath trace: the vertices that are placed, and the ways between them. */
int inbox_add_vertices(struct inbox_rows *r, const struct writing *w);
int inbox_add_links(struct inbox_rows *r, const struct writing *w);
