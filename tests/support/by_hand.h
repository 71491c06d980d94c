// SPDX-License-Identifier: GPL-2.0-or-later
/* A simulated network in which nobody answers, but the test itself. */
#pragma once

#include "tests/support/fake_network.h"

struct by_hand {
	struct fake_network *network;
	struct engine_packet packets[64]; /* that were sent */
	size_t count;
};

/* Starts one trace, job 0, and lets half a second pass; nobody stamps departures. */
void by_hand_start(struct by_hand *h, enum trace_direction direction, const char *dst,
		   uint8_t proto);
void by_hand_end(struct by_hand *h);

/* What would come because of that packet: a router's error, or the destination's
 * reply; a server's status 1; an arrival with a TTL of 50. */
struct reply by_hand_reply(const struct by_hand *h, size_t packet, enum reply_kind kind);
/* A server's result: this router, in so much time. */
struct reply by_hand_result(const struct by_hand *h, size_t packet, char router, uint64_t rtt_ns);
/* It comes now, and is taken for that. */
void by_hand_expect(struct by_hand *h, const struct reply *reply, enum match_verdict want);
