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

/* Lists of who may ask. */
enum access_list { ACCESS_DIRECT, ACCESS_INDIRECT, ACCESS_LIST_COUNT };
#define ACCESS_GENERATIONS 2

struct access_config {
	uint8_t listed[ACCESS_LIST_COUNT]; /* 0: no such list, everybody is in it */
	uint8_t zero[6];
};
_Static_assert(sizeof(struct access_config) == 8, "no padding");

/* One prefix of a list; what a trie of prefixes is asked with. */
struct access_key {
	uint32_t len;  /* leading bits that count, from is_v4 on */
	uint8_t is_v4; /* in front, so that ::/0 holds no IPv4 address */
	struct addr addr;
	uint8_t zero[3];
};
_Static_assert(sizeof(struct access_key) == 24, "map key without holes");
#define ACCESS_KEY_BITS (8 + 128) /* of one address */

/* A token every `gap_ns`, and how far ahead of that the taking may run. */
struct limit_rate {
	uint64_t gap_ns;  /* 0: no limit */
	uint64_t room_ns; /* (burst - 1) gaps */
};

struct limit_config {
	struct limit_rate source;    /* of each source prefix */
	struct limit_rate target;    /* of each prefix with a third host */
	struct limit_rate total;     /* of all requests */
	struct limit_rate newcomers; /* of all source prefixes without a bucket yet */
	struct limit_rate events;    /* of what is told to the log */
	uint64_t seed;		     /* secret of this process */
	uint8_t require_padding;
	uint8_t zero[7];
};
_Static_assert(sizeof(struct limit_config) == 96, "no padding");

enum limit_shared {
	LIMIT_TOTAL,
	LIMIT_NEWCOMERS, /* prefixes without a bucket that ask for the first time */
	LIMIT_MARKED,	 /* and again */
	LIMIT_EVENTS,
	LIMIT_SHARED_COUNT,
};
#define LIMIT_SOURCES 65536 /* prefixes with a bucket */
#define LIMIT_TARGETS 16384
/* Refused newcomers, 32 in a cache line, four million in all: in a flood of half a
 * million a second a mark lasts eight seconds. */
#define LIMIT_MARK_SETS 131072
struct limit_marks {
	uint16_t marks[32];
};

/* How much the log wants to be told, each including those before. */
enum event_level { EVENTS_NONE, EVENTS_REFUSED, EVENTS_SESSIONS, EVENTS_NEVER };

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
	uint8_t events;	  /* enum event_level */
	uint8_t zero[7];
	struct access_config access;
	struct limit_config limit;
};
_Static_assert(sizeof(struct server_config) == 152, "no padding");

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
	COUNT_NOT_ALLOWED,	 /* dropped: the source is not in the list of who may ask */
	COUNT_UNPADDED,		 /* dropped: shorter than what it would cause */
	COUNT_SOURCE_LIMIT,	 /* dropped: the source's prefix has asked too often */
	COUNT_NEWCOMER_LIMIT,	 /* dropped: too many prefixes that never asked before */
	COUNT_TOTAL_LIMIT,	 /* dropped: all sources together ask too often */
	COUNT_TARGET_LIMIT,	 /* dropped: the third host's prefix is probed too often */
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
	COUNT_EVENT_LOST,	 /* not told to the log: too many, or it is too slow */
	COUNT_SENT_BACK,	 /* sent to where the packet came from: no routing to ask */
	COUNTER_COUNT,		 /* keep last */
};
enum { FAMILY_V4, FAMILY_V6, FAMILY_COUNT };

/* One thing that happened, as it is told to the log. */
struct server_event {
	uint32_t what; /* enum server_counter */
	struct addr client;
	struct addr hop; /* who answered the probe; none otherwise */
	be16 id;	 /* the client's */
	uint8_t proto;	 /* of the probe; 0 where that is not known */
	uint8_t zero;
	uint64_t rtt_ns;
};
_Static_assert(sizeof(struct server_event) == 48, "ring buffer entry without holes");
