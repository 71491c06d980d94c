// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The inbox of a database: documents of the study that others have measured, with who sent
 * them and when, and their traces as rows of the same tables that our own have.
 *
 * Documents collect in a transaction until inbox_commit(), after which they survive a loss
 * of power.  Each has a key, and one sender's key stands for one document for ever.
 * docs/collect.md tells what becomes of what a document has and has not.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "output/run.h"
#include "output/study_input.h"

struct inbox;

struct inbox_document {
	const char *sender;
	const char *key; /* NULL: none; then the same bytes are the same measurement */
	int64_t received_us;
	const struct study_input *input;
	const char *text; /* what `input` was read from */
	size_t len;
};

enum inbox_verdict {
	INBOX_STORED,	/* by the next commit */
	INBOX_REPEATED, /* it was there, or is in this transaction */
	INBOX_CONFLICT, /* the key is another document's */
};

/* One inbox a process is a run and a cycle.  Returns 0, or -errno with the reason logged. */
int inbox_open(const char *path, const struct run_record *run, struct inbox **ret_inbox);
/* Takes NULL.  What was not committed is lost.  `end` NULL: as if it had died. */
int inbox_close(struct inbox *b, const struct run_end *end);

/*
 * *ret_id is the number of the document, the same whenever it is repeated.  After an error,
 * which is logged, nothing since the last commit is stored; the next call begins anew, and
 * may well succeed.
 */
int inbox_add(struct inbox *b, const struct inbox_document *d, enum inbox_verdict *ret_verdict,
	      int64_t *ret_id);
/* Does nothing where there is nothing.  On an error as inbox_add(). */
int inbox_commit(struct inbox *b);
