// SPDX-License-Identifier: GPL-2.0-or-later
/* Which packets answer a probe, and what they say of it. */
#pragma once

#include "server-bpf/packet.bpf.h"
#include "server-bpf/session.bpf.h"
#include "wire/revtr.h"

/* Is this error one that a probe can meet: unreachable, or its TTL ran out? */
static __always_inline bool answer_is_error(bool is_v4, const struct icmp_hdr *icmp)
{
	if (is_v4)
		return icmp->type == ICMPV4_UNREACHABLE ||
		       (icmp->type == ICMPV4_TIME_EXCEEDED && icmp->code == 0);
	return icmp->type == ICMPV6_UNREACHABLE ||
	       (icmp->type == ICMPV6_TIME_EXCEEDED && icmp->code == 0);
}

/* What the quoted eight bytes say if a probe of ours was quoted. */
static __always_inline bool answer_read_quoted_l4(bool is_v4, const void *l4, struct answer *a)
{
	const struct udp_hdr *udp = l4;
	const struct icmp_hdr *icmp = l4;

	a->has_flow = true;
	if (a->probe.proto == PROTO_UDP || a->probe.proto == PROTO_TCP) {
		if (a->probe.proto == PROTO_UDP)
			a->probe.id = udp->checksum.raw;
		else
			__builtin_memcpy(&a->probe.id, (const uint8_t *)l4 + 4,
					 sizeof(a->probe.id));
		a->flow = udp->dport;
		return be16_to(udp->sport) == REVTR_PROBE_PORT;
	}
	a->probe.id = icmp->id.raw;
	a->flow = icmp->checksum;
	return a->probe.proto == (is_v4 ? PROTO_ICMP : PROTO_ICMPV6) &&
	       icmp->type == (is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO) && icmp->code == 0 &&
	       be16_to(icmp->seq) == REVTR_PROBE_SEQ;
}

/* The IP header of the quoted packet; `ret_walk` is then at its L4 part. */
static __always_inline bool answer_read_quoted_ip(struct __sk_buff *skb, const struct packet *p,
						  struct answer *a, struct walk *ret_walk)
{
	struct walk w = { .end = p->l4_off + p->l4_len };
	uint32_t off = sizeof(struct icmp_hdr);
	struct ipv6_hdr v6;
	struct ipv4_hdr v4;

	if (p->is_v4) {
		if (!packet_load(skb, p, off, &v4, sizeof(v4)) || v4.ver_ihl >> 4 != 4 ||
		    (v4.ver_ihl & 0x0f) < sizeof(v4) / 4)
			return false;
		a->probe.target = addr_from_v4(v4.dst);
		a->probe.proto = v4.proto;
		a->asked = addr_from_v4(v4.src);
		w.off = p->l4_off + off + (uint32_t)(v4.ver_ihl & 0x0f) * 4;
		*ret_walk = w;
		return true;
	}
	if (!packet_load(skb, p, off, &v6, sizeof(v6)))
		return false;
	a->probe.target = v6.dst;
	a->asked = v6.src;
	w.off = p->l4_off + off + sizeof(v6);
	w.proto = v6.next;
	/* Our probes have no extension headers, but somebody may have put one in. */
	if (is_extension(w.proto) && !walk_extensions(skb, &w))
		return false;
	a->probe.proto = w.proto;
	*ret_walk = w;
	return !w.is_fragment;
}

/* Reads the packet that an ICMP error quotes: whose probe, which protocol. */
static __always_inline bool answer_read_error(struct __sk_buff *skb, const struct packet *p,
					      struct answer *a)
{
	uint8_t l4[8] __attribute__((aligned(8)));
	struct walk w;

	return answer_read_quoted_ip(skb, p, a, &w) && w.off + sizeof(l4) <= w.end &&
	       !bpf_skb_load_bytes(skb, w.off, l4, sizeof(l4)) &&
	       answer_read_quoted_l4(p->is_v4, l4, a);
}

/* False for whatever answers no probe. */
static __noinline bool answer_read_icmp(struct __sk_buff *skb, const struct packet *p,
					const struct icmp_hdr *icmp, struct answer *a)
{
	if (icmp->type == (p->is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY)) {
		a->probe.target = p->src;
		a->probe.proto = p->proto;
		a->probe.id = icmp->id.raw;
		a->asked = p->dst;
		return icmp->code == 0 && be16_to(icmp->seq) == REVTR_PROBE_SEQ;
	}
	return answer_is_error(p->is_v4, icmp) && answer_read_error(skb, p, a) &&
	       addr_equal(&a->asked, &p->dst);
}

static __always_inline bool answer_is_syn_ack(const struct tcp_hdr *tcp)
{
	return (tcp->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
}

static __always_inline bool answer_read_tcp(const struct packet *p, const struct tcp_hdr *tcp,
					    struct answer *a)
{
	/* A SYN counts as one byte; without it, our probe carries four. */
	uint32_t sent = config.tcp_syn ? 1 : REVTR_PROBE_DATA_LEN;

	if (be16_to(tcp->dport) != REVTR_PROBE_PORT ||
	    (!answer_is_syn_ack(tcp) && !(tcp->flags & TCP_RST)))
		return false;
	a->probe.target = p->src;
	a->probe.proto = PROTO_TCP;
	a->probe.id = be32_from(be32_to(tcp->ack) - sent).raw;
	a->asked = p->dst;
	a->flow = tcp->sport;
	a->has_flow = true;
	return true;
}
