// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/probe/parse.h"

#include <string.h>

#include "base/cursor.h"
#include "prober/probe/parse_objects.h"
#include "prober/probe/parse_own.h"
#include "prober/probe/spec.h"
#include "wire/checksum.h"
#include "wire/headers.h"
#include "wire/revtr.h"

/* The IP header of either family, and the payload behind it. */
struct parse_ip {
	struct addr src, dst;
	struct cursor payload;
	size_t payload_len; /* by the header; the payload may be cut shorter */
	uint16_t id;
	uint8_t proto;
	uint8_t ttl;
	uint8_t tos;
	bool is_v4;
};

static enum parse_verdict parse_v4(struct cursor *c, struct parse_ip *ip)
{
	const uint8_t *start = c->at;
	const struct ipv4_hdr *hdr = CURSOR_TAKE(c, struct ipv4_hdr);
	size_t hdr_len;
	size_t total_len;
	struct csum sum = { 0 };

	if (!hdr)
		return PARSE_TRUNCATED;
	hdr_len = (size_t)(hdr->ver_ihl & 0x0f) * 4;
	total_len = be16_to(hdr->total_len);
	if (hdr_len < sizeof(*hdr) || total_len < hdr_len)
		return PARSE_BAD_HEADER;
	if (!cursor_take(c, hdr_len - sizeof(*hdr)))
		return PARSE_TRUNCATED;
	if (csum_folded(csum_add(sum, start, (uint32_t)hdr_len)) != 0xffff)
		return PARSE_BAD_CHECKSUM;
	if (be16_to(hdr->frag) & (IPV4_FRAG_MORE | IPV4_FRAG_OFFSET))
		return PARSE_FRAGMENT;
	*ip = (struct parse_ip){
		.src = addr_from_v4(hdr->src),
		.dst = addr_from_v4(hdr->dst),
		.payload_len = total_len - hdr_len,
		.id = be16_to(hdr->id),
		.proto = hdr->proto,
		.ttl = hdr->ttl,
		.tos = hdr->tos,
		.is_v4 = true,
	};
	return PARSE_OK;
}

static enum parse_verdict parse_v6(struct cursor *c, struct parse_ip *ip)
{
	const struct ipv6_hdr *hdr = CURSOR_TAKE(c, struct ipv6_hdr);

	if (!hdr)
		return PARSE_TRUNCATED;
	if (hdr->next == PROTO_IPV6_FRAGMENT)
		return PARSE_FRAGMENT;
	*ip = (struct parse_ip){
		.src = hdr->src,
		.dst = hdr->dst,
		.payload_len = be16_to(hdr->payload_len),
		.proto = hdr->next,
		.ttl = hdr->hop_limit,
		.tos = (uint8_t)(be32_to(hdr->ver_class_label) >> 20),
	};
	return PARSE_OK;
}

static enum parse_verdict parse_ip(const void *packet, size_t len, struct parse_ip *ret_ip)
{
	struct cursor c = cursor_over(packet, len);
	enum parse_verdict verdict;

	if (len == 0)
		return PARSE_TRUNCATED;
	switch (*c.at >> 4) {
	case 4:
		verdict = parse_v4(&c, ret_ip);
		break;
	case 6:
		verdict = parse_v6(&c, ret_ip);
		break;
	default:
		return PARSE_NOT_IP;
	}
	if (verdict != PARSE_OK)
		return verdict;
	cursor_truncate(&c, ret_ip->payload_len); /* link-layer padding */
	ret_ip->payload = c;
	return PARSE_OK;
}

/* An ICMP message is checked as a whole, if it was captured as a whole. */
static bool parse_icmp_is_intact(const struct parse_ip *ip)
{
	struct csum sum = { 0 };

	if (cursor_left(&ip->payload) < ip->payload_len)
		return true;
	if (!ip->is_v4)
		sum = csum_pseudo(&ip->src, &ip->dst, PROTO_ICMPV6, (uint16_t)ip->payload_len);
	sum = csum_add(sum, ip->payload.at, (uint32_t)ip->payload_len);
	return csum_folded(sum) == 0xffff;
}

static bool parse_take_be32(struct cursor *c, be32 *ret_value)
{
	const void *at = cursor_take(c, sizeof(*ret_value));

	if (at)
		memcpy(ret_value, at, sizeof(*ret_value));
	return at != NULL;
}

/*
 * The time field: deployed servers write 32 bits of nanoseconds and four zero
 * bytes, the draft means 64 bits.  Whichever half is zero tells.
 */
static uint64_t parse_rtt(be32 first, be32 second)
{
	uint32_t high = be32_to(first);
	uint32_t low = be32_to(second);

	return low == 0 ? high : (uint64_t)high << 32 | low;
}

/* A server's answer, or the echo of our request by a host that is none. */
static enum parse_verdict parse_answer(const struct icmp_hdr *icmp, struct cursor *c,
				       struct reply *reply)
{
	struct reply_answer *answer = &reply->answer;
	const struct revtr_status_hdr *head;
	const struct addr *hop;
	be32 first;
	be32 second = be32_from(0); /* some servers send the first half only */

	reply->kind = REPLY_ANSWER;
	reply->is_request = true;
	reply->id = be16_to(icmp->id);
	answer->body_len = (uint16_t)cursor_left(c);
	head = CURSOR_TAKE(c, struct revtr_status_hdr);
	if (!head)
		return PARSE_TRUNCATED;
	memcpy(answer->word, head, sizeof(answer->word));
	answer->text_len = head->text_len;
	hop = CURSOR_TAKE(c, struct addr);
	if (!hop)
		return PARSE_OK;
	answer->has_hop = true;
	answer->hop = *hop;
	answer->has_rtt = parse_take_be32(c, &first);
	if (answer->has_rtt) {
		parse_take_be32(c, &second);
		answer->rtt_ns = parse_rtt(first, second);
	}
	return PARSE_OK;
}

static enum parse_verdict parse_echo_reply(const struct parse_ip *ip, const struct icmp_hdr *icmp,
					   struct cursor *c, struct reply *reply)
{
	be32 tag;

	/* Forward probes have code 0 and a sequence, requests code 1 and none; some
	 * hosts answer every echo with code 0. */
	if (icmp->code == REVTR_ICMP_CODE || be16_to(icmp->seq) == 0)
		return parse_answer(icmp, c, reply);
	if (icmp->code != 0)
		return PARSE_NOT_OURS;
	reply->kind = REPLY_ECHO;
	reply->proto = ip->proto;
	reply->id = be16_to(icmp->seq);
	reply->icmp_id = be16_to(icmp->id);
	reply->keyed = KEYED_ICMP_ID;
	if (parse_take_be32(c, &tag)) {
		reply->payload_tag = be32_to(tag);
		reply->keyed |= KEYED_PAYLOAD;
	}
	return PARSE_OK;
}

static bool parse_is_error(const struct parse_ip *ip, uint8_t type)
{
	if (ip->is_v4)
		return type == ICMPV4_UNREACHABLE || type == ICMPV4_TIME_EXCEEDED ||
		       type == ICMPV4_PARAMETER;
	return type >= ICMPV6_UNREACHABLE && type <= ICMPV6_PARAMETER;
}

/* Servers of ours tell which request a probe comes from, others have random bytes there. */
static uint16_t parse_token(struct cursor *c)
{
	const struct revtr_token *token = CURSOR_TAKE(c, struct revtr_token);

	return token && be16_to(token->mark) == REVTR_TOKEN_MARK ? be16_to(token->id) : 0;
}

/* ICMP probes of a server, as they reach us. */
static enum parse_verdict parse_icmp_arrival(const struct parse_ip *ip, const struct icmp_hdr *icmp,
					     struct cursor *c, struct reply *reply)
{
	if (icmp->code != 0 || be16_to(icmp->seq) != REVTR_PROBE_SEQ)
		return PARSE_NOT_OURS;
	reply->kind = REPLY_ARRIVAL;
	reply->proto = ip->proto;
	reply->flow = be16_to(icmp->checksum);
	reply->id = be16_to(icmp->id);
	reply->request_id = parse_token(c);
	return PARSE_OK;
}

static enum parse_verdict parse_icmp(const struct parse_ip *ip, struct reply *reply)
{
	struct cursor c = ip->payload;
	const struct icmp_hdr *icmp = CURSOR_TAKE(&c, struct icmp_hdr);

	if (!icmp)
		return PARSE_TRUNCATED;
	if (!parse_icmp_is_intact(ip))
		return PARSE_BAD_CHECKSUM;
	reply->icmp_type = icmp->type;
	reply->icmp_code = icmp->code;
	if (icmp->type == (ip->is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY))
		return parse_echo_reply(ip, icmp, &c, reply);
	if (icmp->type == (ip->is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO))
		return parse_icmp_arrival(ip, icmp, &c, reply);
	if (!parse_is_error(ip, icmp->type))
		return PARSE_NOT_OURS;
	reply->kind = REPLY_ERROR;
	if (cursor_left(&ip->payload) == ip->payload_len)
		parse_objects(icmp, ip->is_v4, c, reply);
	return parse_own(&c, reply);
}

static enum parse_verdict parse_tcp(const struct parse_ip *ip, struct reply *reply)
{
	struct cursor c = ip->payload;
	const struct tcp_hdr *tcp = CURSOR_TAKE(&c, struct tcp_hdr);
	bool is_syn_ack;
	uint32_t seq;

	if (!tcp)
		return PARSE_TRUNCATED;
	reply->proto = PROTO_TCP;
	if (be16_to(tcp->sport) == REVTR_PROBE_PORT && !(tcp->flags & (TCP_ACK | TCP_RST))) {
		reply->kind = REPLY_ARRIVAL;
		reply->flow = be16_to(tcp->dport);
		reply->id = be16_to(revtr_id_from_seq(be32_to(tcp->seq)));
		reply->request_id = be16_to(tcp->urgent);
		return PARSE_OK;
	}
	is_syn_ack = (tcp->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
	if (be16_to(tcp->dport) != PROBE_SOURCE_PORT || (!is_syn_ack && !(tcp->flags & TCP_RST)))
		return PARSE_NOT_OURS;
	seq = be32_to(tcp->ack) - 1; /* a SYN counts as one byte */
	reply->kind = REPLY_TCP;
	reply->is_syn_ack = is_syn_ack;
	reply->flow = be16_to(tcp->sport);
	reply->id = (uint16_t)seq;
	reply->seq_tag = (uint16_t)(seq >> 16);
	reply->keyed = KEYED_SEQ;
	return PARSE_OK;
}

static enum parse_verdict parse_udp(const struct parse_ip *ip, struct reply *reply)
{
	struct cursor c = ip->payload;
	const struct udp_hdr *udp = CURSOR_TAKE(&c, struct udp_hdr);

	if (!udp)
		return PARSE_TRUNCATED;
	if (be16_to(udp->sport) != REVTR_PROBE_PORT)
		return PARSE_NOT_OURS;
	reply->kind = REPLY_ARRIVAL;
	reply->proto = PROTO_UDP;
	reply->flow = be16_to(udp->dport);
	reply->id = be16_to(udp->checksum);
	reply->request_id = parse_token(&c);
	return PARSE_OK;
}

static enum parse_verdict parse_incoming(const struct parse_ip *ip, struct reply *reply)
{
	reply->from = ip->src;
	reply->to = ip->dst;
	reply->peer = ip->src;
	reply->ttl = ip->ttl;
	reply->tos = ip->tos;
	reply->ipv4_id = ip->id;
	if (ip->proto == PROTO_TCP)
		return parse_tcp(ip, reply);
	if (ip->proto == PROTO_UDP)
		return parse_udp(ip, reply);
	if (ip->proto == (ip->is_v4 ? PROTO_ICMP : PROTO_ICMPV6))
		return parse_icmp(ip, reply);
	return PARSE_NOT_OURS;
}

enum parse_verdict parse_packet(const void *packet, size_t len, bool outgoing,
				struct reply *ret_reply)
{
	struct reply reply = { .kind = REPLY_SENT };
	enum parse_verdict verdict;
	struct parse_ip ip;

	if (outgoing) {
		struct cursor c = cursor_over(packet, len);

		verdict = parse_own(&c, &reply);
	} else {
		verdict = parse_ip(packet, len, &ip);
		if (verdict == PARSE_OK)
			verdict = parse_incoming(&ip, &reply);
	}
	if (verdict == PARSE_OK)
		*ret_reply = reply;
	return verdict;
}

enum parse_verdict parse_sll2(const void *frame, size_t len, struct reply *ret_reply)
{
	struct cursor c = cursor_over(frame, len);
	const struct sll2_hdr *sll = CURSOR_TAKE(&c, struct sll2_hdr);

	if (!sll)
		return PARSE_TRUNCATED;
	if (be16_to(sll->protocol) != ETHER_IPV4 && be16_to(sll->protocol) != ETHER_IPV6)
		return PARSE_NOT_IP;
	return parse_packet(c.at, cursor_left(&c), sll->packet_type == SLL2_OUTGOING, ret_reply);
}

const char *parse_verdict_name(enum parse_verdict verdict)
{
	static const char *const names[PARSE_VERDICT_COUNT] = {
		[PARSE_OK] = "decoded",
		[PARSE_TRUNCATED] = "truncated",
		[PARSE_NOT_IP] = "not-ip",
		[PARSE_BAD_HEADER] = "bad-header",
		[PARSE_BAD_CHECKSUM] = "bad-checksum",
		[PARSE_FRAGMENT] = "fragment",
		[PARSE_NOT_OURS] = "not-ours",
	};

	return verdict < PARSE_VERDICT_COUNT ? names[verdict] : NULL;
}
