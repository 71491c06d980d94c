// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The outbox of a database: the study's documents that wait for their collector, and
 * what became of the others.  A document is queued, and then once and for all sent,
 * rejected (the collector does not want it, and says why) or given up (it could not be
 * delivered for OUTBOX_KEEP_US).  Each change is committed before the function returns.
 *
 * Pure of networks and clocks: `now_us` is the wall clock, since 1970 UTC.  All functions
 * return 0 or -errno, and what SQLite says is logged.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/uuid.h"

struct outbox;

/* How long delivery is tried: 90 days after the measurement. */
#define OUTBOX_KEEP_US (90ll * 24 * 3600 * 1000000)
/* How many may be on their way at once. */
#define OUTBOX_FLIGHT_MAX 64
/* No document of ours comes near it, unpacked: 8192 probes are a megabyte. */
#define OUTBOX_DOCUMENT_MAX (256u << 20)

struct outbox_item {
	int64_t id;
	char key[UUID_TEXT_LEN]; /* the same whenever it is sent */
	void *body;		 /* gzip */
	size_t body_len;
};

struct outbox_counts {
	int64_t queued, sent, rejected, given_up;
	int64_t elsewhere; /* queued for other collectors; not in `queued` */
};

/* One row of a listing; texts are valid during the call only. */
struct outbox_row {
	const char *key, *target, *state, *collector;
	const char *reason;	    /* NULL: nothing was wrong */
	const char *queued, *tried; /* times as text, UTC; NULL: never tried */
	int64_t attempts, bytes;
	const char *document; /* as it is, or will be sent; NULL: not asked for, or gone */
};

typedef int outbox_visit(void *context, const struct outbox_row *row);

/* The database must be there already; it is locked against other writers. */
int outbox_open(const char *path, struct outbox **ret_outbox);
/* Takes NULL. */
void outbox_close(struct outbox *o);

/* The collector of all that is queued: strdup()ed; NULL if there is none or more than one. */
int outbox_find_collector(struct outbox *o, char **ret_collector);
/* From now on it is about what is queued for this one.  Copied. */
int outbox_choose(struct outbox *o, const char *collector);

int outbox_count(struct outbox *o, struct outbox_counts *ret_counts);
/* What is rejected or given up is queued again. */
int outbox_requeue(struct outbox *o, int64_t now_us);
/* What waits for other collectors goes to the chosen one: the user has agreed. */
int outbox_readdress(struct outbox *o, int64_t now_us);

/*
 * The next to send: never tried ones first, so that what fails again and again is in
 * nobody's way.  It is on its way until one of the functions below names it.  Returns
 * -ENOENT if there is none.  The caller calls outbox_item_fini().
 */
int outbox_next(struct outbox *o, struct outbox_item *ret_item);
void outbox_item_fini(struct outbox_item *item);

/* `status` is HTTP's, 0: none came.  A document that was sent is not kept: its results
 * are in the other tables. */
int outbox_sent(struct outbox *o, int64_t id, long status, int64_t now_us);
int outbox_rejected(struct outbox *o, int64_t id, long status, const char *reason, int64_t now_us);
/* It stays queued, unless it is too old. */
int outbox_failed(struct outbox *o, int64_t id, long status, const char *reason, int64_t now_us);
/* Nothing became of the attempt: as if it had not been made. */
void outbox_forget(struct outbox *o, int64_t id);

/* In the order of the measurements.  `state` NULL: all.  Stops at what `visit` returns,
 * unless that is 0. */
int outbox_list(struct outbox *o, const char *state, bool with_document, outbox_visit *visit,
		void *context);
