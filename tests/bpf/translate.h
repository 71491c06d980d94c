// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A recorded answer names the probe by the identifier that the recorded server gave
 * it.  Ours gives another: this puts it into the answer, checksums included.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/packets.h"
#include "wire/headers.h"

#define TRANSLATIONS_MAX 4096

/* One probe: its first eight bytes of L4, there and here, in network order. */
struct translation {
	struct addr target;
	uint8_t proto;
	uint8_t theirs[8];
	uint8_t ours[8];
};

struct translations {
	struct translation of[TRANSLATIONS_MAX];
	size_t count;
};

/* One IP packet in a frame, taken apart as far as these tests need it. */
struct view {
	const struct eth_hdr *eth;
	const uint8_t *l4;
	struct addr src, dst;
	size_t l4_len;
	size_t l4_off;
	uint8_t proto;
	bool is_v4;
};

/* False if it is none, or shorter than eight bytes behind the IP header. */
bool view_frame(const struct packet_bytes *frame, struct view *v);

/* The same probe as both servers sent it. */
void translate_learn(struct translations *t, const struct packet_bytes *theirs,
		     const struct packet_bytes *ours);
/* Rewrites an answer to one of the recorded server's probes; leaves all else alone. */
void translate_answer(const struct translations *t, struct packet_bytes *frame);
