// SPDX-License-Identifier: GPL-2.0-or-later
/* What a multipath trace needs next, by what it knows: inside of mda.c. */
#pragma once

#include "prober/engine/mda.h"

/* Queues what is needed and not under way; ends the trace if nothing is. */
void mda_plan(struct mda *m);

/* Queues one probe; false if the queue is full. */
bool mda_enqueue(struct mda *m, uint8_t ttl, uint16_t flow);
