// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One packet of every kind that the prober takes note of, in both families: its
 * own as they leave, and what comes back.  IP packets, without a link header.
 */
#pragma once

#include <stdbool.h>

#include "prober/probe/parse.h"
#include "prober/probe/spec.h"
#include "tests/support/packets.h"

struct reply_sample {
	char name[64];
	bool is_v4;
	bool outgoing;
	bool is_request; /* it has to do with a request, or with the probe that one asks for */
	enum reply_kind kind;
	uint8_t proto;		/* of the probe */
	struct probe_spec spec; /* what we sent, but for arrivals */
	size_t ip_len;		/* of the outer IP header */
	size_t least;		/* bytes without which it is nothing */
	struct packet_bytes packet;
};

#define SAMPLE_HOST_V4	 "192.0.2.1"
#define SAMPLE_HOST_V6	 "2001:db8::1"
#define SAMPLE_TARGET_V4 "198.51.100.7"
#define SAMPLE_TARGET_V6 "2001:db8:5::7"
#define SAMPLE_ROUTER_V4 "203.0.113.9"
#define SAMPLE_ROUTER_V6 "2001:db8:9::9"
#define SAMPLE_FLOW	 33500
#define SAMPLE_ID	 0x4d21
#define SAMPLE_TTL	 7 /* of received packets */
#define SAMPLE_RTT_NS	 114290

/* The samples stay where they are; *ret_samples is not to be freed. */
size_t reply_samples(const struct reply_sample **ret_samples);

/* An ICMP error (type and code of the family's time exceeded) to us that quotes
 * the first `quote` bytes of an IP packet, and `padding` zero bytes behind them. */
struct packet_bytes reply_error_quoting(bool is_v4, const void *packet, size_t quote,
					size_t padding);

/* How an ICMP error has objects behind its quote. */
struct error_objects {
	const char *hex;   /* behind the extension's header */
	bool is_told;	   /* where the quote ends, as RFC 4884 asks; else as before it */
	bool has_checksum; /* else 0, which says nothing */
	uint8_t version;   /* 0: 2, the right one */
	uint16_t harm;	   /* added to the checksum */
	uint16_t quote;	   /* 0: 128 bytes */
};

/* The error of a router for the sample's own forward UDP probe. */
struct packet_bytes reply_error_with_objects(bool is_v4, const struct error_objects *objects);

/* The sample's own forward probe or request, sealed, as a spec. */
struct probe_spec reply_sample_spec(bool is_v4, bool is_request, uint8_t proto);
