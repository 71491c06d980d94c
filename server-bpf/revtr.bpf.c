// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server on tc ingress: a request becomes a probe, the answer to a probe
 * becomes a response, everything else passes to the kernel as it came.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "server-bpf/answer.bpf.h"
#include "server-bpf/event.bpf.h"
#include "server-bpf/intact.bpf.h"
#include "server-bpf/maps.bpf.h"
#include "server-bpf/packet.bpf.h"
#include "server-bpf/request.bpf.h"
#include "server-bpf/respond.bpf.h"
#include "server-bpf/route.bpf.h"
#include "server-bpf/session.bpf.h"

static __always_inline int pass(enum server_counter why, bool is_v4)
{
	count(why, is_v4);
	return TC_ACT_UNSPEC;
}

static __always_inline int drop(enum server_counter why, bool is_v4)
{
	count(why, is_v4);
	return TC_ACT_SHOT;
}

static __always_inline int drop_request(enum server_counter why, const struct request *r)
{
	event_count(why, &r->wish.request);
	return TC_ACT_SHOT;
}

/* Sends what was written, if it was: a packet that we changed can't be passed on.
 * TC_ACT_REDIRECT if it is on its way: the caller counts what it was. */
static __always_inline int finish(struct __sk_buff *skb, const struct packet *p, int err,
				  struct route *route)
{
	int verdict = err ? -1 : send_off(skb, p, route);

	if (verdict != TC_ACT_REDIRECT)
		return drop(COUNT_REWRITE_FAILED, p->is_v4);
	if (!route->ifindex)
		count(COUNT_SENT_BACK, p->is_v4);
	return verdict;
}

/* What we send keeps the TOS or class and label of the packet that causes it. */
static __always_inline struct route_wish route_wish_of(const struct packet *p,
						       const struct addr *to)
{
	return (struct route_wish){
		.from = p->dst,
		.to = *to,
		.is_v4 = p->is_v4,
		.v4_tos = p->v4_tos,
		.v6_class_label = be32_from(be32_to(p->ver_class_label) & 0x0fffffff),
	};
}

/* The way for an ICMP message to the client, from the address that was asked. */
static __noinline enum route_verdict find_client(struct __sk_buff *skb, const struct packet *p,
						 const struct addr *client, struct route *ret_route)
{
	struct route_wish wish = route_wish_of(p, client);

	wish.proto = p->is_v4 ? PROTO_ICMP : PROTO_ICMPV6;
	return route_find(skb, &wish, ret_route);
}

static __noinline enum route_verdict find_target(struct __sk_buff *skb, const struct packet *p,
						 const struct session_wish *probe,
						 struct route *ret_route)
{
	struct route_wish wish = route_wish_of(p, &probe->target);

	wish.proto = probe->request.proto;
	if (wish.proto == PROTO_UDP || wish.proto == PROTO_TCP) {
		wish.sport = be16_from(REVTR_PROBE_PORT);
		wish.dport = probe->request.flow;
	}
	return route_find(skb, &wish, ret_route);
}

static __noinline int refuse(struct __sk_buff *skb, struct packet *p, const struct request *r,
			     enum revtr_status status)
{
	enum server_counter why = COUNT_BAD_PROTO;
	struct route route = { 0 };
	int verdict;

	if (status == REVTR_BAD_TTL)
		why = COUNT_BAD_TTL;
	else if (status == REVTR_BAD_OBJECT)
		why = COUNT_BAD_OBJECT;
	if (find_client(skb, p, &r->wish.request.client, &route) == ROUTE_NONE)
		return drop_request(COUNT_NO_ROUTE, r);
	verdict = finish(skb, p, respond_refuse(skb, p, r, status), &route);
	if (verdict == TC_ACT_REDIRECT)
		event_count(why, &r->wish.request);
	return verdict;
}

/* Takes a session and makes the probe. */
static __always_inline int serve(struct __sk_buff *skb, struct packet *p, const struct request *r)
{
	struct probe_key key = { .target = r->wish.target, .proto = r->wish.request.proto };
	struct route route = { 0 };
	int verdict;

	if (find_target(skb, p, &r->wish, &route) == ROUTE_NONE)
		return drop_request(COUNT_NO_ROUTE, r);
	switch (session_open(&r->wish, bpf_ktime_get_ns(), &key)) {
	case SESSION_LIVE:
		return drop_request(COUNT_DUPLICATE, r);
	case SESSION_NO_SLOT:
		return drop_request(COUNT_FULL, r);
	case SESSION_TARGET_FULL:
		return drop_request(COUNT_TARGET_FULL, r);
	case SESSION_OPENED:
		break;
	}
	verdict = finish(skb, p, respond_probe(skb, p, &r->wish, key.id), &route);
	if (verdict == TC_ACT_REDIRECT)
		event_count(COUNT_PROBE, &r->wish.request);
	else
		session_cancel(&key);
	return verdict;
}

static __noinline int handle_request(struct __sk_buff *skb, struct packet *p,
				     const struct icmp_hdr *icmp)
{
	struct request r = { 0 };
	enum server_counter judged;
	enum revtr_status refusal;

	if (!request_read(skb, p, icmp, &r))
		return pass(COUNT_TRUNCATED_REQUEST, p->is_v4);
	if (!request_is_ours(skb, p, icmp))
		return TC_ACT_UNSPEC;
	count(COUNT_REQUEST, p->is_v4);
	refusal = request_judge(skb, p, &r);
	judged = request_admit(p, &r, refusal);
	if (judged != COUNT_REQUEST)
		return drop_request(judged, &r);
	if (refusal != REVTR_RESULT)
		return refuse(skb, p, &r, refusal);
	return serve(skb, p, &r);
}

static __noinline int report(struct __sk_buff *skb, struct packet *p, const struct session_end *end)
{
	struct route route = { 0 };
	int verdict;

	if (find_client(skb, p, &end->client, &route) == ROUTE_NONE)
		return drop(COUNT_RESPONSE_NO_ROUTE, p->is_v4);
	verdict = finish(skb, p, respond_result(skb, p, end), &route);
	if (verdict == TC_ACT_REDIRECT)
		event_count_result(end, &p->src);
	return verdict;
}

static __noinline int handle_icmp_answer(struct __sk_buff *skb, struct packet *p,
					 const struct icmp_hdr *icmp)
{
	struct session_end end = { 0 };
	struct answer a = { 0 };

	if (!answer_read_icmp(skb, p, icmp, &a))
		return pass(COUNT_OTHER, p->is_v4);
	if (packet_checksum(skb, p, icmp->checksum.raw) != INTACT)
		return pass(COUNT_BAD_CHECKSUM, p->is_v4);
	if (!session_answer(&a, bpf_ktime_get_ns(), &end))
		return pass(COUNT_UNMATCHED, p->is_v4);
	return report(skb, p, &end);
}

static __always_inline int handle_icmp(struct __sk_buff *skb, struct packet *p)
{
	struct icmp_hdr icmp;

	if (!packet_load(skb, p, 0, &icmp, sizeof(icmp)))
		return pass(COUNT_OTHER, p->is_v4);
	if (icmp.type == (p->is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO) && icmp.code == REVTR_ICMP_CODE)
		return handle_request(skb, p, &icmp);
	return handle_icmp_answer(skb, p, &icmp);
}

static __noinline int handle_tcp(struct __sk_buff *skb, struct packet *p)
{
	struct session_end end = { 0 };
	struct answer a = { 0 };
	enum intact intact;
	struct tcp_hdr tcp;

	if (!packet_load(skb, p, 0, &tcp, sizeof(tcp)) || !answer_read_tcp(p, &tcp, &a))
		return pass(COUNT_OTHER, p->is_v4);
	intact = packet_checksum(skb, p, tcp.checksum.raw);
	if (intact == INTACT_DAMAGED)
		return pass(COUNT_BAD_CHECKSUM, p->is_v4);
	if (!session_answer(&a, bpf_ktime_get_ns(), &end))
		return pass(COUNT_UNMATCHED, p->is_v4);
	p->is_unfinished = intact == INTACT_UNFINISHED;
	/* The kernel knows no such connection and resets it, so that the peer is
	 * not left half open.  The copy passes here again, without a session. */
	if (answer_is_syn_ack(&tcp) && !bpf_clone_redirect(skb, skb->ifindex, BPF_F_INGRESS))
		count(COUNT_SYN_ACK_CLONED, p->is_v4);
	return report(skb, p, &end);
}

static __always_inline int handle_ip(struct __sk_buff *skb, struct packet *p)
{
	if (p->is_v4 ? !packet_read_v4(skb, p) : !packet_read_v6(skb, p))
		return pass(COUNT_OTHER, p->is_v4);
	if (p->proto != PROTO_TCP && p->proto != (p->is_v4 ? PROTO_ICMP : PROTO_ICMPV6))
		return pass(COUNT_OTHER, p->is_v4);
	if (p->is_fragment)
		return pass(COUNT_FRAGMENT, p->is_v4);
	return p->proto == PROTO_TCP ? handle_tcp(skb, p) : handle_icmp(skb, p);
}

static __always_inline int ingress(struct __sk_buff *skb, enum link link)
{
	struct packet p = { 0 };

	if (!packet_read_link(skb, link, &p))
		return TC_ACT_UNSPEC;
	p.is_v4 = be16_to(p.type) == ETHER_IPV4;
	if (p.is_v4 ? !config.serve_v4 : be16_to(p.type) != ETHER_IPV6 || !config.serve_v6)
		return TC_ACT_UNSPEC;
	/* To other hosts on the link, or to many. */
	if (skb->pkt_type != PACKET_HOST)
		return pass(COUNT_OTHER, p.is_v4);
	return handle_ip(skb, &p);
}

SEC("tc")
int revtr_ingress(struct __sk_buff *skb)
{
	return ingress(skb, LINK_ETHERNET);
}

/* For interfaces whose packets begin with the IP header. */
SEC("tc")
int revtr_ingress_plain(struct __sk_buff *skb)
{
	return ingress(skb, LINK_NONE);
}

char _license[] SEC("license") = "GPL";
