// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Remote hosts that packets are sent to: how fast, and under which identifiers.
 *
 * A host is shared by all traces to its address and lives as long as one of them,
 * and until the next packet might leave: so that the limit holds from trace to
 * trace.  The table owns the hosts.
 *
 * Identifiers outlive that, without memory: a host's counter starts at a keyed hash
 * of its address plus one for each `gap` of time.  No packet leaves sooner than that
 * after another, so the counter is never behind one that was forgotten; and it takes
 * 65 535 gaps to come round, far longer than servers remember an identifier.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/heap.h"
#include "base/pace.h"
#include "wire/addr.h"

struct trace;

#define HOST_RECYCLED_MAX 32

/* An identifier that was answered, and when. */
struct host_answered_id {
	mono at;
	uint16_t id;
};

struct host {
	struct addr addr;
	uint32_t slot;	 /* of this host in the table */
	uint32_t chain;	 /* next host with the same hash */
	uint32_t traces; /* that use it */
	struct pace pace;
	struct heap_node due;			 /* among hosts that have something to send */
	struct heap_node leave;			 /* among hosts that no trace uses any more */
	TAILQ_HEAD(host_waiting, trace) waiting; /* traces that have something to send */
	uint16_t next_id;
	uint8_t recycled_count;
	struct host_answered_id *recycled; /* HOST_RECYCLED_MAX; the latest is last */
};

/* Every bit of the address counts for every bit of it: targets are neighbours. */
uint64_t host_hash(const struct addr *a, uint64_t seed);

struct hosts;

/* `gap_ns`: least time between two packets to one host; 0: no limit. */
int hosts_new(uint32_t capacity, uint64_t seed, uint64_t gap_ns, struct hosts **ret_hosts);
void hosts_free(struct hosts *t);

bool hosts_has_room(const struct hosts *t, uint32_t count);
/* NULL if there is none. */
struct host *hosts_find(const struct hosts *t, const struct addr *a);
struct host *hosts_at(const struct hosts *t, uint32_t slot);
/* Finds or makes it, for one more trace. */
struct host *hosts_acquire(struct hosts *t, const struct addr *a, mono now);
/* One trace less; the host stays until `until`. */
void hosts_release(struct hosts *t, struct host *host, mono until);
/* Forgets hosts whose time is over. */
void hosts_expire(struct hosts *t, mono now);
/* When it has one to forget; MONO_NEVER if every host is in use. */
mono hosts_next_expiry(const struct hosts *t);

/*
 * An identifier for the next packet, never 0.  For requests (`recycle`) the one
 * answered last that is older than `quiet_ns`, since each new one costs an entry
 * in every NAT on the way; the pause keeps a duplicate of the old answer from
 * passing for the new one.
 */
uint16_t host_take_id(struct host *host, bool recycle, mono now, uint64_t quiet_ns);
/* Its answer came: it may be used again. */
void host_give_id(struct host *host, uint16_t id, mono now);
