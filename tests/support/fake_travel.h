// SPDX-License-Identifier: GPL-2.0-or-later
/* What a world makes of one packet, if nothing is lost.  Pure but for the dice. */
#pragma once

#include "tests/support/fake_packet.h"
#include "tests/support/fake_world.h"

#define FAKE_EFFECTS_MAX 2

struct fake_dice {
	uint64_t state;
};

uint32_t fake_dice_below(struct fake_dice *dice, uint32_t bound);
bool fake_dice_hits(struct fake_dice *dice, uint32_t per_million);

struct fake_event {
	struct fake_effect effect;
	uint64_t delay_ns; /* from the packet's departure */
};

/* Returns how many effects the packet has; they are in the order of time. */
size_t fake_travel(const struct fake_world *world, const struct probe_spec *spec, mono now,
		   struct fake_dice *dice, struct fake_event events[static FAKE_EFFECTS_MAX]);
