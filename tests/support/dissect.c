// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/dissect.h"

#include <string.h>

/* An IP packet by its parts; lengths as the header announces them. */
struct parts {
	bool is_v4;
	uint8_t proto;
	uint8_t ttl;
	uint16_t id;
	uint8_t src[16], dst[16];
	const uint8_t *l4;
	size_t l4_len;
	bool is_fragment;
};

uint64_t dissect_number(const uint8_t *at, size_t len)
{
	uint64_t number = 0;

	while (len-- > 0)
		number = number << 8 | *at++;
	return number;
}

static uint16_t two(const uint8_t *at)
{
	return (uint16_t)dissect_number(at, 2);
}

static void map_v4(uint8_t address[16], const uint8_t *v4)
{
	memset(address, 0, 10);
	memset(address + 10, 0xff, 2);
	memcpy(address + 12, v4, 4);
}

static bool take_apart_v4(const uint8_t *p, size_t len, struct parts *parts)
{
	size_t header = (size_t)(p[0] & 15) * 4;
	size_t total = two(p + 2);

	if (len < header)
		return false;
	parts->is_v4 = true;
	parts->id = two(p + 4);
	parts->is_fragment = (two(p + 6) & 0x3fff) != 0;
	parts->ttl = p[8];
	parts->proto = p[9];
	map_v4(parts->src, p + 12);
	map_v4(parts->dst, p + 16);
	parts->l4 = p + header;
	parts->l4_len = (total < len ? total : len) - header;
	return true;
}

static bool take_apart(const uint8_t *p, size_t len, struct parts *parts)
{
	memset(parts, 0, sizeof(*parts));
	if (len >= 20 && p[0] >> 4 == 4)
		return take_apart_v4(p, len, parts);
	if (len < 40 || p[0] >> 4 != 6)
		return false;
	parts->proto = p[6];
	parts->is_fragment = p[6] == 44;
	parts->ttl = p[7];
	memcpy(parts->src, p + 8, 16);
	memcpy(parts->dst, p + 24, 16);
	parts->l4 = p + 40;
	parts->l4_len = two(p + 4) < len - 40 ? two(p + 4) : len - 40;
	return true;
}

static bool is_icmp(const struct parts *parts)
{
	return parts->proto == (parts->is_v4 ? 1 : 58);
}

/* The sum of all 16-bit words, with the carries added again, is ffff. */
static bool sums_up(const struct parts *parts)
{
	uint64_t sum = parts->is_v4 ? 0 : 58 + parts->l4_len;
	size_t i;

	for (i = 0; !parts->is_v4 && i < 16; i += 2)
		sum += (uint64_t)two(parts->src + i) + two(parts->dst + i);
	for (i = 0; i + 1 < parts->l4_len; i += 2)
		sum += two(parts->l4 + i);
	if (i < parts->l4_len)
		sum += (uint64_t)parts->l4[i] << 8;
	return sum > 0 && sum % 0xffff == 0;
}

/* A request or a forward probe, whole or quoted by eight bytes and more. */
static enum parse_verdict dissect_own(const uint8_t *packet, size_t len, struct reply *reply)
{
	struct parts p;
	bool has_tag = false;

	if (!take_apart(packet, len, &p) || p.l4_len < 8)
		return PARSE_TRUNCATED;
	memcpy(&reply->peer, p.dst, 16);
	reply->proto = p.proto;
	reply->quoted_ttl = p.ttl;
	reply->ipv4_id = p.id;
	reply->keyed = p.is_v4 ? KEYED_IPV4_ID : 0;
	reply->flow = two(p.l4 + 2);
	if (p.proto == 17 && two(p.l4) == 33434) {
		reply->id = two(p.l4 + 6);
		has_tag = true;
	} else if (p.proto == 6 && two(p.l4) == 33434) {
		reply->id = two(p.l4 + 6);
		reply->seq_tag = two(p.l4 + 4);
		reply->keyed |= KEYED_SEQ;
	} else if (is_icmp(&p) && p.l4[0] == (p.is_v4 ? 8 : 128) && p.l4[1] == 1) {
		reply->is_request = true;
		reply->flow = 0;
		reply->id = two(p.l4 + 4);
	} else if (is_icmp(&p) && p.l4[0] == (p.is_v4 ? 8 : 128) && p.l4[1] == 0) {
		reply->icmp_id = two(p.l4 + 4);
		reply->id = two(p.l4 + 6);
		reply->keyed |= KEYED_ICMP_ID;
		has_tag = true;
	} else {
		return PARSE_NOT_OURS;
	}
	if (has_tag && p.l4_len >= 12)
		reply->payload_tag = (uint32_t)dissect_number(p.l4 + 8, 4);
	if (reply->payload_tag)
		reply->keyed |= KEYED_PAYLOAD;
	return PARSE_OK;
}

static enum parse_verdict dissect_answer(const struct parts *p, struct reply *reply)
{
	const uint8_t *body = p->l4 + 8;
	size_t len = p->l4_len - 8;

	if (len < 4)
		return PARSE_TRUNCATED;
	reply->kind = REPLY_ANSWER;
	reply->is_request = true;
	reply->id = two(p->l4 + 4);
	memcpy(reply->answer.word, body, 4);
	reply->answer.text_len = body[1];
	reply->answer.body_len = (uint16_t)len;
	reply->answer.has_hop = len >= 20;
	if (reply->answer.has_hop)
		memcpy(&reply->answer.hop, body + 4, 16);
	reply->answer.has_rtt = len >= 24;
	if (reply->answer.has_rtt)
		reply->answer.rtt_ns = dissect_number(body + 20, 4);
	/* A true 64-bit number: no deployed server sends one, a padded echo may look so. */
	if (len >= 28 && dissect_number(body + 24, 4))
		reply->answer.rtt_ns = dissect_number(body + 20, 8);
	return PARSE_OK;
}

static enum parse_verdict dissect_echo(const struct parts *p, struct reply *reply)
{
	if (p->l4[1] == 1 || two(p->l4 + 6) == 0)
		return dissect_answer(p, reply);
	if (p->l4[1] != 0)
		return PARSE_NOT_OURS;
	reply->kind = REPLY_ECHO;
	reply->proto = p->proto;
	reply->id = two(p->l4 + 6);
	reply->icmp_id = two(p->l4 + 4);
	reply->keyed = KEYED_ICMP_ID;
	if (p->l4_len >= 12) {
		reply->payload_tag = (uint32_t)dissect_number(p->l4 + 8, 4);
		reply->keyed |= KEYED_PAYLOAD;
	}
	return PARSE_OK;
}

/* The first four of six bytes that are random where our servers did not send them. */
static uint16_t dissect_token(const struct parts *p)
{
	return p->l4_len >= 14 && two(p->l4 + 8) == 0x7272 ? two(p->l4 + 10) : 0;
}

static enum parse_verdict dissect_icmp(const struct parts *p, struct reply *reply)
{
	uint8_t type = p->l4[0];

	if (!sums_up(p))
		return PARSE_BAD_CHECKSUM;
	reply->icmp_type = type;
	reply->icmp_code = p->l4[1];
	if (type == (p->is_v4 ? 0 : 129))
		return dissect_echo(p, reply);
	if (type == (p->is_v4 ? 8 : 128)) {
		if (p->l4[1] != 0 || two(p->l4 + 6) != 0xffff)
			return PARSE_NOT_OURS;
		reply->kind = REPLY_ARRIVAL;
		reply->proto = p->proto;
		reply->flow = two(p->l4 + 2);
		reply->id = two(p->l4 + 4);
		reply->request_id = dissect_token(p);
		return PARSE_OK;
	}
	if (p->is_v4 ? type != 3 && type != 11 && type != 12 : type < 1 || type > 4)
		return PARSE_NOT_OURS;
	reply->kind = REPLY_ERROR;
	return dissect_own(p->l4 + 8, p->l4_len - 8, reply);
}

static enum parse_verdict dissect_ports(const struct parts *p, struct reply *reply)
{
	bool is_syn_ack = p->proto == 6 && (p->l4[13] & 0x12) == 0x12;
	bool is_reset = p->proto == 6 && (p->l4[13] & 4);
	bool has_ack = p->proto == 6 && (p->l4[13] & 0x10);
	uint64_t seq = p->proto == 6 ? dissect_number(p->l4 + 8, 4) - 1 : 0;
	const uint8_t swapped[] = { p->l4[7], p->l4[6] }; /* as servers put it there */

	reply->proto = p->proto;
	if (two(p->l4) == 1021 && !is_reset && !has_ack) {
		reply->kind = REPLY_ARRIVAL;
		reply->flow = two(p->l4 + 2);
		reply->id = two(p->proto == 6 ? swapped : p->l4 + 6);
		reply->request_id = p->proto == 6 ? two(p->l4 + 18) : dissect_token(p);
		return PARSE_OK;
	}
	if (two(p->l4 + 2) != 33434 || (!is_syn_ack && !is_reset))
		return PARSE_NOT_OURS;
	reply->kind = REPLY_TCP;
	reply->is_syn_ack = is_syn_ack;
	reply->flow = two(p->l4);
	reply->id = (uint16_t)seq;
	reply->seq_tag = (uint16_t)(seq >> 16);
	reply->keyed = KEYED_SEQ;
	return PARSE_OK;
}

enum parse_verdict dissect(const uint8_t *packet, size_t len, bool outgoing,
			   struct reply *ret_reply)
{
	struct parts p;

	memset(ret_reply, 0, sizeof(*ret_reply));
	ret_reply->kind = REPLY_SENT;
	if (outgoing)
		return dissect_own(packet, len, ret_reply);
	if (!take_apart(packet, len, &p))
		return PARSE_TRUNCATED;
	if (p.is_fragment)
		return PARSE_FRAGMENT;
	memcpy(&ret_reply->from, p.src, 16);
	memcpy(&ret_reply->to, p.dst, 16);
	memcpy(&ret_reply->peer, p.src, 16);
	ret_reply->ttl = p.ttl;
	ret_reply->ipv4_id = p.id;
	if (p.proto == 6)
		return p.l4_len < 20 ? PARSE_TRUNCATED : dissect_ports(&p, ret_reply);
	if (p.proto == 17)
		return p.l4_len < 8 ? PARSE_TRUNCATED : dissect_ports(&p, ret_reply);
	if (is_icmp(&p))
		return p.l4_len < 8 ? PARSE_TRUNCATED : dissect_icmp(&p, ret_reply);
	return PARSE_NOT_OURS;
}
