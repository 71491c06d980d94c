// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packet headers as they lie on the wire.  No bit-fields, no host integers:
 * one set of definitions for the prober, the server and BPF.
 */
#pragma once

#include "wire/addr.h"
#include "wire/be.h"

enum ether_type {
	ETHER_IPV4 = 0x0800,
	ETHER_VLAN = 0x8100, /* IEEE 802.1Q */
	ETHER_QINQ = 0x88a8, /* IEEE 802.1ad */
	ETHER_IPV6 = 0x86dd,
};

enum ip_proto {
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_IPV6_FRAGMENT = 44,
	PROTO_ICMPV6 = 58,
};

struct WIRE eth_hdr {
	uint8_t dst[6];
	uint8_t src[6];
	be16 type;
};
_Static_assert(sizeof(struct eth_hdr) == 14, "Ethernet II");

/* Linux "cooked" capture, version 2: LINKTYPE_LINUX_SLL2 (276). */
struct WIRE sll2_hdr {
	be16 protocol; /* an ether_type */
	be16 reserved;
	be32 ifindex;
	be16 arphrd;
	uint8_t packet_type; /* SLL2_OUTGOING: sent by this host */
	uint8_t addr_len;
	uint8_t addr[8];
};
_Static_assert(sizeof(struct sll2_hdr) == 20, "LINKTYPE_LINUX_SLL2");
enum { SLL2_HOST = 0, SLL2_OUTGOING = 4 };

struct WIRE ipv4_hdr {
	uint8_t ver_ihl;
	uint8_t tos;
	be16 total_len;
	be16 id;
	be16 frag; /* flags and fragment offset */
	uint8_t ttl;
	uint8_t proto;
	be16 checksum;
	be32 src;
	be32 dst;
};
_Static_assert(sizeof(struct ipv4_hdr) == 20, "RFC 791");
enum {
	IPV4_VER_IHL = 0x45, /* version 4, no options */
	IPV4_FRAG_DONT = 0x4000,
	IPV4_FRAG_MORE = 0x2000,
	IPV4_FRAG_OFFSET = 0x1fff,
};

struct WIRE ipv6_hdr {
	be32 ver_class_label;
	be16 payload_len;
	uint8_t next;
	uint8_t hop_limit;
	struct addr src;
	struct addr dst;
};
_Static_assert(sizeof(struct ipv6_hdr) == 40, "RFC 8200");
#define IPV6_VERSION 0x60000000u

/* What both ICMP versions begin with; errors have four unused bytes in place
 * of id and sequence. */
struct WIRE icmp_hdr {
	uint8_t type;
	uint8_t code;
	be16 checksum;
	be16 id;
	be16 seq;
};
_Static_assert(sizeof(struct icmp_hdr) == 8, "RFC 792, RFC 4443");

/* In an ICMP error the length of what is quoted, in words of 4 bytes (ICMP) or 8 (ICMPv6), has
 * one byte of `id`: the second, or the first.  0: nothing follows the quote, or the router is
 * older than the rule.  RFC 4884, section 4. */
struct WIRE icmp_ext_hdr {
	uint8_t version; /* 4 bits, and 4 reserved ones */
	uint8_t reserved;
	be16 checksum; /* of the header and all objects; 0: none */
};
_Static_assert(sizeof(struct icmp_ext_hdr) == 4, "RFC 4884, section 7");

struct WIRE icmp_ext_object {
	be16 len; /* this header included */
	uint8_t class;
	uint8_t type;
};
_Static_assert(sizeof(struct icmp_ext_object) == 4, "RFC 4884, section 7.1");

enum {
	ICMP_EXT_VERSION = 2,
	ICMP_EXT_QUOTE_LEAST = 128, /* bytes of a quote with something behind it, at least */
	ICMP_EXT_CLASS_MPLS = 1,    /* RFC 4950 */
	ICMP_EXT_MPLS_INCOMING = 1, /* type: the stack as it came in, 4 bytes a label */
};

enum icmpv4_type {
	ICMPV4_ECHO_REPLY = 0,
	ICMPV4_UNREACHABLE = 3,
	ICMPV4_ECHO = 8,
	ICMPV4_TIME_EXCEEDED = 11,
	ICMPV4_PARAMETER = 12,
};
enum icmpv6_type {
	ICMPV6_UNREACHABLE = 1,
	ICMPV6_TOO_BIG = 2,
	ICMPV6_TIME_EXCEEDED = 3,
	ICMPV6_PARAMETER = 4,
	ICMPV6_ECHO = 128,
	ICMPV6_ECHO_REPLY = 129,
};
/* Codes that decide something; RFC 792, RFC 1812 section 5.2.7, RFC 4443. */
enum {
	ICMPV4_CODE_PROTO = 2,
	ICMPV4_CODE_PORT = 3,
	ICMPV4_CODE_FRAG_NEEDED = 4,
	ICMPV4_CODE_ADMIN_NET = 9,
	ICMPV4_CODE_ADMIN_HOST = 10,
	ICMPV4_CODE_ADMIN = 13,
	ICMPV6_CODE_ADMIN = 1,
	ICMPV6_CODE_PORT = 4,
};

struct WIRE udp_hdr {
	be16 sport;
	be16 dport;
	be16 len;
	be16 checksum;
};
_Static_assert(sizeof(struct udp_hdr) == 8, "RFC 768");

struct WIRE tcp_hdr {
	be16 sport;
	be16 dport;
	be32 seq;
	be32 ack;
	uint8_t data_off; /* upper four bits: header length in words */
	uint8_t flags;
	be16 window;
	be16 checksum;
	be16 urgent;
};
_Static_assert(sizeof(struct tcp_hdr) == 20, "RFC 9293");
enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };
