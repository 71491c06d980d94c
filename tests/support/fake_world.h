// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Internet of the tests: hosts, and the paths there and back.  A world says
 * what is where; fake_network.c lets packets travel through it.  It changes only
 * by the time that is asked for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "wire/addr.h"

enum fake_hop_kind {
	FAKE_ROUTER,
	FAKE_SILENT,	  /* forwards, answers nothing */
	FAKE_LIMITED,	  /* answers one probe in three */
	FAKE_UNREACHABLE, /* answers with an error, forwards nothing */
	FAKE_END,	  /* the path's destination */
};

struct fake_hop {
	enum fake_hop_kind kind;
	struct addr addr;
	uint64_t rtt_ns;	      /* there and back */
	uint8_t icmp_type, icmp_code; /* FAKE_UNREACHABLE */
};

/* What a host makes of a request. */
enum fake_speech {
	FAKE_SERVER,
	FAKE_ECHOES, /* a plain host: with code 1, as it came */
	FAKE_ECHOES_CODE_0,
	FAKE_DEAD,	/* nothing at all, not even to forward probes */
	FAKE_NOT_THERE, /* a router says: host unreachable */
};

struct fake_host {
	enum fake_speech speech;
	uint64_t rtt_ns;       /* of requests; 0 in a written world: 10 ms */
	mono gone_at;	       /* a server that runs no longer: the host echoes; 0: never */
	uint8_t refused_proto; /* refused with the status for that */
	uint16_t refused_flow;
	uint8_t refusal;       /* status with which every real request is refused; 0: none */
	bool is_swapped;       /* its statuses 2 and 3 mean each other */
	bool has_wide_time;    /* 64-bit round trips */
	bool has_global_ids;   /* its probes have identifiers of their own */
	bool client_filters;   /* its probes reach us, and nothing answers them */
	bool ignores_unknown;  /* no status for protocols that no server has */
	const char *client_is; /* our address as it sees it: behind a translator */
};

/* One direction to or from a host, as one flow sees it at one moment. */
struct fake_leg {
	struct addr host;
	struct addr end; /* who is at the end of it */
	bool is_reverse;
	uint8_t proto;
	uint16_t flow;
	mono at;
};

struct fake_world {
	const void *self;
	struct fake_hop (*hop)(const void *self, const struct fake_leg *leg, uint8_t ttl);
	struct fake_host (*host)(const void *self, const struct addr *addr);
};

/*
 * A world written down.  A path is one letter a router, in words:
 *   A    a router      A?   a rate-limited one
 *   *    a silent one  A!   host unreachable   A#   prohibited
 *   @    the end: what answers is the destination, before its turn
 * and the destination behind the last of them.
 */
struct fake_site {
	const char *addr;
	struct fake_host host;
	const char *forward;
	const char *reverse;
	const char *odd_forward; /* of odd flows, if it differs */
	const char *odd_reverse;
	const char *later_forward; /* from `changes_at` on */
	const char *later_reverse;
	mono changes_at;
	uint64_t base_ns; /* round trips: this, and ... */
	uint64_t step_ns; /* ... that for each hop; 0: 10 ms */
};

struct fake_sites {
	const struct fake_site *sites;
	size_t count;
};

/* `sites` must live as long as the world. */
struct fake_world fake_world_of(const struct fake_sites *sites);
/* The address behind a letter, of the family. */
struct addr fake_router(char letter, bool is_v4);
/* From text; ends the test if it is none. */
struct addr fake_addr(const char *text);
