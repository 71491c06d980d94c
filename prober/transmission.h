// SPDX-License-Identifier: GPL-2.0-or-later
/* What --transmit does around a run: whom to send to and whether that may be, before;
 * the sending, after. */
#pragma once

#include "prober/delivery.h"
#include "prober/options.h"

struct transmission {
	bool is_wanted;
	struct delivery delivery;
	char *spool; /* where measurements wait, without --db; NULL: there */
	int64_t consented_us;
};

/*
 * Before anything is sent to anybody: is there a collector, and may it have this?
 * Without --transmit, or with --dry-run, nothing is asked.  Returns 0 or -errno, with the
 * reason logged; the caller calls transmission_fini() in any case.
 */
int transmission_begin(const struct prober_options *o, struct transmission *t);
/* For zeroes, too. */
void transmission_fini(struct transmission *t);

/* The database of the run; NULL: none. */
const char *transmission_database(const struct transmission *t, const struct prober_options *o);

/* After a run that ended with `status`.  Returns that, or if it was well, that of the
 * sending. */
int transmission_send(const struct transmission *t, const struct prober_options *o, int status);
