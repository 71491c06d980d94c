// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The steps that serving a request takes, each in a program of its own, so that
 * bench_checks can say what each costs.  They are the server's own functions; what a
 * step enters into a map it takes out again, as the answer would.
 */
/* Not every function has a program. */
#pragma clang diagnostic ignored "-Wunused-function"

#include "server-bpf/access.bpf.h"
#include "server-bpf/intact.bpf.h"
#include "server-bpf/limit.bpf.h"
#include "server-bpf/packet.bpf.h"
#include "server-bpf/request.bpf.h"
#include "server-bpf/route.bpf.h"
#include "server-bpf/session.bpf.h"

const char licence[] SEC("license") = "GPL";

static __always_inline bool read_packet(struct __sk_buff *skb, struct packet *p)
{
	if (!packet_read_link(skb, LINK_ETHERNET, p))
		return false;
	p->is_v4 = be16_to(p->type) == ETHER_IPV4;
	return p->is_v4 ? packet_read_v4(skb, p) : packet_read_v6(skb, p);
}

/* 0 if the step went well; each begins by reading the packet. */
#define STEP(name)                                                                        \
	static __always_inline bool step_##name(struct __sk_buff *skb, struct packet *p); \
	SEC("tc")                                                                         \
	int check_##name(struct __sk_buff *skb)                                           \
	{                                                                                 \
		struct packet p = { 0 };                                                  \
                                                                                          \
		return !(read_packet(skb, &p) && step_##name(skb, &p));                   \
	}                                                                                 \
	static __always_inline bool step_##name(struct __sk_buff *skb, struct packet *p)

STEP(nothing)
{
	return true;
}

STEP(count)
{
	count(COUNT_REQUEST, p->is_v4);
	return true;
}

STEP(addresses)
{
	return is_own_address(&p->dst) && packet_source_is_host(p) && !is_own_address(&p->src);
}

STEP(checksum)
{
	struct icmp_hdr icmp;

	return packet_load(skb, p, 0, &icmp, sizeof(icmp)) &&
	       packet_checksum(skb, p, icmp.checksum.raw) == INTACT;
}

STEP(object)
{
	struct icmp_hdr icmp;
	struct request r = { 0 };

	return packet_load(skb, p, 0, &icmp, sizeof(icmp)) && request_read(skb, p, &icmp, &r) &&
	       request_judge(skb, p, &r) == REVTR_RESULT;
}

STEP(limit_source)
{
	struct addr source = p->src;

	return limit_judge_source(&source, bpf_ktime_get_ns()) == COUNT_REQUEST;
}

STEP(limit_total)
{
	return limit_take_shared(LIMIT_TOTAL, &config.limit.total, bpf_ktime_get_ns());
}

/* Fails where the kernel has no routes to tell: that is two questions for nothing. */
STEP(route)
{
	struct route_wish wish = { .from = p->dst,
				   .to = p->src,
				   .proto = PROTO_UDP,
				   .is_v4 = p->is_v4,
				   .sport = be16_from(REVTR_PROBE_PORT),
				   .dport = be16_from(REVTR_FLOW_UDP) };
	struct route route = { 0 };

	return route_find(skb, &wish, &route) != ROUTE_NONE;
}

STEP(target)
{
	uint64_t now_ns = bpf_ktime_get_ns();
	uint32_t load = target_load_of(&p->src);

	if (!target_enter(load, now_ns))
		return false;
	target_leave(load, now_ns);
	return true;
}

STEP(hand)
{
	uint64_t now_ns = bpf_ktime_get_ns();

	for (int i = 0; i < HAND_STEP; i++)
		hand_step(now_ns);
	return true;
}

STEP(slot)
{
	uint32_t index;

	return !bpf_map_pop_elem(&free_slots, &index) && !bpf_map_push_elem(&free_slots, &index, 0);
}

/* A request that comes twice is known. */
STEP(repeat)
{
	struct request_key request = { .client = p->src, .ttl = 3, .proto = PROTO_UDP };
	uint32_t slot = 0;

	return !request_is_live(&request, bpf_ktime_get_ns()) &&
	       !bpf_map_update_elem(&requests, &request, &slot, BPF_NOEXIST) &&
	       !bpf_map_delete_elem(&requests, &request);
}

/* The identifier of the server's own, and the session under it. */
STEP(name)
{
	struct session_wish wish = { .request.client = p->src, .target = p->src };
	struct probe_key key = { .target = p->src, .proto = PROTO_UDP };
	struct session fresh = { .born_ns = bpf_ktime_get_ns() };

	return session_name(&wish, &fresh, &key) && !bpf_map_delete_elem(&sessions, &key);
}
