// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a multipath trace needs next, by what it knows: inside of mda.c.
 *
 * mda_plan.c goes through the hops and finds the end, mda_need.c asks how many flows
 * a hop needs, mda_check.c where they come by and whether that is true.
 */
#pragma once

#include "prober/engine/mda.h"

/* Queues what is needed and not under way; ends the trace if nothing is. */
void mda_plan(struct mda *m);

/* One hop's flows by the chosen method.  `early`: the hop before is not settled yet,
 * so only what will be needed in any case. */
void mda_plan_need(struct mda *m, uint8_t ttl, bool early);
/* Flows seen at `ttl` that have to show where they come by. */
void mda_plan_control(struct mda *m, uint8_t ttl);
/* Repeats of flows at a balanced hop: do they meet the same again? */
void mda_plan_recheck(struct mda *m, uint8_t ttl);

/* Nothing on the way to this hop and the one before. */
bool mda_hop_is_settled(struct mda *m, uint8_t ttl);
/* Queues one probe; false if the queue is full. */
bool mda_enqueue(struct mda *m, uint8_t ttl, uint16_t flow);
