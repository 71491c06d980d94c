// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Turning the packet that came in into the one that goes out.
 *
 * All is written into an Ethernet frame without tags: tags are taken off before,
 * and put back where the packet leaves by the link it came from; a packet that came
 * without Ethernet header gets room for one.
 */
#pragma once

#include "server-bpf/packet.bpf.h"
#include "server-bpf/route.bpf.h"

/* What is common to the packets we send: where to, and how far. */
struct heading {
	const struct addr *from;
	const struct addr *to;
	uint8_t proto;
	uint8_t ttl;
};

static __always_inline int send_write_v4(struct __sk_buff *skb, const struct packet *p,
					 const struct heading *h, uint16_t l4_len)
{
	struct ipv4_hdr ip = {
		.ver_ihl = IPV4_VER_IHL,
		.tos = p->v4_tos,
		.total_len = be16_from((uint16_t)(sizeof(ip) + l4_len)),
		.id = p->v4_id,
		.frag = be16_from(be16_to(p->v4_frag) & IPV4_FRAG_DONT),
		.ttl = h->ttl,
		.proto = h->proto,
		.src = addr_to_v4(h->from),
		.dst = addr_to_v4(h->to),
	};
	struct csum sum = { 0 };

	ip.checksum = csum_finish(csum_add(sum, &ip, sizeof(ip)));
	return (int)bpf_skb_store_bytes(skb, LINK_ETHERNET, &ip, sizeof(ip), BPF_F_RECOMPUTE_CSUM);
}

static __always_inline int send_write_v6(struct __sk_buff *skb, const struct packet *p,
					 const struct heading *h, uint16_t l4_len)
{
	struct ipv6_hdr ip = {
		.ver_class_label = p->ver_class_label,
		.payload_len = be16_from(l4_len),
		.next = h->proto,
		.hop_limit = h->ttl,
		.src = *h->from,
		.dst = *h->to,
	};

	return (int)bpf_skb_store_bytes(skb, LINK_ETHERNET, &ip, sizeof(ip), BPF_F_RECOMPUTE_CSUM);
}

static __always_inline uint32_t send_l4_off(const struct packet *p)
{
	return LINK_ETHERNET + (p->is_v4 ? sizeof(struct ipv4_hdr) : sizeof(struct ipv6_hdr));
}

/* Tags off, Ethernet header on; what `p` says of places in the frame stays true. */
static __always_inline int send_normalize(struct __sk_buff *skb, struct packet *p)
{
	if (p->link == LINK_NONE) {
		if (bpf_skb_change_head(skb, LINK_ETHERNET, 0))
			return -1;
		p->l3_off += LINK_ETHERNET;
		p->l4_off += LINK_ETHERNET;
	}
	/* The kernel takes off the one beside the packet first. */
	if (p->is_tagged_beside && bpf_skb_vlan_pop(skb))
		return -1;
	for (int i = 0; i < TAGS_INSIDE_MAX && i < p->tags_inside; i++)
		if (bpf_skb_vlan_pop(skb))
			return -1;
	p->l4_off -= p->l3_off - LINK_ETHERNET;
	p->l3_off = LINK_ETHERNET;
	return 0;
}

static __always_inline long send_push(struct __sk_buff *skb, const struct vlan_tag *tag)
{
	return bpf_skb_vlan_push(skb, tag->type.raw, be16_to(tag->tci));
}

static __always_inline int send_put_tags_back(struct __sk_buff *skb, const struct packet *p)
{
	if ((p->tags_inside > 1 && send_push(skb, &p->inside[1])) ||
	    (p->tags_inside > 0 && send_push(skb, &p->inside[0])) ||
	    (p->is_tagged_beside && send_push(skb, &p->beside)))
		return -1;
	return 0;
}

/*
 * By the way that routing found; the kernel then finds the neighbour.  Tags mean a
 * link of their own behind the interface, which has no neighbours or routes in this
 * host: what came with them goes back with them, to who sent it.
 */
static __always_inline int send_off(struct __sk_buff *skb, const struct packet *p,
				    struct route *route)
{
	if (route->ifindex && !(packet_is_tagged(p) && route->ifindex == skb->ifindex))
		return (int)bpf_redirect_neigh(route->ifindex, &route->next, sizeof(route->next),
					       0);
	if (send_put_tags_back(skb, p))
		return -1;
	return (int)bpf_redirect(skb->ifindex, 0);
}

/*
 * Fills a packet that has the right size.  TOS, IPv4 identification and
 * don't-fragment, and IPv6 class and flow label stay as they were
 * (docs/protocol.md); options and extension headers go.  Returns 0, or a negative
 * error with the packet in an unknown state.
 */
static __always_inline int send_fill(struct __sk_buff *skb, const struct packet *p,
				     const struct heading *h, const void *l4, uint16_t l4_len)
{
	struct eth_hdr eth = { .type = p->type };
	int err;

	__builtin_memcpy(eth.dst, p->eth.src, sizeof(eth.dst));
	__builtin_memcpy(eth.src, p->eth.dst, sizeof(eth.src));
	err = (int)bpf_skb_store_bytes(skb, 0, &eth, sizeof(eth), BPF_F_RECOMPUTE_CSUM);
	if (err)
		return err;
	err = p->is_v4 ? send_write_v4(skb, p, h, l4_len) : send_write_v6(skb, p, h, l4_len);
	if (err)
		return err;
	return (int)bpf_skb_store_bytes(skb, send_l4_off(p), l4, l4_len, BPF_F_RECOMPUTE_CSUM);
}

/* Turns the packet into the one described. */
static __always_inline int send_packet(struct __sk_buff *skb, const struct packet *p,
				       const struct heading *h, const void *l4, uint16_t l4_len)
{
	int err = (int)bpf_skb_change_tail(skb, send_l4_off(p) + l4_len, 0);

	return err ? err : send_fill(skb, p, h, l4, l4_len);
}

/*
 * The same for an unfinished TCP segment, which becomes the ICMP message `icmp`.
 *
 * The kernel's memory is of places in the buffer: the sum begins where TCP began
 * and lands where TCP's checksum was.  So the frame moves back in the buffer until
 * that is where the ICMP checksum is; the sum then begins SUM_LEAD bytes before
 * the message.  A word behind the packet, as padding, makes the sum come out as
 * the checksum that is there: whether it is written or not, the packet is right.
 */
#define SUM_LEAD (offsetof(struct tcp_hdr, checksum) - offsetof(struct icmp_hdr, checksum))
static __always_inline int send_unfinished(struct __sk_buff *skb, const struct packet *p,
					   const struct heading *h, const struct icmp_hdr *icmp,
					   uint16_t l4_len)
{
	uint32_t end = send_l4_off(p) + l4_len;
	uint32_t back = p->l4_off + SUM_LEAD - send_l4_off(p);
	struct csum sum = { 0 };
	uint8_t lead[SUM_LEAD];
	be16 behind;

	if (bpf_skb_change_tail(skb, end + sizeof(behind) + back, 0) ||
	    bpf_skb_adjust_room(skb, -(int32_t)back, BPF_ADJ_ROOM_MAC, 0))
		return -1;
	if (send_fill(skb, p, h, icmp, l4_len) ||
	    bpf_skb_load_bytes(skb, send_l4_off(p) - sizeof(lead), lead, sizeof(lead)))
		return -1;
	sum = csum_add(csum_add(sum, lead, sizeof(lead)), icmp, l4_len);
	behind = csum_filler(sum, icmp->checksum);
	if (bpf_skb_store_bytes(skb, end, &behind, sizeof(behind), BPF_F_RECOMPUTE_CSUM))
		return -1;
	return 0;
}
