// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading one packet: VLAN tags, IP header, options or extension headers.
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

/* What the interface puts in front of an IP packet. */
enum link {
	LINK_NONE = 0, /* tun, WireGuard */
	LINK_ETHERNET = sizeof(struct eth_hdr),
};

/* In the packet; one more can be beside it, where the card or the kernel took it out. */
#define TAGS_INSIDE_MAX 2

struct vlan_tag {
	be16 type; /* ETHER_VLAN, ETHER_QINQ */
	be16 tci;
};

struct packet {
	struct eth_hdr eth; /* zero where there is none */
	uint8_t link;	    /* enum link */
	bool is_tagged_beside;
	uint8_t tags_inside;
	struct vlan_tag beside;			 /* the outermost, if there is one */
	struct vlan_tag inside[TAGS_INSIDE_MAX]; /* the outer one first */
	be16 type;				 /* ETHER_IPV4, ETHER_IPV6 */
	be16 v4_id;				 /* IPv4: kept for what we send */
	be16 v4_frag;
	uint8_t v4_tos;
	bool is_v4;
	bool is_fragment;
	bool is_unfinished; /* TCP: see packet_checksum() */
	uint8_t proto;
	uint8_t zero[2];
	be32 ver_class_label; /* IPv6: likewise */
	struct addr src;
	struct addr dst;
	uint32_t l3_off; /* from the start of the frame */
	uint32_t l4_off;
	uint32_t l4_len; /* by the IP header, so without Ethernet's padding */
};
/* Functions that are not static are verified once, with whatever their structures may
 * hold, and not once for each way to them.  They ask for structures without holes. */
_Static_assert(sizeof(struct packet) == 92, "no padding");

/*
 * Extension headers that may stand between the IPv6 header and what it carries:
 * RFC 8200, RFC 4302 and the registry's others.  The walk ends after so many.
 */
#define EXTENSIONS_MAX 8
enum {
	EXTENSION_HOP_BY_HOP = 0,
	EXTENSION_ROUTING = 43,
	EXTENSION_AUTHENTICATION = 51,
	EXTENSION_DESTINATION = 60,
	EXTENSION_MOBILITY = 135,
	EXTENSION_HIP = 139,
	EXTENSION_SHIM6 = 140,
};

struct extension {
	uint8_t next;
	uint8_t len; /* in 8 bytes, without the first 8; authentication: 4 bytes, first 8 */
	uint8_t type;
	uint8_t left; /* routing: addresses still to be visited */
};

struct walk {
	uint32_t off;
	uint32_t end;
	uint8_t proto; /* of what is at `off` */
	bool is_fragment;
	uint8_t zero[2];
};
_Static_assert(sizeof(struct walk) == 12, "no padding");

static __always_inline bool is_extension(uint8_t proto)
{
	return proto == EXTENSION_HOP_BY_HOP || proto == EXTENSION_ROUTING ||
	       proto == EXTENSION_DESTINATION || proto == EXTENSION_AUTHENTICATION ||
	       proto == EXTENSION_MOBILITY || proto == EXTENSION_HIP || proto == EXTENSION_SHIM6 ||
	       proto == PROTO_IPV6_FRAGMENT;
}

/* Goes on to what the packet carries.  False where that can't be found, or where the
 * packet is still under way to other hosts. */
__noinline int walk_extensions(struct __sk_buff *skb, struct walk *w)
{
	if (!w)
		return false;
	for (int i = 0; i <= EXTENSIONS_MAX; i++) {
		struct extension e;

		if (!is_extension(w->proto))
			return w->off <= w->end;
		if (w->off + 8 > w->end || bpf_skb_load_bytes(skb, w->off, &e, sizeof(e)))
			return false;
		if (w->proto == EXTENSION_ROUTING && e.left)
			return false;
		if (w->proto == PROTO_IPV6_FRAGMENT) {
			w->is_fragment = true;
			w->proto = e.next;
			return true;
		}
		w->off += w->proto == EXTENSION_AUTHENTICATION ? ((uint32_t)e.len + 2) * 4
							       : ((uint32_t)e.len + 1) * 8;
		w->proto = e.next;
	}
	return false;
}

static __always_inline bool packet_read_v4(struct __sk_buff *skb, struct packet *p)
{
	struct ipv4_hdr ip;
	uint32_t header_len;
	uint32_t total_len;

	if (bpf_skb_load_bytes(skb, p->l3_off, &ip, sizeof(ip)) || ip.ver_ihl >> 4 != 4)
		return false;
	header_len = (uint32_t)(ip.ver_ihl & 0x0f) * 4;
	total_len = be16_to(ip.total_len);
	if (header_len < sizeof(ip) || total_len < header_len || total_len > skb->len - p->l3_off)
		return false;
	p->v4_tos = ip.tos;
	p->v4_id = ip.id;
	p->v4_frag = ip.frag;
	p->src = addr_from_v4(ip.src);
	p->dst = addr_from_v4(ip.dst);
	p->proto = ip.proto;
	p->is_fragment = be16_to(ip.frag) & (IPV4_FRAG_MORE | IPV4_FRAG_OFFSET);
	p->l4_off = p->l3_off + header_len;
	p->l4_len = total_len - header_len;
	return true;
}

/* IPv4 addresses in IPv6 packets are the kernel's to judge (RFC 4942 section 2.2):
 * here they would stand for the IPv4 host. */
static __always_inline bool packet_read_v6(struct __sk_buff *skb, struct packet *p)
{
	struct ipv6_hdr ip;
	struct walk w = { 0 };

	if (bpf_skb_load_bytes(skb, p->l3_off, &ip, sizeof(ip)) ||
	    be32_to(ip.ver_class_label) >> 28 != 6 || addr_is_v4(&ip.src) || addr_is_v4(&ip.dst))
		return false;
	p->ver_class_label = ip.ver_class_label;
	p->src = ip.src;
	p->dst = ip.dst;
	w.off = p->l3_off + sizeof(ip);
	w.end = w.off + be16_to(ip.payload_len);
	w.proto = ip.next;
	if (w.end > skb->len || (is_extension(w.proto) && !walk_extensions(skb, &w)))
		return false;
	p->proto = w.proto;
	p->is_fragment = w.is_fragment;
	p->l4_off = w.off;
	p->l4_len = w.end - w.off;
	return true;
}

static __always_inline bool is_vlan(be16 type)
{
	return be16_to(type) == ETHER_VLAN || be16_to(type) == ETHER_QINQ;
}

/* Goes past the tags; `p->type` is then that of what they tag. */
static __always_inline bool packet_read_tags(struct __sk_buff *skb, struct packet *p)
{
	struct WIRE {
		be16 tci;
		be16 type;
	} inside;

	if (skb->vlan_present) {
		p->beside.type.raw = (uint16_t)skb->vlan_proto;
		p->beside.tci = be16_from((uint16_t)skb->vlan_tci);
		p->is_tagged_beside = true;
	}
	for (int i = 0; i < TAGS_INSIDE_MAX && is_vlan(p->type); i++) {
		if (bpf_skb_load_bytes(skb, p->l3_off, &inside, sizeof(inside)))
			return false;
		p->inside[i].type = p->type;
		p->inside[i].tci = inside.tci;
		p->tags_inside++;
		p->type = inside.type;
		p->l3_off += sizeof(inside);
	}
	return true;
}

static __always_inline bool packet_is_tagged(const struct packet *p)
{
	return p->is_tagged_beside || p->tags_inside;
}

/* Ethernet and tags.  `skb->protocol` is what follows the Ethernet header. */
static __always_inline bool packet_read_link(struct __sk_buff *skb, enum link link,
					     struct packet *p)
{
	p->type.raw = (uint16_t)skb->protocol;
	p->link = link;
	p->l3_off = link;
	if (link == LINK_NONE)
		return true;
	return !bpf_skb_load_bytes(skb, 0, &p->eth, sizeof(p->eth)) && packet_read_tags(skb, p);
}

/* Copies `len` bytes that lie `off` bytes into the L4 part; false if they don't. */
static __always_inline bool packet_load(struct __sk_buff *skb, const struct packet *p, uint32_t off,
					void *into, uint32_t len)
{
	return off + len <= p->l4_len && !bpf_skb_load_bytes(skb, p->l4_off + off, into, len);
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
