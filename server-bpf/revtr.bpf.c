// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server on tc ingress: a request becomes a probe, the answer to a probe
 * becomes a response, everything else passes to the kernel as it came.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "server-bpf/maps.bpf.h"
#include "server-bpf/packet.bpf.h"
#include "server-bpf/respond.bpf.h"
#include "server-bpf/session.bpf.h"

/* A packet that we changed can't be passed on: drop it where rewriting failed. */
static __always_inline int finish(int verdict, enum server_counter done, bool is_v4)
{
	if (verdict < 0) {
		count(COUNT_REWRITE_FAILED, is_v4);
		return TC_ACT_SHOT;
	}
	count(done, is_v4);
	return verdict;
}

static __noinline int send_probe(struct __sk_buff *skb, const struct packet *p,
				 const struct revtr_request *request, const struct session_key *key)
{
	be16 id = key->id;
	struct heading h = { .from = &p->dst, .to = &p->src, .ttl = request->ttl };

	if (request->proto == PROTO_UDP) {
		h.proto = PROTO_UDP;
		return respond_probe_udp(skb, p, &h, request->flow, id);
	}
	if (request->proto == PROTO_TCP) {
		h.proto = PROTO_TCP;
		return respond_probe_tcp(skb, p, &h, request->flow, id);
	}
	h.proto = p->is_v4 ? PROTO_ICMP : PROTO_ICMPV6;
	return respond_probe_icmp(skb, p, &h, request->flow, id);
}

static __always_inline int handle_request(struct __sk_buff *skb, const struct packet *p, be16 id,
					  uint64_t now_ns)
{
	uint8_t icmp = p->is_v4 ? PROTO_ICMP : PROTO_ICMPV6;
	struct session_key key = { .peer = p->src, .id = id };
	struct revtr_request request;

	if (!packet_load(skb, p, sizeof(struct icmp_hdr), &request, sizeof(request))) {
		count(COUNT_TRUNCATED_REQUEST, p->is_v4);
		return TC_ACT_UNSPEC;
	}
	if (!packet_source_is_host(p)) {
		count(COUNT_BAD_SOURCE, p->is_v4);
		return TC_ACT_UNSPEC;
	}
	count(COUNT_REQUEST, p->is_v4);
	if (request.ttl == 0)
		return finish(respond_refuse(skb, p, &key, REVTR_BAD_TTL), COUNT_BAD_TTL, p->is_v4);
	if (request.proto == 0)
		request.proto = icmp;
	if (request.proto != PROTO_UDP && request.proto != PROTO_TCP && request.proto != icmp)
		return finish(respond_refuse(skb, p, &key, REVTR_BAD_PROTO), COUNT_BAD_PROTO,
			      p->is_v4);
	switch (session_open(&key, request.proto, now_ns)) {
	case SESSION_LIVE:
		count(COUNT_DUPLICATE, p->is_v4);
		return TC_ACT_SHOT;
	case SESSION_NO_SLOT:
		count(COUNT_FULL, p->is_v4);
		return TC_ACT_SHOT;
	case SESSION_OPENED:
		break;
	}
	return finish(send_probe(skb, p, &request, &key), COUNT_PROBE, p->is_v4);
}

static __always_inline int handle_answer(struct __sk_buff *skb, const struct packet *p,
					 const struct session_key *key, uint8_t proto,
					 uint64_t now_ns)
{
	uint64_t rtt_ns;

	if (!session_answer(key, proto, now_ns, &rtt_ns)) {
		count(COUNT_UNMATCHED, p->is_v4);
		return TC_ACT_UNSPEC;
	}
	return finish(respond_result(skb, p, key, rtt_ns), COUNT_RESPONSE, p->is_v4);
}

/* Is this error one that a probe can meet: unreachable, or its TTL ran out? */
static __always_inline bool is_probe_error(bool is_v4, uint8_t type, uint8_t code)
{
	if (is_v4)
		return type == ICMPV4_UNREACHABLE || (type == ICMPV4_TIME_EXCEEDED && code == 0);
	return type == ICMPV6_UNREACHABLE || (type == ICMPV6_TIME_EXCEEDED && code == 0);
}

/* What the quoted eight bytes say if a probe of ours was quoted. */
static __always_inline bool quoted_id(uint8_t proto, bool is_v4, const void *l4, be16 *ret_id)
{
	const struct udp_hdr *udp = l4;
	const struct icmp_hdr *icmp = l4;
	be32 seq;

	if (proto == PROTO_UDP) {
		*ret_id = udp->checksum;
		return be16_to(udp->sport) == REVTR_PROBE_PORT;
	}
	if (proto == PROTO_TCP) {
		__builtin_memcpy(&seq, (const uint8_t *)l4 + 4, sizeof(seq));
		*ret_id = revtr_id_from_seq(be32_to(seq));
		return be16_to(udp->sport) == REVTR_PROBE_PORT;
	}
	*ret_id = icmp->id;
	return proto == (is_v4 ? PROTO_ICMP : PROTO_ICMPV6) &&
	       icmp->type == (is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO) && icmp->code == 0 &&
	       be16_to(icmp->seq) == REVTR_PROBE_SEQ;
}

/* Reads the packet that an ICMP error quotes: whose probe, which protocol. */
static __always_inline bool read_quote(struct __sk_buff *skb, const struct packet *p,
				       struct session_key *key, uint8_t *ret_proto)
{
	uint32_t off = sizeof(struct icmp_hdr);
	uint8_t l4[8] __attribute__((aligned(8)));

	if (p->is_v4) {
		struct ipv4_hdr ip;

		if (!packet_load(skb, p, off, &ip, sizeof(ip)))
			return false;
		off += (uint32_t)(ip.ver_ihl & 0x0f) * 4;
		key->peer = addr_from_v4(ip.dst);
		*ret_proto = ip.proto;
		if (ip.ver_ihl >> 4 != 4 || (ip.ver_ihl & 0x0f) < 5)
			return false;
	} else {
		struct ipv6_hdr ip;

		if (!packet_load(skb, p, off, &ip, sizeof(ip)))
			return false;
		off += sizeof(ip);
		key->peer = ip.dst;
		*ret_proto = ip.next;
	}
	return packet_load(skb, p, off, l4, sizeof(l4)) &&
	       quoted_id(*ret_proto, p->is_v4, l4, &key->id);
}

static __noinline int handle_icmp(struct __sk_buff *skb, const struct packet *p)
{
	uint64_t now_ns = bpf_ktime_get_ns();
	struct session_key key = { .zero = 0 };
	struct icmp_hdr icmp;
	uint8_t proto;

	if (!packet_load(skb, p, 0, &icmp, sizeof(icmp)))
		return TC_ACT_UNSPEC;
	if (icmp.type == (p->is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO)) {
		if (icmp.code != REVTR_ICMP_CODE)
			return TC_ACT_UNSPEC;
		return handle_request(skb, p, icmp.id, now_ns);
	}
	if (icmp.type == (p->is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY)) {
		if (icmp.code != 0 || be16_to(icmp.seq) != REVTR_PROBE_SEQ)
			return TC_ACT_UNSPEC;
		key.peer = p->src;
		key.id = icmp.id;
		return handle_answer(skb, p, &key, p->proto, now_ns);
	}
	if (!is_probe_error(p->is_v4, icmp.type, icmp.code) || !read_quote(skb, p, &key, &proto))
		return TC_ACT_UNSPEC;
	return handle_answer(skb, p, &key, proto, now_ns);
}

static __noinline int handle_tcp(struct __sk_buff *skb, struct packet *p)
{
	struct session_key key = { .peer = p->src };
	uint64_t rtt_ns;
	struct tcp_hdr tcp;
	bool is_syn_ack;

	if (!packet_load(skb, p, 0, &tcp, sizeof(tcp)) || be16_to(tcp.dport) != REVTR_PROBE_PORT)
		return TC_ACT_UNSPEC;
	is_syn_ack = (tcp.flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
	if (!is_syn_ack && !(tcp.flags & TCP_RST))
		return TC_ACT_UNSPEC;
	key.id = revtr_id_from_seq(be32_to(tcp.ack) - 1);
	if (!session_answer(&key, PROTO_TCP, bpf_ktime_get_ns(), &rtt_ns)) {
		count(COUNT_UNMATCHED, p->is_v4);
		return TC_ACT_UNSPEC;
	}
	p->is_unfinished = packet_is_unfinished(p, tcp.checksum);
	/* The kernel knows no such connection and resets it, so that the peer is
	 * not left half open.  The copy passes here again, without a session. */
	if (is_syn_ack && !bpf_clone_redirect(skb, skb->ifindex, BPF_F_INGRESS))
		count(COUNT_SYN_ACK_CLONED, p->is_v4);
	return finish(respond_result(skb, p, &key, rtt_ns), COUNT_RESPONSE, p->is_v4);
}

SEC("tc")
int revtr_ingress(struct __sk_buff *skb)
{
	bool is_v4 = skb->protocol == bpf_htons(ETHER_IPV4);
	struct packet p = { 0 };

	if (is_v4 ? !config.serve_v4 : skb->protocol != bpf_htons(ETHER_IPV6) || !config.serve_v6)
		return TC_ACT_UNSPEC;
	if (!packet_read(skb, is_v4, &p))
		return TC_ACT_UNSPEC;
	if (p.proto != PROTO_TCP && p.proto != (is_v4 ? PROTO_ICMP : PROTO_ICMPV6))
		return TC_ACT_UNSPEC;
	if (p.is_fragment) {
		count(COUNT_FRAGMENT, is_v4);
		return TC_ACT_UNSPEC;
	}
	return p.proto == PROTO_TCP ? handle_tcp(skb, &p) : handle_icmp(skb, &p);
}

char _license[] SEC("license") = "GPL";
