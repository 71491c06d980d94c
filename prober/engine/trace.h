// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One trace while it runs.  Inside the engine only: engine.c owns the traces and
 * moves them between queues, path.c decides what they send and when they end,
 * match.c ties replies to their probes, report.c makes records of them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/heap.h"
#include "prober/engine/blocks.h"
#include "prober/engine/engine.h"
#include "prober/engine/host.h"
#include "prober/engine/inflight.h"

/* Packets that are no probes of the path come first in trace.probes. */
#define CHECKS_MAX    4 /* support checks, each after the timeout of the one before */
#define QUESTIONS_MAX 3 /* what does this server mean by status 2? */
#define FIRST_PROBE   (CHECKS_MAX + QUESTIONS_MAX)

/* Multipath: probes that nothing depends on, but whose answers are still hoped for: they
 * arrived here, or take so long that the flow was tried again. */
#define LINGER_MAX 256

/* 18 minutes; what takes longer has no round trip. */
#define PROBE_RTT_BITS 40
#define PROBE_RTT_MAX  ((1ull << PROBE_RTT_BITS) - 1)

enum probe_state { PROBE_UNSENT, PROBE_WAITING, PROBE_ANSWERED, PROBE_LOST };

struct probe {
	mono sent; /* by the kernel's stamp once that is seen */
	struct addr from;
	uint64_t rtt_ns : PROBE_RTT_BITS; /* where has_rtt */
	uint64_t id : 16;
	uint64_t reply_ttl : 8;
	uint16_t icmp; /* type * 256 + code */
	uint16_t flow; /* multipath: its index among the trace's flows */
	uint8_t ttl;
	uint8_t try;
	uint8_t state : 2; /* enum probe_state */
	uint8_t has_rtt : 1;
	uint8_t arrived : 1;
	uint8_t late : 1;    /* multipath: takes long, and its flow was tried again */
	uint8_t stamped : 1; /* `sent` is the kernel's */
	uint8_t quoted_ttl;
	uint8_t reply_tos;
	uint32_t objects; /* one more than the slot in the engine's notes; 0: none */
};
_Static_assert(sizeof(struct probe) == 48, "memory per trace: docs/architecture.md");

/* What is known of one TTL. */
struct hop {
	uint8_t sent;
	uint8_t settled;	 /* of those: answered or given up */
	uint8_t waiting_arrived; /* of those: neither, but seen to arrive here */
	bool answered : 1;
	bool arrived : 1; /* a probe with this TTL was seen to arrive here */
	uint16_t first;	  /* the probe that was answered first */
};
_Static_assert(sizeof(struct hop) == 6, "memory per trace: docs/architecture.md");

enum trace_state {
	TRACE_CHECKING, /* reverse: does the endpoint speak the protocol? */
	TRACE_PROBING,
	TRACE_ASKING, /* reverse: refused, but what exactly? */
	TRACE_ENDED,
	TRACE_STATE_COUNT
};

struct method;
struct mda;

struct trace {
	struct trace_spec spec;
	const struct method *method;
	struct host *host;
	TAILQ_ENTRY(trace) waiting; /* in host->waiting */
	TAILQ_ENTRY(trace) ended;   /* in the engine's list of those */
	struct heap_node wake;	    /* when time alone changes something */
	mono started;
	mono ended_at;
	uint32_t slot;
	uint32_t serial;
	enum trace_state state;
	bool is_running;
	bool is_waiting; /* to send */
	bool is_interrupted;

	enum trace_stop stop; /* once decided; 0 before */
	uint16_t stop_code;
	uint8_t end_ttl;     /* where `stop` is decided: last TTL that still matters */
	uint8_t top;	     /* highest TTL that was answered */
	uint8_t arrival_len; /* path length by arrivals; 0: none seen */
	bool reached;
	mono patience; /* arrivals whose answers are awaited no longer than this */
	uint64_t check_rtt_ns;

	/* Judging hops in their order: those below `judged` are done. */
	uint8_t judged;
	uint8_t gap;	       /* silent or repeated hops in a row, up to there */
	bool gap_is_repeats;   /* and not one of them silent */
	uint8_t loop_period;   /* of the last judged hop; 0: its address is new */
	uint8_t last_answered; /* the last judged hop that has an address */
	uint8_t complete;      /* first TTL that is not all sent and settled */

	uint8_t checks;
	uint8_t questions;
	uint8_t refusal;	  /* the status that is in question */
	uint16_t oldest;	  /* first probe in the order of sending that may be waiting */
	uint16_t probe_count;	  /* those before FIRST_PROBE included */
	uint8_t *next_ttl;	  /* by try: the TTL that it comes to next */
	struct hop *hops;	  /* single path: by TTL */
	struct mda *mda;	  /* multipath: what is known */
	uint16_t refused_by;	  /* multipath: the last unreachable that ended a flow */
	uint16_t arrived_waiting; /* multipath: probes that arrived and may be answered yet */
	uint16_t late_waiting;	  /* multipath: the same of probes that are late */
	uint64_t longest_rtt_ns;  /* multipath: of its probes, the server's way included */
	struct block_list probes; /* of probes, in the order of sending: see trace_probe() */
};

static inline bool trace_is_reverse(const struct trace *t)
{
	return t->spec.direction == TRACE_REVERSE;
}

/* Index of the first packet that may have been sent: only reverse traces ask for anything
 * before FIRST_PROBE. */
static inline uint32_t trace_base(const struct trace *t)
{
	return trace_is_reverse(t) ? 0 : FIRST_PROBE;
}

static inline struct probe *trace_probe(const struct trace *t, uint32_t index)
{
	return block_list_at(&t->probes, index - trace_base(t), sizeof(struct probe));
}

static inline uint32_t trace_index(const struct trace *t, const struct probe *p)
{
	return block_list_index(&t->probes, p, sizeof(*p)) + trace_base(t);
}

/* Asks the endpoint for probes to somebody else. */
static inline bool trace_is_indirect(const struct trace *t)
{
	return !addr_is_none(&t->spec.toward);
}

/* Where the probes of the path go to. */
static inline const struct addr *trace_destination(const struct trace *t)
{
	if (!trace_is_reverse(t))
		return &t->spec.dst;
	return trace_is_indirect(t) ? &t->spec.toward : &t->spec.src;
}
