// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Between the engine and the sinks: a record that ends waits here until the host names
 * of its addresses are known, and goes on, with the table of names.  Bounded in every
 * way: a record waits no longer than `patience_ns`, and when the room is full the oldest
 * goes on with what is known; each address is asked for once, so many at once.
 *
 * Owns the records that wait; fills the caller's table.  Pure: time comes in, questions and records
 * go out by two functions of the caller's, which must not call back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "output/record.h"

struct names;
struct namer;

struct namer_config {
	/* Starts lookup number `lookup`.  Returns 0, and then namer_answer() must follow
	 * in bounded time, or -errno: then the address has no name. */
	int (*ask)(void *resolver, uint32_t lookup, const struct addr *addr);
	void *resolver;
	/* Where records go on; valid during the call. */
	void (*deliver)(void *sinks, const struct trace_record *record);
	void *sinks;
	uint32_t lookups;     /* at once */
	uint32_t room;	      /* records that wait, at most */
	size_t room_bytes;    /* their memory, at most; one record may be larger */
	uint64_t patience_ns; /* how long a record waits */
	struct names *names;  /* outlives it; when full, addresses stay without a name */
};

struct namer_stats {
	uint64_t asked;	     /* addresses */
	uint64_t named;	     /* of those: with a name that may be shown */
	uint64_t refused;    /* with one that may not */
	uint64_t unanswered; /* the name servers did not say */
	uint64_t early;	     /* records that went on before all was known */
};

int namer_new(const struct namer_config *config, struct namer **ret_namer);
/* Takes NULL.  Records that still wait are lost: namer_stop() first. */
void namer_free(struct namer *n);

/* Delivers the record, now or later; what waits is a copy. */
void namer_add(struct namer *n, const struct trace_record *record, mono now);

/* `raw` is NULL for "no name"; `looked_us` is the time since 1970 UTC, 0 if no name
 * server spoke. */
void namer_answer(struct namer *n, uint32_t lookup, const char *raw, int64_t looked_us);

/* Delivers what has waited long enough. */
void namer_expire(struct namer *n, mono now);
/* When that has something to do; MONO_NEVER if nobody waits. */
mono namer_deadline(const struct namer *n);

/* Nobody waits from now on, and nothing is asked: all records go on. */
void namer_stop(struct namer *n);

uint32_t namer_waiting(const struct namer *n);
const struct namer_stats *namer_stats(const struct namer *n);
