// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/probe/parse_own.h"

#include <string.h>

#include "prober/probe/spec.h"
#include "wire/headers.h"
#include "wire/revtr.h"

/*
 * The keyed word of the payload, if the quote is long enough to have it.  Routers
 * that append extensions fill a short quote up with zeros (RFC 4884 section 5.1):
 * a zero says nothing.
 */
static void parse_own_tag(struct cursor *c, struct reply *reply)
{
	be32 tag;
	const void *at = cursor_take(c, sizeof(tag));

	if (!at)
		return;
	memcpy(&tag, at, sizeof(tag));
	reply->payload_tag = be32_to(tag);
	if (reply->payload_tag)
		reply->keyed |= KEYED_PAYLOAD;
}

static enum parse_verdict parse_own_udp(struct cursor *c, struct reply *reply)
{
	const struct udp_hdr *udp = CURSOR_TAKE(c, struct udp_hdr);

	if (!udp)
		return PARSE_TRUNCATED;
	if (be16_to(udp->sport) != PROBE_SOURCE_PORT)
		return PARSE_NOT_OURS;
	reply->flow = be16_to(udp->dport);
	reply->id = be16_to(udp->checksum);
	parse_own_tag(c, reply);
	return PARSE_OK;
}

/* A quote need not hold the whole TCP header: ports and sequence number do. */
struct WIRE tcp_start {
	be16 sport;
	be16 dport;
	be32 seq;
};

static enum parse_verdict parse_own_tcp(struct cursor *c, struct reply *reply)
{
	const struct tcp_start *tcp = CURSOR_TAKE(c, struct tcp_start);
	uint32_t seq;

	if (!tcp)
		return PARSE_TRUNCATED;
	if (be16_to(tcp->sport) != PROBE_SOURCE_PORT)
		return PARSE_NOT_OURS;
	seq = be32_to(tcp->seq);
	reply->flow = be16_to(tcp->dport);
	reply->id = (uint16_t)seq;
	reply->seq_tag = (uint16_t)(seq >> 16);
	reply->keyed |= KEYED_SEQ;
	return PARSE_OK;
}

static enum parse_verdict parse_own_icmp(struct cursor *c, bool is_v4, struct reply *reply)
{
	const struct icmp_hdr *icmp = CURSOR_TAKE(c, struct icmp_hdr);

	if (!icmp)
		return PARSE_TRUNCATED;
	if (icmp->type != (is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO) || icmp->code > REVTR_ICMP_CODE)
		return PARSE_NOT_OURS;
	if (icmp->code == REVTR_ICMP_CODE) {
		reply->is_request = true;
		reply->id = be16_to(icmp->id);
		return PARSE_OK;
	}
	reply->flow = be16_to(icmp->checksum);
	reply->id = be16_to(icmp->seq);
	reply->icmp_id = be16_to(icmp->id);
	reply->keyed |= KEYED_ICMP_ID;
	parse_own_tag(c, reply);
	return PARSE_OK;
}

static enum parse_verdict parse_own_v4(struct cursor *c, struct reply *reply)
{
	const struct ipv4_hdr *ip = CURSOR_TAKE(c, struct ipv4_hdr);
	size_t hdr_len;

	if (!ip)
		return PARSE_TRUNCATED;
	hdr_len = (size_t)(ip->ver_ihl & 0x0f) * 4;
	if (hdr_len < sizeof(*ip))
		return PARSE_BAD_HEADER;
	if (!cursor_take(c, hdr_len - sizeof(*ip)))
		return PARSE_TRUNCATED;
	reply->peer = addr_from_v4(ip->dst);
	reply->proto = ip->proto;
	reply->quoted_ttl = ip->ttl;
	reply->ipv4_id = be16_to(ip->id);
	reply->keyed = KEYED_IPV4_ID;
	return PARSE_OK;
}

static enum parse_verdict parse_own_v6(struct cursor *c, struct reply *reply)
{
	const struct ipv6_hdr *ip = CURSOR_TAKE(c, struct ipv6_hdr);

	if (!ip)
		return PARSE_TRUNCATED;
	reply->peer = ip->dst;
	reply->proto = ip->next;
	reply->quoted_ttl = ip->hop_limit;
	return PARSE_OK;
}

enum parse_verdict parse_own(struct cursor *c, struct reply *reply)
{
	enum parse_verdict verdict;
	bool is_v4;

	if (cursor_left(c) == 0)
		return PARSE_TRUNCATED;
	is_v4 = *c->at >> 4 == 4;
	if (!is_v4 && *c->at >> 4 != 6)
		return PARSE_NOT_IP;
	verdict = is_v4 ? parse_own_v4(c, reply) : parse_own_v6(c, reply);
	if (verdict != PARSE_OK)
		return verdict;
	if (reply->proto == PROTO_UDP)
		return parse_own_udp(c, reply);
	if (reply->proto == PROTO_TCP)
		return parse_own_tcp(c, reply);
	if (reply->proto == (is_v4 ? PROTO_ICMP : PROTO_ICMPV6))
		return parse_own_icmp(c, is_v4, reply);
	return PARSE_NOT_OURS;
}
