// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the simulated network sends back, as bytes of IP packets.  The packets that
 * go in are read from their bytes, too: nothing passes but what is on the wire.
 */
#pragma once

#include "prober/probe/parse.h"
#include "prober/probe/spec.h"

#define FAKE_PACKET_MAX 256

struct fake_packet {
	size_t len;
	uint8_t bytes[FAKE_PACKET_MAX];
};

/* What happens because of one of our packets. */
struct fake_effect {
	enum reply_kind kind;
	struct addr from;
	uint8_t icmp_type, icmp_code; /* REPLY_ERROR; REPLY_ANSWER: the code */
	uint8_t ttl;		      /* as it arrives here */
	bool is_echo;		      /* REPLY_ANSWER: the request as it came */
	uint8_t status;		      /* or else a server's status */
	struct addr hop;	      /* and if that is REVTR_RESULT, who answered */
	uint64_t rtt_ns;
	bool has_wide_time;
	uint16_t id;   /* REPLY_ARRIVAL: as the server chose it */
	size_t quoted; /* REPLY_ERROR: bytes behind the quoted IP header; 0: all */
};

/* Reads a packet of ours: addresses, what it asks for, its identifiers. */
void fake_packet_read(const struct fake_packet *sent, struct probe_spec *ret_spec);
/* Builds the effect of the packet `sent`, which says `spec`. */
void fake_packet_build(const struct fake_effect *effect, const struct probe_spec *spec,
		       const struct fake_packet *sent, struct fake_packet *ret_packet);
/* The same effect as parse_packet() would decode it. */
void fake_reply_build(const struct fake_effect *effect, const struct probe_spec *spec,
		      struct reply *ret_reply);
