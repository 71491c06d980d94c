// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reverse traceroute on the wire: the only definition, for the client's side,
 * the server's side and BPF.  After draft-heiwin-intarea-reverse-traceroute as
 * the deployed servers speak it; docs/protocol.md has each field and where the
 * draft, the deployed server and the deployed client disagree.
 *
 * A request is an ICMP(v6) echo request with code 1, a response an echo reply
 * with code 1; the structures here follow the icmp_hdr.
 */
#pragma once

#include "wire/headers.h"

enum {
	REVTR_ICMP_CODE = 1,
	REVTR_PROBE_PORT = 1021,   /* source port of UDP and TCP probes */
	REVTR_PROBE_SEQ = 0xffff,  /* sequence of ICMP probes */
	REVTR_PROBE_WINDOW = 1024, /* of TCP probes */
	REVTR_PROBE_MSS = 1460,
	REVTR_HOP_LIMIT = 64, /* of responses, and of our requests */
	/* What the server uses where the request's flow is 0. */
	REVTR_FLOW_UDP = 53,
	REVTR_FLOW_TCP = 80,
	REVTR_FLOW_ICMP = 0xbeaf,
	/* How long deployed servers keep a session, unless told otherwise. */
	REVTR_SESSION_TIMEOUT_S = 5,
};

struct WIRE revtr_request {
	uint8_t ttl;   /* of the probe; 0 asks for REVTR_BAD_TTL: the support check */
	uint8_t proto; /* enum ip_proto of the family; 0: the server's default, ICMP */
	be16 flow;     /* UDP, TCP: destination port; ICMP: checksum; 0: server's default */
};
_Static_assert(sizeof(struct revtr_request) == 4, "docs/protocol.md: request");

/* Follows the request where the probe shall go to somebody else than the one who asks:
 * an indirect trace.  The address as in a result. */
struct WIRE revtr_object {
	uint8_t version; /* REVTR_OBJECT_VERSION, in the upper four bits */
	uint8_t zero;
	be16 checksum; /* over this structure */
	be16 len;      /* REVTR_OBJECT_LEN: of the address alone, unlike RFC 4884 */
	uint8_t class; /* REVTR_OBJECT_CLASS */
	uint8_t c_type;
	struct addr target;
};
_Static_assert(sizeof(struct revtr_object) == 24, "docs/protocol.md: request");
enum { REVTR_OBJECT_VERSION = 0x20, REVTR_OBJECT_LEN = 16, REVTR_OBJECT_CLASS = 5 };

/* The server's reading.  The deployed client swaps 2 and 3. */
enum revtr_status {
	REVTR_RESULT = 0,
	REVTR_BAD_TTL = 1,
	REVTR_BAD_PROTO = 2,
	REVTR_BAD_FLOW = 3,
	REVTR_BAD_OBJECT = 4,
};

struct WIRE revtr_status_hdr {
	uint8_t status;	  /* enum revtr_status */
	uint8_t text_len; /* of an error text that follows; deployed servers send 0 */
	be16 value;	  /* 0, but for REVTR_BAD_OBJECT */
};
_Static_assert(sizeof(struct revtr_status_hdr) == 4, "docs/protocol.md: response");

/* Follows the status where it is REVTR_RESULT. */
struct WIRE revtr_result {
	struct addr hop; /* who answered the probe; IPv4 is v4-mapped */
	be32 rtt_ns;	 /* as deployed: the low 32 bits of the round trip */
	be32 zero;	 /* a true 64-bit count has its low half here, see docs */
};
_Static_assert(sizeof(struct revtr_result) == 24, "docs/protocol.md: response");

struct WIRE revtr_answer {
	struct revtr_status_hdr head;
	struct revtr_result result;
};
_Static_assert(sizeof(struct revtr_answer) == 28, "docs/protocol.md: response");

/* --- probes, as a server sends them --------------------------------------- */

/* Random in the probes of deployed servers.  Ours tell the client, whom alone they reach
 * whole, which request they come from; the identifier that they show is the server's. */
struct WIRE revtr_token {
	be16 mark; /* REVTR_TOKEN_MARK */
	be16 id;   /* of the request, as the client sent it */
	uint8_t random[2];
};
_Static_assert(sizeof(struct revtr_token) == 6, "docs/protocol.md: UDP probe");
enum { REVTR_TOKEN_MARK = 0x7272 };

struct WIRE revtr_udp_probe {
	struct udp_hdr udp; /* the checksum is the session's identifier */
	struct revtr_token token;
	be16 filler; /* makes that checksum the right one */
};
_Static_assert(sizeof(struct revtr_udp_probe) == 16, "docs/protocol.md: UDP probe");

struct WIRE revtr_tcp_probe {
	struct tcp_hdr tcp; /* the identifier is the sequence number, all or half of it */
	uint8_t mss_kind;
	uint8_t mss_len;
	be16 mss;
};
_Static_assert(sizeof(struct revtr_tcp_probe) == 24, "docs/protocol.md: TCP probe");
/* Without SYN: bytes of data, where a SYN has its option. */
enum { REVTR_PROBE_DATA_LEN = 4 };

struct WIRE revtr_icmp_probe {
	struct icmp_hdr icmp; /* the checksum is the flow */
	struct revtr_token token;
	be16 filler;
};
_Static_assert(sizeof(struct revtr_icmp_probe) == 16, "docs/protocol.md: ICMP probe");

/* ICMP bytes of a response that brings a result: the longest packet a server sends. */
#define REVTR_ANSWER_LEN ((uint32_t)(sizeof(struct icmp_hdr) + sizeof(struct revtr_answer)))
_Static_assert(REVTR_ANSWER_LEN >= sizeof(struct revtr_tcp_probe), "longest probe");

/*
 * ICMP bytes of a request that is, IP header included, as long as all that the server
 * sends to the client because of it: a probe and a response, each with an IP header.
 */
static inline uint32_t revtr_padded_len(_Bool is_v4, uint8_t proto)
{
	uint32_t ip_hdr = is_v4 ? sizeof(struct ipv4_hdr) : sizeof(struct ipv6_hdr);
	uint32_t probe = proto == PROTO_TCP   ? sizeof(struct revtr_tcp_probe)
			 : proto == PROTO_UDP ? sizeof(struct revtr_udp_probe)
					      : sizeof(struct revtr_icmp_probe);

	return ip_hdr + probe + REVTR_ANSWER_LEN;
}
#define REVTR_PADDED_MAX \
	(sizeof(struct ipv6_hdr) + sizeof(struct revtr_tcp_probe) + REVTR_ANSWER_LEN)

/* Deployed servers write the 16-bit identifier of a TCP probe byte-swapped into
 * the sequence number (the raw bytes of the request, read as a host integer). */
static inline uint32_t revtr_seq_from_id(be16 id)
{
	return __builtin_bswap16(be16_to(id));
}

static inline be16 revtr_id_from_seq(uint32_t seq)
{
	return be16_from(__builtin_bswap16((uint16_t)seq));
}
