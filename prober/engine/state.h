// SPDX-License-Identifier: GPL-2.0-or-later
/* The engine's state, shared by engine.c (life), send.c, receive.c and expire.c. */
#pragma once

#include "base/heap.h"
#include "base/pool.h"
#include "prober/engine/trace.h"

struct multi_record;
struct notes;

struct engine {
	struct engine_config config;
	struct pool *traces;
	struct hosts *hosts;
	struct inflight *inflight;
	struct heap *due;   /* hosts that have something to send */
	struct heap *wakes; /* traces, by when time changes something for them */
	TAILQ_HEAD(, trace) ended;
	struct hop *hop_memory; /* of all traces, one piece each */
	struct blocks *blocks;	/* of probes */
	uint8_t *try_memory;
	uint8_t *mda_memory;
	struct notes *notes;	      /* objects of answers */
	struct multi_record *room;    /* of the record taken last */
	struct probe_record *records; /* of the record taken last */
	uint32_t probes_max;	      /* a trace, FIRST_PROBE included */
	uint32_t serial;
	bool is_interrupted;
};

/* Ends the trace here and now, whatever its path says. */
void engine_stop(struct engine *e, struct trace *t, enum trace_stop stop, uint16_t code, mono now);
/* After each change: does the trace end, does it want to send, when to look again? */
void engine_review(struct engine *e, struct trace *t, mono now);
/* Into its host's queue if it has something to send now, or out of it. */
void engine_update_waiting(struct engine *e, struct trace *t, mono now);
/* A multipath probe is settled: its place among those in flight is free. */
void engine_forget(struct engine *e, struct trace *t, struct probe *p);
/* When this host may get its next packet; out of the queue if it needs none. */
void engine_queue_host(struct engine *e, struct host *host, mono now);
