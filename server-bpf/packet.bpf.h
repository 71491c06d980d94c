// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading and rewriting one packet.
 *
 * Reading copies what matters into `struct packet`, on the stack: rewriting
 * resizes the packet, and after that every pointer into it is dead.
 */
#pragma once

#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

#include "wire/checksum.h"
#include "wire/headers.h"

struct packet {
	struct eth_hdr eth;
	be16 v4_id; /* IPv4: kept for what we send */
	be16 v4_frag;
	uint8_t v4_tos;
	bool is_v4;
	bool is_fragment;
	bool is_unfinished; /* TCP: see packet_is_unfinished() */
	uint8_t proto;
	be32 ver_class_label; /* IPv6: likewise */
	struct addr src;
	struct addr dst;
	uint32_t l4_off; /* from the start of the frame */
	uint32_t l4_len; /* by the IP header, so without Ethernet's padding */
};

struct reader {
	void *at;
	void *end;
};

static __always_inline struct reader reader_over(struct __sk_buff *skb)
{
	return (struct reader){ (void *)(long)skb->data, (void *)(long)skb->data_end };
}

static __always_inline void *reader_take(struct reader *r, uint32_t len)
{
	void *taken = r->at;

	if (taken + len > r->end)
		return NULL;
	r->at = taken + len;
	return taken;
}
#define READER_TAKE(r, type) ((type *)reader_take((r), sizeof(type)))

static __always_inline bool packet_read_v4(struct reader *r, uint32_t frame_len, struct packet *p)
{
	struct ipv4_hdr *ip = READER_TAKE(r, struct ipv4_hdr);
	uint32_t header_len;
	uint32_t total_len;

	if (!ip || ip->ver_ihl >> 4 != 4)
		return false;
	header_len = (uint32_t)(ip->ver_ihl & 0x0f) * 4;
	total_len = be16_to(ip->total_len);
	if (header_len < sizeof(*ip) || total_len < header_len ||
	    total_len > frame_len - sizeof(struct eth_hdr))
		return false;
	p->v4_tos = ip->tos;
	p->v4_id = ip->id;
	p->v4_frag = ip->frag;
	p->src = addr_from_v4(ip->src);
	p->dst = addr_from_v4(ip->dst);
	p->proto = ip->proto;
	p->is_fragment = be16_to(ip->frag) & (IPV4_FRAG_MORE | IPV4_FRAG_OFFSET);
	p->l4_off = sizeof(struct eth_hdr) + header_len;
	p->l4_len = total_len - header_len;
	return true;
}

static __always_inline bool packet_read_v6(struct reader *r, uint32_t frame_len, struct packet *p)
{
	struct ipv6_hdr *ip = READER_TAKE(r, struct ipv6_hdr);

	if (!ip || be32_to(ip->ver_class_label) >> 28 != 6)
		return false;
	p->ver_class_label = ip->ver_class_label;
	p->src = ip->src;
	p->dst = ip->dst;
	p->proto = ip->next;
	p->is_fragment = ip->next == PROTO_IPV6_FRAGMENT;
	p->l4_off = sizeof(struct eth_hdr) + sizeof(*ip);
	p->l4_len = be16_to(ip->payload_len);
	return p->l4_len <= frame_len - p->l4_off;
}

/* False for what is no whole IP packet of that family addressed to this host. */
static __always_inline bool packet_read(struct __sk_buff *skb, bool is_v4, struct packet *p)
{
	struct reader r = reader_over(skb);
	uint32_t headers = sizeof(struct eth_hdr) +
			   (is_v4 ? sizeof(struct ipv4_hdr) : sizeof(struct ipv6_hdr));
	struct eth_hdr *eth;

	if (skb->pkt_type != PACKET_HOST || skb->len < headers)
		return false;
	if (r.at + headers > r.end) {
		if (bpf_skb_pull_data(skb, headers))
			return false;
		r = reader_over(skb);
	}
	eth = READER_TAKE(&r, struct eth_hdr);
	if (!eth)
		return false;
	p->eth = *eth;
	p->is_v4 = is_v4;
	return is_v4 ? packet_read_v4(&r, skb->len, p) : packet_read_v6(&r, skb->len, p);
}

/* Can the packet have come from there?  Not from groups, nobody or ourselves. */
static __always_inline bool packet_source_is_host(const struct packet *p)
{
	const uint8_t *a = p->src.bytes;
	struct addr none = { 0 };

	if (p->is_v4)
		return a[12] != 0 && a[12] != 127 && a[12] < 224;
	none.bytes[15] = a[15] & 1; /* ::1 */
	return a[0] != 0xff && !addr_equal(&p->src, &none);
}

/* Copies `len` bytes that lie `off` bytes into the L4 part; false if they don't. */
static __always_inline bool packet_load(struct __sk_buff *skb, const struct packet *p, uint32_t off,
					void *into, uint32_t len)
{
	return off + len <= p->l4_len && !bpf_skb_load_bytes(skb, p->l4_off + off, into, len);
}

/*
 * A TCP segment that has met no wire yet (veth, or virtio between neighbours) may
 * come unfinished: its checksum field holds the sum of the pseudo header, and the
 * kernel keeps in mind that whoever sends it to a wire puts the sum of all that
 * follows there.  No helper makes the kernel forget.
 */
static __always_inline bool packet_is_unfinished(const struct packet *p, be16 checksum)
{
	return checksum.raw ==
	       csum_folded(csum_pseudo(&p->src, &p->dst, p->proto, (uint16_t)p->l4_len));
}

/* What is common to the packets we send: where to, and how far. */
struct heading {
	const struct addr *from;
	const struct addr *to;
	uint8_t proto;
	uint8_t ttl;
};

static __always_inline int packet_write_v4(struct __sk_buff *skb, const struct packet *p,
					   const struct heading *h, uint16_t l4_len)
{
	struct ipv4_hdr ip = {
		.ver_ihl = IPV4_VER_IHL,
		.tos = p->v4_tos,
		.total_len = be16_from((uint16_t)(sizeof(ip) + l4_len)),
		.id = p->v4_id,
		.frag = p->v4_frag,
		.ttl = h->ttl,
		.proto = h->proto,
		.src = addr_to_v4(h->from),
		.dst = addr_to_v4(h->to),
	};
	struct csum sum = { 0 };

	ip.checksum = csum_finish(csum_add(sum, &ip, sizeof(ip)));
	return (int)bpf_skb_store_bytes(skb, sizeof(struct eth_hdr), &ip, sizeof(ip),
					BPF_F_RECOMPUTE_CSUM);
}

static __always_inline int packet_write_v6(struct __sk_buff *skb, const struct packet *p,
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

	return (int)bpf_skb_store_bytes(skb, sizeof(struct eth_hdr), &ip, sizeof(ip),
					BPF_F_RECOMPUTE_CSUM);
}

static __always_inline uint32_t packet_l4_off(const struct packet *p)
{
	return sizeof(struct eth_hdr) +
	       (p->is_v4 ? sizeof(struct ipv4_hdr) : sizeof(struct ipv6_hdr));
}

/*
 * Fills a packet that has the right size and sends it back out of the interface
 * it came in by, to the neighbour it came from.  TOS, IPv4 identification and
 * don't-fragment, and IPv6 class and flow label stay as they were
 * (docs/protocol.md); IPv4 options go.  Returns the program's verdict, or a
 * negative error with the packet in an unknown state.
 */
static __always_inline int packet_fill(struct __sk_buff *skb, const struct packet *p,
				       const struct heading *h, const void *l4, uint16_t l4_len)
{
	struct eth_hdr eth = { .type = p->eth.type };
	int err;

	__builtin_memcpy(eth.dst, p->eth.src, sizeof(eth.dst));
	__builtin_memcpy(eth.src, p->eth.dst, sizeof(eth.src));
	err = (int)bpf_skb_store_bytes(skb, 0, &eth, sizeof(eth), BPF_F_RECOMPUTE_CSUM);
	if (err)
		return err;
	err = p->is_v4 ? packet_write_v4(skb, p, h, l4_len) : packet_write_v6(skb, p, h, l4_len);
	if (err)
		return err;
	err = (int)bpf_skb_store_bytes(skb, packet_l4_off(p), l4, l4_len, BPF_F_RECOMPUTE_CSUM);
	if (err)
		return err;
	return (int)bpf_redirect(skb->ifindex, 0);
}

/* Turns the packet into the one described, and sends it. */
static __always_inline int packet_rewrite(struct __sk_buff *skb, const struct packet *p,
					  const struct heading *h, const void *l4, uint16_t l4_len)
{
	int err = (int)bpf_skb_change_tail(skb, packet_l4_off(p) + l4_len, 0);

	return err ? err : packet_fill(skb, p, h, l4, l4_len);
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
static __always_inline int packet_rewrite_unfinished(struct __sk_buff *skb, const struct packet *p,
						     const struct heading *h,
						     const struct icmp_hdr *icmp, uint16_t l4_len)
{
	uint32_t end = packet_l4_off(p) + l4_len;
	uint32_t back = p->l4_off + SUM_LEAD - packet_l4_off(p);
	struct csum sum = { 0 };
	uint8_t lead[SUM_LEAD];
	be16 behind;
	int verdict;

	if (bpf_skb_change_tail(skb, end + sizeof(behind) + back, 0) ||
	    bpf_skb_adjust_room(skb, -(int32_t)back, BPF_ADJ_ROOM_MAC, 0))
		return -1;
	verdict = packet_fill(skb, p, h, icmp, l4_len);
	if (verdict < 0 ||
	    bpf_skb_load_bytes(skb, packet_l4_off(p) - sizeof(lead), lead, sizeof(lead)))
		return -1;
	sum = csum_add(csum_add(sum, lead, sizeof(lead)), icmp, l4_len);
	behind = csum_filler(sum, icmp->checksum);
	if (bpf_skb_store_bytes(skb, end, &behind, sizeof(behind), BPF_F_RECOMPUTE_CSUM))
		return -1;
	return verdict;
}
