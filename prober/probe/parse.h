// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A captured packet in, a decoded reply out.  Pure: no I/O, no allocation, no
 * state; every byte is checked before it is read.  What a reply means is for
 * the engine to say.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "wire/addr.h"

/* Why a packet was kept or dropped; each verdict has a counter of its own. */
enum parse_verdict {
	PARSE_OK,
	PARSE_TRUNCATED, /* ends before what it announces */
	PARSE_NOT_IP,
	PARSE_BAD_HEADER,   /* contradicts itself */
	PARSE_BAD_CHECKSUM, /* damaged: ICMP, or the IPv4 header */
	PARSE_FRAGMENT,
	PARSE_NOT_OURS,	    /* well-formed, but nothing that we cause */
	PARSE_VERDICT_COUNT /* keep last */
};

enum reply_kind {
	REPLY_ERROR,   /* an ICMP error that quotes a packet of ours */
	REPLY_ECHO,    /* echo reply to a forward probe */
	REPLY_TCP,     /* RST or SYN+ACK to a forward probe */
	REPLY_ANSWER,  /* code-1 echo reply: a server's response, or a plain host's echo */
	REPLY_ARRIVAL, /* a probe that a server sent, as it reaches us */
	REPLY_SENT,    /* a packet of ours, as it leaves */
	REPLY_KIND_COUNT
};

/* Which keyed values a reply brought back: bits of reply.keyed. */
enum {
	KEYED_IPV4_ID = 1,
	KEYED_SEQ = 2,
	KEYED_PAYLOAD = 4,
	KEYED_ICMP_ID = 8,
};

/* The body of a REPLY_ANSWER, not yet interpreted. */
struct reply_answer {
	uint8_t word[4];  /* a server's status word, or our request as it was */
	uint8_t text_len; /* of the error text, where the word is a status */
	bool has_hop;	  /* a result follows */
	bool has_rtt;
	struct addr hop;
	uint64_t rtt_ns;   /* either layout of the time field: docs/protocol.md */
	uint16_t body_len; /* bytes behind the ICMP header */
};

struct reply {
	enum reply_kind kind;
	mono at;	   /* set by the caller: when the kernel saw it */
	struct addr from;  /* source of the packet */
	struct addr to;	   /* its destination */
	struct addr peer;  /* host that our packet went to, or whose probe this is */
	uint8_t proto;	   /* of the probe in question, enum ip_proto */
	bool is_request;   /* it is a request of ours that is answered, quoted, sent */
	uint8_t icmp_type; /* REPLY_ERROR, REPLY_ECHO, REPLY_ANSWER */
	uint8_t icmp_code;
	uint8_t ttl;	    /* of the packet, as received */
	uint8_t quoted_ttl; /* REPLY_ERROR: of the packet that is quoted */
	bool is_syn_ack;    /* REPLY_TCP: the port is open */
	uint16_t flow;
	uint16_t id;
	uint16_t ipv4_id; /* KEYED_IPV4_ID, and of arrivals over IPv4 */
	/* REPLY_ARRIVAL: of the request that the probe says it comes from; 0: it says nothing. */
	uint16_t request_id;
	uint8_t keyed;
	uint16_t seq_tag;     /* KEYED_SEQ */
	uint16_t icmp_id;     /* KEYED_ICMP_ID */
	uint32_t payload_tag; /* KEYED_PAYLOAD */
	uint8_t tos;	      /* of the packet: DSCP and ECN */
	struct reply_answer answer;
	/* REPLY_ERROR: the objects behind the quote, each with its header (RFC 4884), all of
	 * them sound; in the packet, so valid as long as that. */
	const uint8_t *objects;
	uint16_t objects_len; /* 0: none */
};

/* An IP packet of `len` bytes; `outgoing` if this host sent it.  Leaves *ret_reply
 * untouched unless it returns PARSE_OK. */
enum parse_verdict parse_packet(const void *packet, size_t len, bool outgoing,
				struct reply *ret_reply);

/* The same packet behind a Linux "cooked" header, version 2. */
enum parse_verdict parse_sll2(const void *frame, size_t len, struct reply *ret_reply);

const char *parse_verdict_name(enum parse_verdict verdict);
