// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was seen: one trace with its probes.  Plain data, no functions that change
 * it; every sink reads this and nothing else.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

struct alias_result;
struct asn_db;
struct names;

enum trace_direction { TRACE_FORWARD, TRACE_REVERSE };

/* Numbers as stored. */
enum trace_mode {
	TRACE_SINGLEPATH = 0,
	TRACE_MDA = 1, /* multipath: all next hops, by the Multipath Detection Algorithm */
};

/* Why a trace ended.  Numbers up to 9 are scamper's (warts); ours start at 100. */
enum trace_stop {
	STOP_COMPLETED = 1,
	STOP_UNREACHABLE = 2, /* stop_code: ICMP type * 256 + code */
	STOP_LOOP = 4,
	STOP_GAP_LIMIT = 5,
	STOP_ERROR = 6, /* the server refused; stop_code: its status */
	STOP_MAX_TTL = 7,
	STOP_INTERRUPTED = 9,
	STOP_NOT_SUPPORTED = 100, /* the endpoint runs no server */
	STOP_NO_ANSWER = 101,	  /* nothing came back to the support check */
	STOP_BUDGET = 102,	  /* multipath: the probes or flows of a trace were used up */
	STOP_NOT_TOLD = 103,	  /* somebody else's trace, of which it is not known */
};

/* "completed", "gap limit" …; NULL for a number that is none. */
const char *trace_stop_name(enum trace_stop stop);

/* What STOP_ERROR's stop_code says, in words. */
const char *trace_error_text(uint16_t status);

/* stop_code where a status 2 or 3 was told apart: 256 * what was refused + status. */
enum {
	REFUSED_PROTOCOL = 1,
	REFUSED_FLOW = 2,
	IGNORED_TARGET = 3, /* the server sent us the probe that was for somebody else */
};

struct probe_record {
	struct addr from; /* who answered; none: nobody.  If only `arrived`, the destination */
	uint64_t rtt_ns;  /* where has_rtt */
	uint64_t sent_us; /* after the trace's start */
	uint16_t flow;
	uint16_t icmp; /* type * 256 + code; 0: unknown or no ICMP error */
	uint8_t ttl;
	uint8_t try;	    /* 0, 1 …: number among those of one TTL and flow */
	uint8_t reply_ttl;  /* of the reply as received; 0: unknown (reverse) */
	uint8_t reply_tos;  /* the same: DSCP and ECN; known where reply_ttl is */
	uint8_t quoted_ttl; /* of the probe as an ICMP error quotes it; known where both icmp and
			       reply_ttl are */
	bool answered;
	bool has_rtt;
	bool arrived;		/* reverse: this host saw the probe come in */
	uint16_t objects_len;	/* 0: none */
	const uint8_t *objects; /* that an ICMP error carried (RFC 4884), one behind the other,
				   each whole and with its header; objects.h reads them */
};

/*
 * Multipath: a router at one TTL, or the silence of one, a black hole, whose address
 * is none.  One address at two TTLs is two vertices.  What was answered is among the
 * probes, by TTL and address.
 */
struct vertex_record {
	struct addr addr;
	uint8_t ttl; /* 0: the root, where the probes start */
	bool is_end; /* flows end here: the destination, or who called it unreachable */
};

/* A way from one vertex to one of a later TTL. */
struct link_record {
	uint16_t near; /* index among the vertices */
	uint16_t far;
	uint16_t flows; /* that were seen at both ends; 0: assumed, not seen */
};

/* What it points to is copied in record_copy.c: a new pointer belongs there, too. */
struct trace_record {
	int64_t id;	       /* its number in the database that it comes from; 0: it is new */
	const char *target;    /* as it was given: name or address */
	uint32_t declared_asn; /* 0: none */
	const char *contact;   /* "": none */
	enum trace_direction direction;
	enum trace_mode mode;
	uint8_t proto;	 /* enum ip_proto, of the probes */
	struct addr src; /* where the probes start: reverse, the endpoint */
	struct addr dst;
	uint16_t sport, dport; /* of the probes; 0 for ICMP */
	uint16_t flow;
	uint64_t pair_id;   /* the same for both directions of a two-way trace, and no
			       other trace of the run; 0: none */
	int64_t started_us; /* since 1970 UTC */
	int64_t ended_us;
	enum trace_stop stop;
	uint16_t stop_code;
	bool reached;	       /* seen by evidence, not assumed */
	uint8_t path_len;      /* last TTL of the path; beyond it nothing belongs to it */
	uint8_t arrival_len;   /* reverse: path length by a probe's remaining TTL; 0: none */
	uint32_t sent;	       /* probes; `probes` has them all */
	uint32_t lost;	       /* of those up to path_len: no answer and no arrival */
	uint32_t checks;       /* support checks and questions, not among the probes */
	uint64_t check_rtt_ns; /* 0: unanswered */
	const struct probe_record *probes; /* in the order of TTL, flow, try */
	size_t probe_count;
	double eps;	  /* multipath: bound of the failure probability at each branching point */
	double eps_trace; /* multipath: the same for up to 16 points together; 0: not asked for */
	bool is_per_packet; /* multipath: flows don't keep their way, so no link is proven */
	const struct vertex_record *vertices; /* multipath: by TTL, the root first */
	size_t vertex_count;
	const struct link_record *links;
	size_t link_count;
	const struct names *names; /* of its addresses, as far as they are known; NULL: none
				      were looked up */
	struct asn_db *asn;	   /* what knows their autonomous systems; NULL: nobody does */
	struct geo_db *geo;	   /* the same for places */
	const struct alias_result *aliases; /* of a two-way trace, with the second direction
					       only; valid as long as the record, so that a
					       copy has none; NULL: not resolved */
};
