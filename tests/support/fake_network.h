// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A network in virtual time around an engine: what engine_next_packet() gives
 * travels through a world, and what comes of it goes into engine_on_reply(), as
 * bytes that craft.c made and parse.c reads, or (is_fast) already decoded.
 * Deterministic: the same seed gives the same events.
 */
#pragma once

#include "prober/engine/engine.h"
#include "tests/support/fake_travel.h"

/* Virtual time begins here, as on a machine that has been up for a while. */
#define FAKE_START ((mono){ 1000 * NS_PER_S })

struct fake_network;

struct fake_network_config {
	struct engine_config engine;
	struct fake_world world;
	uint64_t seed;
	uint32_t loss_ppm; /* of packets we send, and of what comes of them */
	uint32_t duplicate_ppm;
	uint32_t late_ppm;  /* come just after the timeout */
	uint32_t forge_ppm; /* answers that somebody forges, and is faster */
	uint64_t jitter_ns; /* up to that much longer: reorders */
	uint64_t poll_ns;   /* the engine is looked after that often; 0: at once */
	uint32_t per_poll;  /* packets taken from it each time; 0: all there are */
	size_t quoted;	    /* bytes that routers quote behind the IP header; 0: all */
	bool has_no_stamps; /* nobody sees our packets leave */
	bool is_fast;
	uint32_t events; /* on the way at once, at most; 0: 4096 */
	void *self;	 /* of the functions below, each of which may be NULL */
	/* One more trace, while the engine has room. */
	bool (*more)(void *self, struct trace_spec *ret_spec);
	/* Without it the network keeps a copy of each record. */
	void (*done)(void *self, const struct trace_record *record, uint32_t job);
	void (*sent)(void *self, const struct engine_packet *packet, mono now);
	bool *in_engine; /* true while the engine works; may be NULL */
};

struct fake_counts {
	uint64_t sent;
	uint64_t lost;
	uint64_t late;
	uint64_t duplicates;
	uint64_t forged;
	uint64_t passes; /* rounds of looking after the engine */
	uint64_t parsed[PARSE_VERDICT_COUNT];
	uint64_t verdicts[MATCH_VERDICT_COUNT];
	uint32_t records;
};

/* Ends the test if the engine refuses its settings. */
struct fake_network *fake_network_new(const struct fake_network_config *config);
void fake_network_free(struct fake_network *n);

struct engine *fake_network_engine(struct fake_network *n);
mono fake_network_now(const struct fake_network *n);
const struct fake_counts *fake_network_counts(const struct fake_network *n);

void fake_network_add(struct fake_network *n, const struct trace_spec *spec);
/* Until every trace has ended; or up to `until`, if that comes first. */
void fake_network_run(struct fake_network *n, mono until);
void fake_network_interrupt(struct fake_network *n, bool now_or_never);
/* The reply arrives now. */
enum match_verdict fake_network_inject(struct fake_network *n, const struct reply *reply);

/* How many different identifiers our packets had so far. */
uint32_t fake_network_identifiers(const struct fake_network *n);
/* The record of the only trace with this job; ends the test if there is none. */
const struct trace_record *fake_network_record(const struct fake_network *n, uint32_t job);
