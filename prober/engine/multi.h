// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Multipath, as a method of the engine: hands the trace's answers to mda.h and its
 * wishes back.
 *
 * A reverse probe that arrives here has met the destination, whatever becomes of the
 * answer: that settles its flow at once, and the answer, if it comes, adds the round
 * trip.
 */
#pragma once

#include "prober/engine/mda.h"
#include "prober/engine/method.h"

/* Room for the vertices and links of one trace's record. */
struct multi_record;

int multi_record_new(uint8_t max_ttl, struct multi_record **ret_room);
void multi_record_free(struct multi_record *room);

/* Fills the record's multipath part; `room` must live as long as the record. */
void multi_report(const struct trace *t, struct multi_record *room,
		  struct trace_record *ret_record);
