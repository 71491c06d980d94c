// SPDX-License-Identifier: GPL-2.0-or-later
/* A report that is being written: shared by its parts, nobody else's. */
#pragma once

#include "output/page.h"
#include "output/report.h"
#include "output/sqlite_db.h"

enum { REPORT_FRESH_MAX = 32768 };

/* Rows that the page has told of, once each, with the first endpoint that names them. */
struct report_ids {
	uint8_t *bits;
	int64_t count;	/* of bits */
	int64_t *fresh; /* named by this endpoint, not told yet */
	size_t fresh_count;
	sqlite3_stmt *find;
};

struct report {
	const struct report_options *options;
	struct sqlite_db *db;
	struct page page;
	int64_t cycle_id, before_id; /* the cycle, and the one before it in its list; 0: none */
	int64_t first_id;	     /* the oldest that is shown of it */
	char *list;
	struct report_ids addrs, as_paths;
	struct report_counts counts;
	sqlite3_stmt *trace, *hops, *links, *history, *aliases, *endpoint, *last_rtt;
};

/* 0 is no row.  Returns its argument. */
int64_t report_mark(struct report_ids *ids, int64_t id);
bool report_is_marked(const struct report_ids *ids, int64_t id);
/* Tells of what is fresh: an object of rows by their number. */
int report_tell(struct report *r, struct report_ids *ids);

/* Writes rows as an array of arrays.  ?1 is the cycle, ?2 the one before. */
int report_rows(struct report *r, const char *sql);

int report_prepare_endpoints(struct report *r);
/* One endpoint: both directions, and what was before. */
int report_endpoint(struct report *r, int64_t endpoint_id);
/* Figures of the whole cycle, shown or not. */
int report_sums(struct report *r);
