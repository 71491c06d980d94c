// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which way a packet of this host takes: what the kernel's own routing says of one
 * that is sent from here.
 *
 * The kernel answers a program's question only for an interface that may forward.
 * The question is asked for the loopback interface, as it is for what the host sends
 * by itself, and if that may not forward, for the one that the packet came in by.
 * Where neither may, ROUTE_UNTOLD: all that is known then is where the packet came
 * from.
 */
#pragma once

#include "server-bpf/packet.bpf.h"

#define LOOPBACK_INDEX 1 /* in every network namespace */
/* <sys/socket.h> is not for BPF. */
enum { ROUTE_AF_INET = 2, ROUTE_AF_INET6 = 10 };

enum route_verdict { ROUTE_FOUND, ROUTE_UNTOLD, ROUTE_NONE };

struct route {
	struct bpf_redir_neigh next;
	uint32_t ifindex; /* 0: back to where the packet came from */
};
_Static_assert(sizeof(struct route) == 24, "no padding");

/* What routing looks at. */
struct route_wish {
	struct addr from;
	struct addr to;
	be16 sport; /* 0 where there are no ports */
	be16 dport;
	uint8_t proto;
	bool is_v4;
	uint8_t v4_tos;
	uint8_t zero;
	be32 v6_class_label;
};
_Static_assert(sizeof(struct route_wish) == 44, "no padding");

static __always_inline bool is_link_local(const struct addr *a)
{
	return a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

/* Of these (RFC 4291 section 2.5.6) the kernel tells nothing: they are of the link that
 * the packet came in by, and nothing may leave it that comes from or goes to one. */
static __always_inline bool route_is_of_the_link(const struct route_wish *wish)
{
	return !wish->is_v4 && (is_link_local(&wish->from) || is_link_local(&wish->to));
}

/* BPF_FIB_LKUP_RET_..., or a negative error. */
__noinline int route_ask(struct __sk_buff *skb, const struct route_wish *wish, uint32_t ifindex,
			 struct route *ret_route)
{
	struct bpf_fib_lookup fib = { 0 };
	int result;

	if (!wish || !ret_route)
		return -1;
	fib.family = wish->is_v4 ? ROUTE_AF_INET : ROUTE_AF_INET6;
	fib.l4_protocol = wish->proto;
	fib.sport = wish->sport.raw;
	fib.dport = wish->dport.raw;
	fib.ifindex = ifindex;
	if (wish->is_v4) {
		fib.tos = wish->v4_tos;
		fib.ipv4_src = addr_to_v4(&wish->from).raw;
		fib.ipv4_dst = addr_to_v4(&wish->to).raw;
	} else {
		fib.flowinfo = wish->v6_class_label.raw;
		__builtin_memcpy(fib.ipv6_src, &wish->from, sizeof(fib.ipv6_src));
		__builtin_memcpy(fib.ipv6_dst, &wish->to, sizeof(fib.ipv6_dst));
	}
	result = (int)bpf_fib_lookup(skb, &fib, sizeof(fib), 0);
	/* The next hop, of either family; the target itself where it is on the link. */
	ret_route->ifindex = fib.ifindex;
	ret_route->next.nh_family = fib.family;
	__builtin_memcpy(ret_route->next.ipv6_nh, fib.ipv6_dst, sizeof(fib.ipv6_dst));
	return result;
}

static __always_inline enum route_verdict route_find(struct __sk_buff *skb,
						     const struct route_wish *wish,
						     struct route *ret_route)
{
	int result = BPF_FIB_LKUP_RET_FWD_DISABLED;

	if (!route_is_of_the_link(wish)) {
		result = route_ask(skb, wish, LOOPBACK_INDEX, ret_route);
		if (result == BPF_FIB_LKUP_RET_FWD_DISABLED)
			result = route_ask(skb, wish, skb->ifindex, ret_route);
	}
	if (result == BPF_FIB_LKUP_RET_SUCCESS || result == BPF_FIB_LKUP_RET_NO_NEIGH)
		return ROUTE_FOUND;
	ret_route->ifindex = 0;
	return result == BPF_FIB_LKUP_RET_FWD_DISABLED ? ROUTE_UNTOLD : ROUTE_NONE;
}
