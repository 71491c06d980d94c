// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The three packets a server sends: a probe, a result, a refusal.  Each is built
 * from the packet that caused it; docs/protocol.md has the layouts.  All return 0,
 * or a negative error with the packet in an unknown state.
 */
#pragma once

#include "server-bpf/request.bpf.h"
#include "server-bpf/send.bpf.h"
#include "server-bpf/shared.h"
#include "wire/revtr.h"

static __always_inline struct csum respond_pseudo(const struct packet *p, const struct heading *h,
						  uint16_t l4_len)
{
	/* ICMP over IPv4 is the one that has no pseudo header. */
	if (p->is_v4 && h->proto == PROTO_ICMP)
		return (struct csum){ 0 };
	return csum_pseudo(h->from, h->to, h->proto, l4_len);
}

static __always_inline struct revtr_token respond_token(const struct request_key *request)
{
	uint16_t random = (uint16_t)bpf_get_prandom_u32();
	struct revtr_token token = { .mark = be16_from(REVTR_TOKEN_MARK), .id = request->id };

	__builtin_memcpy(token.random, &random, sizeof(token.random));
	return token;
}

static __always_inline int respond_probe_udp(struct __sk_buff *skb, const struct packet *p,
					     const struct heading *h,
					     const struct request_key *request, uint32_t id)
{
	struct revtr_udp_probe probe = {
		.udp = {
			.sport = be16_from(REVTR_PROBE_PORT),
			.dport = request->flow,
			.len = be16_from(sizeof(probe)),
		},
		.token = respond_token(request),
	};
	be16 checksum = { (uint16_t)id };
	struct csum sum = csum_add(respond_pseudo(p, h, sizeof(probe)), &probe, sizeof(probe));

	probe.filler = csum_filler(sum, checksum);
	probe.udp.checksum = checksum;
	return send_packet(skb, p, h, &probe, sizeof(probe));
}

/* A SYN has an option behind its header, a segment without flags four bytes of data. */
static __always_inline int respond_probe_tcp(struct __sk_buff *skb, const struct packet *p,
					     const struct heading *h,
					     const struct request_key *request, uint32_t id)
{
	struct revtr_tcp_probe probe = {
		.tcp = {
			.sport = be16_from(REVTR_PROBE_PORT),
			.dport = request->flow,
			.seq = { id },
			.data_off = sizeof(probe) / 4 << 4,
			.flags = TCP_SYN,
			.window = be16_from(REVTR_PROBE_WINDOW),
			.urgent = request->id,
		},
		.mss_kind = 2,
		.mss_len = 4,
		.mss = be16_from(REVTR_PROBE_MSS),
	};
	uint32_t random = bpf_get_prandom_u32();
	struct csum sum;

	if (!config.tcp_syn) {
		probe.tcp.data_off = sizeof(probe.tcp) / 4 << 4;
		probe.tcp.flags = 0;
		__builtin_memcpy(&probe.mss_kind, &random, REVTR_PROBE_DATA_LEN);
	}
	sum = csum_add(respond_pseudo(p, h, sizeof(probe)), &probe, sizeof(probe));
	probe.tcp.checksum = csum_finish(sum);
	return send_packet(skb, p, h, &probe, sizeof(probe));
}

static __always_inline int respond_probe_icmp(struct __sk_buff *skb, const struct packet *p,
					      const struct heading *h,
					      const struct request_key *request, uint32_t id)
{
	struct revtr_icmp_probe probe = {
		.icmp = {
			.type = p->is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO,
			.id = { (uint16_t)id },
			.seq = be16_from(REVTR_PROBE_SEQ),
		},
		.token = respond_token(request),
	};
	struct csum sum = csum_add(respond_pseudo(p, h, sizeof(probe)), &probe, sizeof(probe));

	probe.filler = csum_filler(sum, request->flow);
	probe.icmp.checksum = request->flow;
	return send_packet(skb, p, h, &probe, sizeof(probe));
}

__noinline int respond_probe(struct __sk_buff *skb, struct packet *p,
			     const struct session_wish *wish, uint32_t id)
{
	const struct request_key *request;
	struct heading h;

	if (!p || !wish)
		return -1;
	request = &wish->request;
	h = (struct heading){
		.from = &p->dst, .to = &wish->target, .proto = request->proto, .ttl = request->ttl
	};
	if (send_normalize(skb, p))
		return -1;
	if (request->proto == PROTO_UDP)
		return respond_probe_udp(skb, p, &h, request, id);
	if (request->proto == PROTO_TCP)
		return respond_probe_tcp(skb, p, &h, request, id);
	return respond_probe_icmp(skb, p, &h, request, id);
}

/* From the address that was asked to the one who asked. */
static __always_inline struct heading respond_heading(const struct packet *p,
						      const struct addr *client)
{
	return (struct heading){
		.from = &p->dst,
		.to = client,
		.proto = p->is_v4 ? PROTO_ICMP : PROTO_ICMPV6,
		.ttl = REVTR_HOP_LIMIT,
	};
}

static __always_inline struct icmp_hdr respond_icmp(const struct packet *p, be16 id)
{
	return (struct icmp_hdr){
		.type = p->is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY,
		.code = REVTR_ICMP_CODE,
		.id = id,
	};
}

/* `status` is an enum revtr_status. */
__noinline int respond_refuse(struct __sk_buff *skb, struct packet *p,
			      const struct request *request, uint32_t status)
{
	struct WIRE {
		struct icmp_hdr icmp;
		struct revtr_status_hdr head;
	} answer = { .head = { .status = (uint8_t)status } };
	struct heading h;
	struct csum sum;

	if (!p || !request)
		return -1;
	answer.icmp = respond_icmp(p, request->wish.request.id);
	h = respond_heading(p, &request->wish.request.client);
	if (status == REVTR_BAD_OBJECT)
		answer.head.value = request->refused;
	sum = csum_add(respond_pseudo(p, &h, sizeof(answer)), &answer, sizeof(answer));
	answer.icmp.checksum = csum_finish(sum);
	if (send_normalize(skb, p))
		return -1;
	return send_packet(skb, p, &h, &answer, sizeof(answer));
}

/* A round trip that does not fit the field is reported as the longest that does. */
__noinline int respond_result(struct __sk_buff *skb, struct packet *p,
			      const struct session_end *end)
{
	struct WIRE {
		struct icmp_hdr icmp;
		struct revtr_answer answer;
	} answer = { 0 };
	struct heading h;
	struct csum sum;

	if (!p || !end)
		return -1;
	answer.icmp = respond_icmp(p, end->id);
	answer.answer.result.hop = p->src;
	answer.answer.result.rtt_ns =
		be32_from(end->rtt_ns < UINT32_MAX ? (uint32_t)end->rtt_ns : UINT32_MAX);
	h = respond_heading(p, &end->client);
	sum = csum_add(respond_pseudo(p, &h, sizeof(answer)), &answer, sizeof(answer));
	answer.icmp.checksum = csum_finish(sum);
	if (send_normalize(skb, p))
		return -1;
	return p->is_unfinished ? send_unfinished(skb, p, &h, &answer.icmp, sizeof(answer))
				: send_packet(skb, p, &h, &answer, sizeof(answer));
}
