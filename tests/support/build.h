// SPDX-License-Identifier: GPL-2.0-or-later
/* Builds Ethernet frames from their layers, with right lengths and checksums. */
#pragma once

#include "tests/support/packets.h"
#include "wire/headers.h"

struct build_ip {
	const char *src;
	const char *dst;
	uint8_t proto;
	uint8_t ttl;
	uint8_t options; /* IPv4: bytes of options, a multiple of 4 */
	uint16_t frag;	 /* IPv4: flags and offset */
};

/* Wraps `payload` (an L4 header and what follows, its checksum field included
 * as it is) into IP and Ethernet. */
struct packet_bytes build_frame(const struct build_ip *ip, const void *payload, size_t len);

/* The same without Ethernet: as quoted in ICMP errors. */
struct packet_bytes build_packet(const struct build_ip *ip, const void *payload, size_t len);

/* ICMP(v6) with its checksum: type, code, the four bytes after the checksum, a body. */
struct packet_bytes build_icmp(const struct build_ip *ip, uint8_t type, uint8_t code, be16 id,
			       be16 seq, const void *body, size_t len);

/* A TCP segment without options or data, with its checksum. */
struct packet_bytes build_tcp(const struct build_ip *ip, uint16_t sport, uint16_t dport,
			      uint32_t ack, uint8_t flags);

/* A reverse-traceroute request with `padding` bytes behind it. */
struct packet_bytes build_request(const struct build_ip *ip, uint16_t id, uint8_t ttl,
				  uint8_t proto, uint16_t flow, size_t padding);

/* An ICMP error from `from` that quotes the first `quote` bytes of the IP packet
 * in `frame`; `quote` 0 means all of it. */
struct packet_bytes build_error(const char *from, const char *to, uint8_t type, uint8_t code,
				const struct packet_bytes *frame, size_t quote);
