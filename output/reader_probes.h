// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What one stored trace is made of: probes, what their answers carried, vertices and links.
 * Reads one trace after the other into the same memory.
 */
#pragma once

#include <stdint.h>

#include "output/record.h"

struct names;
struct reader_probes;
struct sqlite_db;

/* Both outlive it; `names` gets those of the addresses that are met, and may be NULL. */
int reader_probes_new(struct sqlite_db *db, struct names *names, struct reader_probes **ret_probes);
/* Takes NULL. */
void reader_probes_free(struct reader_probes *p);

/* Completes a record that has all else; what it points to is valid until the next call.
 * Returns 0 or -errno; -EBADMSG: damaged, and not logged. */
int reader_probes_read(struct reader_probes *p, struct trace_record *trace);

/* An address has a name: the one that it had when it was looked up. */
void reader_name(struct names *names, const struct addr *addr, const char *name, int64_t looked_us);
