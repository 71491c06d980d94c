// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From targets to jobs that may be traced: reads the source a little ahead, has
 * names resolved, refuses what nobody may probe, asks for the route.  Owns the
 * jobs; each lives until intake_finish().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "prober/campaign/resolver.h"
#include "prober/net/route.h"
#include "targets/target.h"

struct choice;
struct event_base;
struct intake;

struct job {
	struct target target; /* its address is set */
	struct route route;
	struct route_query query; /* what the route was asked for */
	mono routed_at;
	uint64_t pair_id;
	uint32_t index;
	uint32_t traces; /* that still run for it */
	STAILQ_ENTRY(job) next;
};

struct intake_config {
	struct target_source *source; /* stays the caller's */
	struct routes *routes;	      /* likewise */
	enum resolver_family family;
	uint32_t jobs;		    /* at once */
	uint8_t proto_v4, proto_v6; /* enum ip_proto of what will be sent */
	uint16_t sport, dport;
	bool skip_invalid;
	bool allow_special;    /* addresses that are hardly anybody's, in lists, too */
	struct choice *choice; /* who may be probed; stays the caller's */
	uint32_t targets_max;  /* no more than that, and none if there are more; 0: no limit */
};

struct intake_stats {
	uint64_t targets;	   /* read from the source, good ones */
	uint64_t invalid;	   /* bad lines and operands */
	uint64_t unresolved;	   /* names without an address */
	uint64_t forbidden;	   /* addresses that nobody may probe, of those somebody typed */
	uint64_t special;	   /* such, and special-purpose ones, in lists and prefixes */
	uint64_t blocked;	   /* refused by the lists of who may be probed */
	uint64_t blocked_operands; /* of those: somebody typed them */
	uint64_t unroutable;
	bool too_many; /* there are more than may be */
};

/* Calls `wake(arg)` when there may be news: a name resolved, input to read. */
int intake_open(struct event_base *base, const struct intake_config *config,
		void (*wake)(void *arg), void *arg, struct intake **ret_intake);
void intake_close(struct intake *in);

/* A job whose traces can begin; NULL if there is none now. */
struct job *intake_next(struct intake *in, mono now);
/* After NULL: it has looked at many targets in vain, and would go on when asked again. */
bool intake_has_more(const struct intake *in);
/* It can't be traced after all: counted among the unroutable. */
void intake_refuse(struct intake *in, struct job *job, const char *reason);
/* Its last trace has ended. */
void intake_finish(struct intake *in, struct job *job);
struct job *intake_job(const struct intake *in, uint32_t index);

/* Asks again, as long as the next hop's link address is unknown. */
void intake_refresh_route(struct intake *in, struct job *job, mono now);

/* Nothing more will come: the source has ended, or a bad line ended it. */
bool intake_is_done(const struct intake *in);
/* Reads no more; what it has is forgotten. */
void intake_stop(struct intake *in);

const struct intake_stats *intake_stats(const struct intake *in);
