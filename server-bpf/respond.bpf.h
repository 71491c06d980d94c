// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The three packets a server sends: a probe, a result, a refusal.  Each is built
 * from the packet that caused it; docs/protocol.md has the layouts.
 */
#pragma once

#include "server-bpf/packet.bpf.h"
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

static __always_inline void respond_random(uint8_t bytes[static 6])
{
	uint32_t high = bpf_get_prandom_u32();
	uint16_t low = (uint16_t)bpf_get_prandom_u32();

	__builtin_memcpy(bytes, &high, sizeof(high));
	__builtin_memcpy(bytes + sizeof(high), &low, sizeof(low));
}

static __always_inline int respond_probe_udp(struct __sk_buff *skb, const struct packet *p,
					     const struct heading *h, be16 flow, be16 id)
{
	struct revtr_udp_probe probe = {
		.udp = {
			.sport = be16_from(REVTR_PROBE_PORT),
			.dport = be16_to(flow) ? flow : be16_from(REVTR_FLOW_UDP),
			.len = be16_from(sizeof(probe)),
		},
	};
	struct csum sum;

	respond_random(probe.random);
	sum = csum_add(respond_pseudo(p, h, sizeof(probe)), &probe, sizeof(probe));
	probe.filler = csum_filler(sum, id);
	probe.udp.checksum = id;
	return packet_rewrite(skb, p, h, &probe, sizeof(probe));
}

static __always_inline int respond_probe_tcp(struct __sk_buff *skb, const struct packet *p,
					     const struct heading *h, be16 flow, be16 id)
{
	struct revtr_tcp_probe probe = {
		.tcp = {
			.sport = be16_from(REVTR_PROBE_PORT),
			.dport = be16_to(flow) ? flow : be16_from(REVTR_FLOW_TCP),
			.seq = be32_from(revtr_seq_from_id(id)),
			.data_off = sizeof(probe) / 4 << 4,
			.flags = TCP_SYN,
			.window = be16_from(REVTR_PROBE_WINDOW),
		},
		.mss_kind = 2,
		.mss_len = 4,
		.mss = be16_from(REVTR_PROBE_MSS),
	};
	struct csum sum = csum_add(respond_pseudo(p, h, sizeof(probe)), &probe, sizeof(probe));

	probe.tcp.checksum = csum_finish(sum);
	return packet_rewrite(skb, p, h, &probe, sizeof(probe));
}

static __always_inline int respond_probe_icmp(struct __sk_buff *skb, const struct packet *p,
					      const struct heading *h, be16 flow, be16 id)
{
	struct revtr_icmp_probe probe = {
		.icmp = {
			.type = p->is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO,
			.id = id,
			.seq = be16_from(REVTR_PROBE_SEQ),
		},
	};
	struct csum sum;

	if (!be16_to(flow))
		flow = be16_from(REVTR_FLOW_ICMP);
	respond_random(probe.random);
	sum = csum_add(respond_pseudo(p, h, sizeof(probe)), &probe, sizeof(probe));
	probe.filler = csum_filler(sum, flow);
	probe.icmp.checksum = flow;
	return packet_rewrite(skb, p, h, &probe, sizeof(probe));
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

static __noinline int respond_refuse(struct __sk_buff *skb, const struct packet *p,
				     const struct session_key *key, enum revtr_status status)
{
	struct WIRE {
		struct icmp_hdr icmp;
		struct revtr_status_hdr head;
	} answer = { .icmp = respond_icmp(p, key->id), .head = { .status = (uint8_t)status } };
	struct heading h = respond_heading(p, &key->peer);
	struct csum sum = csum_add(respond_pseudo(p, &h, sizeof(answer)), &answer, sizeof(answer));

	answer.icmp.checksum = csum_finish(sum);
	return packet_rewrite(skb, p, &h, &answer, sizeof(answer));
}

/* A round trip that does not fit the field is reported as the longest that does. */
static __noinline int respond_result(struct __sk_buff *skb, const struct packet *p,
				     const struct session_key *key, uint64_t rtt_ns)
{
	uint32_t rtt = rtt_ns < UINT32_MAX ? (uint32_t)rtt_ns : UINT32_MAX;
	struct WIRE {
		struct icmp_hdr icmp;
		struct revtr_answer answer;
	} answer = {
		.icmp = respond_icmp(p, key->id),
		.answer.result = { .hop = p->src, .rtt_ns = be32_from(rtt) },
	};
	struct heading h = respond_heading(p, &key->peer);
	struct csum sum = csum_add(respond_pseudo(p, &h, sizeof(answer)), &answer, sizeof(answer));

	answer.icmp.checksum = csum_finish(sum);
	return p->is_unfinished
		       ? packet_rewrite_unfinished(skb, p, &h, &answer.icmp, sizeof(answer))
		       : packet_rewrite(skb, p, &h, &answer, sizeof(answer));
}
