// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the BPF program and its loader agree on: configuration, map entries,
 * counters.  No padding, no #ifdef.  Include it before the skeleton, which uses
 * these structures.
 */
#pragma once

#include "wire/addr.h"
#include "wire/be.h"

/* Read-only data of the program, set by the loader before it loads. */
struct server_config {
	uint64_t timeout_ns; /* age at which a session's slot is free again */
	uint32_t sessions;   /* slots */
	uint8_t serve_v4;
	uint8_t serve_v6;
	uint8_t zero[2];
};
_Static_assert(sizeof(struct server_config) == 16, "no padding");

/* A session is named by who gets the probe and by the identifier it carries. */
struct session_key {
	struct addr peer;
	be16 id; /* as the client sent it */
	uint16_t zero;
};
_Static_assert(sizeof(struct session_key) == 20, "map key without holes");

struct session {
	uint64_t born_ns; /* monotonic; also the token that releases the slot */
	uint32_t slot;
	uint8_t proto; /* of the probe */
	uint8_t zero[3];
};
_Static_assert(sizeof(struct session) == 16, "map value without holes");

/*
 * A slot is the right to hold one session.  Free slots lie on a stack.  A slot
 * in use names its session, so that a hand which walks the slots in turn can
 * end sessions that are too old, without a timer and without user space.
 */
struct session_slot {
	uint64_t born_ns; /* 0: free.  Who swaps it to 0 owns the slot's release */
	struct session_key key;
	uint32_t zero;
};
_Static_assert(sizeof(struct session_slot) == 32, "map value without holes");

/* Why a packet went where it went.  One count a reason and family; names in
 * counters.c. */
enum server_counter {
	COUNT_REQUEST,		 /* requests of any kind */
	COUNT_PROBE,		 /* probes sent */
	COUNT_RESPONSE,		 /* results sent */
	COUNT_BAD_TTL,		 /* status 1 sent: mostly support checks */
	COUNT_BAD_PROTO,	 /* status 2 sent */
	COUNT_DUPLICATE,	 /* dropped: identifier still live for this client */
	COUNT_FULL,		 /* dropped: no free slot */
	COUNT_EXPIRED,		 /* sessions that ended without an answer */
	COUNT_UNMATCHED,	 /* answers to no live session, passed to the kernel */
	COUNT_TRUNCATED_REQUEST, /* too short to be one, passed to the kernel */
	COUNT_BAD_SOURCE,	 /* requests from an address that is no host's, passed likewise */
	COUNT_FRAGMENT,		 /* fragments of ICMP or TCP, passed to the kernel */
	COUNT_REWRITE_FAILED,	 /* dropped: the packet could not be resized or written */
	COUNT_SYN_ACK_CLONED,	 /* handed to the kernel as well, which resets them */
	COUNTER_COUNT,		 /* keep last */
};
enum { FAMILY_V4, FAMILY_V6, FAMILY_COUNT };
