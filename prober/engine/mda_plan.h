// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a multipath trace needs next, by what it knows: inside of mda.c.
 *
 * mda_plan.c goes through the hops and finds the end, mda_need.c asks how many flows
 * a hop needs (mda_share.c and mda_lite.c by other methods), mda_check.c where they
 * come by and whether that is true.
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

/* MDA_SHARE.  In rounds, as the deployed client does it: shares are looked at only when
 * everything of a round has come in, and a round that brings no link is the last. */
void mda_plan_share(struct mda *m, uint8_t ttl);

/* MDA_LITE, and the way from the hop before to `ttl` is inside of a diamond that is not
 * odd: one stopping rule for the hop is enough. */
bool mda_lite_applies(struct mda *m, uint8_t ttl);
void mda_plan_lite(struct mda *m, uint8_t ttl, bool early);
/* This hop is settled: is it odd, and was not known to be?  Then all hops of the diamond
 * need more than was planned. */
bool mda_lite_turns_odd(struct mda *m, uint8_t ttl);
/* How many flows of a vertex at `ttl` have to show where they come by. */
unsigned int mda_lite_controls(struct mda *m, uint8_t ttl);

/* Flows that must have gone on from this vertex before its successors count as known. */
uint16_t mda_wanted(const struct mda *m, const struct mda_vertex *v);
/* Does this flow end before `ttl`, as far as is known? */
bool mda_flow_has_ended(struct mda *m, uint8_t ttl, uint16_t flow);
/* A flow that was not sent to that TTL yet: an old one, or else a new one.  False if
 * there are no more. */
bool mda_fresh_flow(struct mda *m, uint8_t ttl, uint16_t *ret_flow);
/* The same; those first that are known to meet somebody at the hop before. */
bool mda_known_or_fresh_flow(struct mda *m, uint8_t ttl, uint16_t *ret_flow);
/* Flows that were given up behind each vertex of the hop before. */
void mda_count_silent(struct mda *m, uint8_t ttl, uint16_t silent[MDA_VERTICES_MAX]);
/* Sends flows on that are known to meet this vertex; returns how many are missing. */
uint16_t mda_send_known(struct mda *m, uint8_t ttl, const struct mda_vertex *v, uint16_t missing);
/*
 * New flows for the hop behind `ttl` - 1.  Where only one vertex is known there they can
 * but meet that one, and go on at once; else each first has to show whom it meets.
 * Where that may be a black hole (`has_dark`), it shows whom it meets before that: what
 * falls into the hole then is not waited for.
 */
void mda_draw(struct mda *m, uint8_t ttl, unsigned int count, bool has_dark);

/* Nothing on the way to this hop and the one before. */
bool mda_hop_is_settled(struct mda *m, uint8_t ttl);
/* Queues one probe; false if the queue is full. */
bool mda_enqueue(struct mda *m, uint8_t ttl, uint16_t flow);
