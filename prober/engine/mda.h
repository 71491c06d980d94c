// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Multipath discovery: all routers that packets of any flow may meet, hop by hop, and
 * the links between them, with a bounded chance to miss one.  The Multipath Detection
 * Algorithm (Augustin et al., E2EMON 2007) in three accountings:
 *
 *   MDA_NODE   each vertex gets as many flows to the next hop as its successors ask
 *              for; new flows are drawn only while a vertex needs them.
 *   MDA_SHARE  the deployed client's rule (--method mda): the hop as a whole gets so many flows
 * that the vertex with the smallest share is likely to get enough; each is sent to the nearer hop,
 * too. MDA_LITE   after Vermeulen et al. (IMC 2018): within a diamond, the hop as a whole gets what
 * its number of routers asks for, and two flows of each router tell whether it is meshed.  One that
 * is, or is uneven, is gone through again by vertices.  No bound holds for a router within a
 * diamond.
 *
 * Not rounds but needs: after each answer what is needed is computed afresh from all
 * that is known, and what is needed and not under way is queued.  While stragglers of
 * one hop are awaited, the routers it is known to have are tested on.
 *
 * Pure and on its own: the engine passes answers in and takes probes out.
 */
#pragma once

#include "prober/engine/mda_table.h"
#include "prober/engine/stopping.h"

enum mda_method { MDA_NODE, MDA_SHARE, MDA_LITE }; /* in the order of --method */

struct mda_config {
	struct stopping stopping;
	double eps_trace; /* for the record: the bound that stopping.eps comes from; 0: none */
	enum mda_method method;
	uint8_t min_ttl, max_ttl;
	uint8_t gap_limit;
	uint8_t retries;   /* of a flow that is not answered, at most MDA_RETRIES_MAX */
	bool recheck;	   /* repeat some flows at balanced hops: balanced by packet? */
	bool trust_single; /* MDA_SHARE: don't look where a flow comes by if the hop before
			    * has one vertex */
	uint16_t min_burst, max_burst;
};

#define MDA_RETRIES_MAX 14
#define MDA_QUEUE	4096

/* Why it is over. */
enum mda_end {
	MDA_RUNS,
	MDA_REACHED, /* every flow ends */
	MDA_GAP,     /* silent or repeated hops */
	MDA_MAX_TTL,
	MDA_EXHAUSTED, /* flows, vertices or links beyond the bounds */
};

struct mda_ask {
	uint8_t ttl;
	uint16_t flow; /* index */
	bool is_late;  /* mda_overdue() was told of it */
};

struct mda {
	const struct mda_config *config;
	enum mda_end end;
	uint8_t end_ttl;
	bool is_per_packet;   /* one flow met two vertices at one TTL: by packet, or remapped */
	uint32_t outstanding; /* probes, those that are late left out */
	uint32_t burst;	      /* how many may be */
	uint32_t streak;      /* answers in a row */
	uint16_t queue_first, queue_count;
	struct mda_ask queue[MDA_QUEUE];
	struct mda_table table; /* keep last: hops follow */
};

size_t mda_size(uint8_t max_ttl);
void mda_init(struct mda *m, const struct mda_config *config, uint64_t seed);

/* The next probe, if one may leave now; false otherwise.  mda_sent() takes it. */
bool mda_peek(const struct mda *m, struct mda_ask *ret_ask);
void mda_sent(struct mda *m);

/* `is_end`: this flow goes no further, it met the destination or was refused. */
void mda_answered(struct mda *m, const struct mda_ask *ask, const struct addr *from, bool is_end);
void mda_lost(struct mda *m, const struct mda_ask *ask);
/* It takes long: its place in the burst is free, and the flow is tried again.  Either
 * probe may be answered yet.  Once a probe; set ask->is_late from then on. */
void mda_overdue(struct mda *m, const struct mda_ask *ask);

/*
 * For the record, up to this TTL: hides black holes that are but loss.  One beside a
 * router that answers stays where somebody is known by nothing else, or where it has
 * more flows than the loss among its neighbours explains.
 */
void mda_conclude(struct mda *m, uint8_t last_ttl);

static inline uint16_t mda_flow_value(const struct mda *m, uint16_t flow)
{
	return m->table.flows[flow];
}
