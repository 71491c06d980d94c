// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs many traces at once.  Pure: no clock, no sockets, no callbacks; the caller
 * passes the time in and takes packets to send and records out.  Owns all state
 * of traces and remote hosts, allocated at the start: nothing is allocated for a
 * packet.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/pace.h"
#include "output/record.h"
#include "prober/engine/mda.h"
#include "prober/engine/verdict.h"
#include "prober/probe/identity.h"
#include "prober/probe/parse.h"
#include "prober/probe/spec.h"
#include "targets/target.h"

struct engine;

#define ENGINE_WINDOW_MAX  1000000
#define ENGINE_PROBES_MAX  32
#define ENGINE_BUDGET_MAX  32768      /* probes of a multipath trace */
#define ENGINE_TTL_MAX	   254	      /* 255 would need hops counted in more than a byte */
#define ENGINE_PACKETS_MAX (1u << 26) /* window times packets a trace */

struct engine_config {
	struct identity_key key;
	uint32_t window; /* traces at once */
	uint32_t probes; /* a hop */
	uint8_t min_ttl, max_ttl;
	uint8_t gap_limit;	      /* silent or repeated hops in a row that end a trace */
	uint8_t ahead;		      /* path.h: hops beyond those known; 0: its default */
	uint64_t timeout_ns;	      /* how long a probe waits for its answer */
	struct pace_limit host_limit; /* packets to one remote host */
	enum trace_mode mode;
	struct mda_config mda; /* TRACE_MDA: how; TTLs and gap limit as above */
	uint32_t budget;       /* TRACE_MDA: probes a trace */
};

struct trace_spec {
	const struct target *target; /* must stay valid until the trace's record is taken */
	enum trace_direction direction;
	uint8_t proto; /* enum ip_proto of the family */
	uint16_t flow;
	struct addr src;    /* this host */
	struct addr dst;    /* the target, or the endpoint that is asked */
	struct addr toward; /* reverse: who gets the probes; none: this host */
	uint64_t pair_id;
	int64_t wall_us; /* the wall time that belongs to `now` */
	uint32_t job;	 /* the caller's own; comes back with each packet and record */
};

/* One packet to send. */
struct engine_packet {
	struct probe_spec spec;
	uint32_t job;
};

/* -EINVAL for settings out of bounds, -EOVERFLOW for more packets at once than
 * ENGINE_PACKETS_MAX, -ENOMEM. */
int engine_new(const struct engine_config *config, struct engine **ret_engine);
/* Takes NULL.  Traces that still run are forgotten. */
void engine_free(struct engine *e);

/* Room for `count` more traces? */
bool engine_has_room(const struct engine *e, uint32_t count);
/* Only while engine_has_room(). */
void engine_add(struct engine *e, const struct trace_spec *spec, mono now);
uint32_t engine_running(const struct engine *e);
/* Answers whose objects were not kept, for there were too many of them. */
uint64_t engine_objects_lost(const struct engine *e);

/* A packet that should leave now; false if there is none at this moment. */
bool engine_next_packet(struct engine *e, mono now, struct engine_packet *ret_packet);
/* reply->at is when the kernel saw it. */
enum match_verdict engine_on_reply(struct engine *e, const struct reply *reply);
/* Lets time pass: probes are lost, gaps found. */
void engine_expire(struct engine *e, mono now);
/* When engine_next_packet() or engine_expire() has something to do next, at the
 * earliest; MONO_NEVER if it waits for replies only. */
mono engine_next_deadline(const struct engine *e, mono now);

/*
 * No packet leaves any more, no trace begins.  Traces end when what they sent is
 * answered or timed out; or at once, if `now_or_never`.
 */
void engine_interrupt(struct engine *e, bool now_or_never, mono now);

/* The same, and not at once, for the traces that `leaves` says; others go on. */
void engine_leave(struct engine *e, bool (*leaves)(void *arg, const struct trace_spec *spec),
		  void *arg, mono now);

/*
 * The record of a trace that has ended, and the caller's own word for it; false if
 * there is none.  The record's probes are valid until the next call.
 */
bool engine_next_done(struct engine *e, struct trace_record *ret_record, uint32_t *ret_job);
