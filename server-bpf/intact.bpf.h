// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checksums of what came in.  The kernel has not looked at them yet: it does so
 * where a packet is delivered, and ours never are.
 */
#pragma once

#include "server-bpf/packet.bpf.h"

enum intact {
	INTACT,
	/*
	 * A TCP segment that has met no wire yet (veth, or virtio between neighbours) may
	 * come unfinished: its checksum field holds the sum of the pseudo header, and the
	 * kernel keeps in mind that whoever sends it to a wire puts the sum of all that
	 * follows there.  No helper makes the kernel forget.
	 */
	INTACT_UNFINISHED,
	INTACT_DAMAGED,
};

/* Longest L4 part that is summed: more than a jumbo frame holds. */
#define SUM_CHUNK      128
#define SUM_CHUNKS_MAX 75

static __always_inline bool intact_v4_header(struct __sk_buff *skb, const struct packet *p)
{
	uint32_t len = p->l4_off - p->l3_off;
	uint8_t header[60] = { 0 };
	struct csum sum = { 0 };

	if (len < sizeof(struct ipv4_hdr) || len > sizeof(header) ||
	    bpf_skb_load_bytes(skb, p->l3_off, header, len))
		return false;
	sum.words = (uint32_t)bpf_csum_diff(NULL, 0, (__be32 *)header, sizeof(header), 0);
	return csum_folded(sum) == 0xffff;
}

static __always_inline bool intact_sum_chunk(struct __sk_buff *skb, uint32_t off, uint32_t len,
					     struct csum *sum)
{
	uint8_t chunk[SUM_CHUNK] = { 0 };

	/* As signed, and unknown to the compiler: of "not 0" verifiers up to 6.1 learn nothing. */
	asm volatile("" : "+r"(len));
	if ((int32_t)len <= 0)
		return len == 0;
	if (len > sizeof(chunk) || bpf_skb_load_bytes(skb, off, chunk, len))
		return false;
	sum->words = (uint32_t)bpf_csum_diff(NULL, 0, (__be32 *)chunk, sizeof(chunk), sum->words);
	return true;
}

static __always_inline bool intact_sum_l4(struct __sk_buff *skb, const struct packet *p,
					  struct csum *sum)
{
	uint32_t off = p->l4_off;
	uint32_t left = p->l4_len;

	for (int i = 0; i < SUM_CHUNKS_MAX && left >= SUM_CHUNK; i++) {
		if (!intact_sum_chunk(skb, off, SUM_CHUNK, sum))
			return false;
		off += SUM_CHUNK;
		left -= SUM_CHUNK;
	}
	return left < SUM_CHUNK && intact_sum_chunk(skb, off, left, sum);
}

/* enum intact.  `checksum` is the field as it lies in the L4 header. */
__noinline int packet_checksum(struct __sk_buff *skb, const struct packet *p, uint32_t checksum)
{
	struct csum sum = { 0 };

	if (!p)
		return INTACT_DAMAGED;
	if (p->is_v4 && !intact_v4_header(skb, p))
		return INTACT_DAMAGED;
	if (!p->is_v4 || p->proto != PROTO_ICMP)
		sum = csum_pseudo(&p->src, &p->dst, p->proto, (uint16_t)p->l4_len);
	if (p->proto == PROTO_TCP && checksum == csum_folded(sum))
		return INTACT_UNFINISHED;
	sum.words = csum_folded(sum);
	if (!intact_sum_l4(skb, p, &sum) || csum_folded(sum) != 0xffff)
		return INTACT_DAMAGED;
	return INTACT;
}
