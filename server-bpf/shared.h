// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the BPF program and its loader agree on: configuration, map entries,
 * counters.  No padding, no #ifdef.  Include it before the skeleton, which uses
 * these structures.
 */
#pragma once

#include <linux/bpf.h>

#include "wire/addr.h"
#include "wire/be.h"

/* Read-only data of the program, set by the loader before it loads. */
struct server_config {
	uint64_t timeout_ns; /* age at which a session's slot is free again */
	uint64_t secret[2];  /* random: nobody can foresee identifiers without it */
	uint32_t sessions;   /* slots */
	uint32_t sessions_per_target;
	uint32_t target_mask; /* entries of the map of targets, less one */
	uint8_t serve_v4;
	uint8_t serve_v6;
	uint8_t tcp_syn;  /* TCP probes are SYNs, or else segments without any flag */
	uint8_t indirect; /* targets other than who asks are served */
};
_Static_assert(sizeof(struct server_config) == 40, "no padding");

/* A session is named by what an answer to its probe brings back. */
struct probe_key {
	struct addr target; /* who gets the probe */
	/* Chosen by the server, as it lies in the probe: 16 bits, in TCP probes 32. */
	uint32_t id;
	uint8_t proto;
	uint8_t zero[3];
};
_Static_assert(sizeof(struct probe_key) == 24, "map key without holes");

/* And by the request that caused it, so that one that comes twice is known. */
struct request_key {
	struct addr client;
	be16 id; /* as the client sent it */
	uint8_t ttl;
	uint8_t proto; /* of the probe, never 0 */
	be16 flow;     /* likewise */
	be16 object;   /* checksum of the object, which tells targets apart; 0: none */
};
_Static_assert(sizeof(struct request_key) == 24, "map key without holes");

struct session {
	uint64_t born_ns; /* monotonic; also the token that releases the slot */
	uint32_t slot;
	uint32_t zero;
};
_Static_assert(sizeof(struct session) == 16, "map value without holes");

/*
 * A slot is the right to hold one session, and says all about it.  Free slots lie
 * on a stack.  A slot in use names its session, so that a hand which walks the
 * slots in turn can end sessions that are too old, without a timer and without
 * user space.
 */
struct session_slot {
	uint64_t born_ns; /* 0: free.  Who swaps it to 0 owns the slot's release */
	struct probe_key probe;
	struct request_key request;
	struct addr asked;    /* the address of this host that was asked */
	uint32_t target_load; /* which count of a target's sessions it is part of */
	uint32_t zero;
};
_Static_assert(sizeof(struct session_slot) == 80, "map value without holes");

/* The sessions of some targets, by the span of time in which they were opened. */
#define TARGET_SPANS 4
struct target_load {
	struct bpf_spin_lock lock;
	uint32_t zero;
	uint64_t span; /* the latest */
	uint32_t opened[TARGET_SPANS];
};
_Static_assert(sizeof(struct target_load) == 32, "map value without holes");

/* Value of the map of this host's addresses. */
struct own_address {
	uint64_t round; /* of reading them all, in which it was there */
};

/* Why a packet went where it went.  One count a reason and family; names in
 * counters.c. */
enum server_counter {
	COUNT_REQUEST,		 /* requests of any kind that are to be served or refused */
	COUNT_PROBE,		 /* probes sent */
	COUNT_RESPONSE,		 /* results sent */
	COUNT_BAD_TTL,		 /* status 1 sent: mostly support checks */
	COUNT_BAD_PROTO,	 /* status 2 sent */
	COUNT_BAD_OBJECT,	 /* status 4 sent: indirect traces are off, or target refused */
	COUNT_DUPLICATE,	 /* dropped: the same request is still live */
	COUNT_FULL,		 /* dropped: no free slot */
	COUNT_TARGET_FULL,	 /* dropped: the target has its share of sessions already */
	COUNT_EXPIRED,		 /* sessions that ended without an answer */
	COUNT_UNMATCHED,	 /* answers to no live session, passed to the kernel */
	COUNT_TRUNCATED_REQUEST, /* too short to be one, passed to the kernel */
	COUNT_BAD_SOURCE,	 /* requests from an address that is no host's, passed likewise */
	COUNT_BAD_DESTINATION,	 /* requests to no address of this host, passed likewise */
	COUNT_BAD_CHECKSUM,	 /* requests and answers that were damaged, passed likewise */
	COUNT_FRAGMENT,		 /* fragments of ICMP or TCP, passed to the kernel */
	COUNT_OTHER,		 /* whatever else passed to the kernel */
	COUNT_NO_ROUTE,		 /* dropped: there is no way to the target */
	COUNT_RESPONSE_NO_ROUTE, /* dropped: there is no way to the client */
	COUNT_REWRITE_FAILED,	 /* dropped: the packet could not be resized or written */
	COUNT_SYN_ACK_CLONED,	 /* handed to the kernel as well, which resets them */
	COUNT_SENT_BACK,	 /* sent to where the packet came from: no routing to ask */
	COUNTER_COUNT,		 /* keep last */
};
enum { FAMILY_V4, FAMILY_V6, FAMILY_COUNT };
