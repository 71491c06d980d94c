// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bpf/translate.h"

#include <criterion/criterion.h>
#include <string.h>

#include "wire/checksum.h"
#include "wire/headers.h"
#include "wire/revtr.h"

/* Where an IP packet begins at `off`: its L4 part. */
static bool view_ip(const struct packet_bytes *frame, size_t off, bool is_v4, struct view *v)
{
	const struct ipv4_hdr *v4 = (const struct ipv4_hdr *)(frame->bytes + off);
	const struct ipv6_hdr *v6 = (const struct ipv6_hdr *)(frame->bytes + off);

	if (frame->len < off + (is_v4 ? sizeof(*v4) : sizeof(*v6)))
		return false;
	v->is_v4 = is_v4;
	v->proto = is_v4 ? v4->proto : v6->next;
	v->src = is_v4 ? addr_from_v4(v4->src) : v6->src;
	v->dst = is_v4 ? addr_from_v4(v4->dst) : v6->dst;
	v->l4_off = off + (is_v4 ? (size_t)(v4->ver_ihl & 15) * 4 : sizeof(*v6));
	if (frame->len < v->l4_off + sizeof(struct udp_hdr))
		return false;
	v->l4 = frame->bytes + v->l4_off;
	v->l4_len = frame->len - v->l4_off;
	return true;
}

bool view_frame(const struct packet_bytes *frame, struct view *v)
{
	*v = (struct view){ .eth = (const struct eth_hdr *)frame->bytes };
	if (frame->len < sizeof(struct eth_hdr))
		return false;
	if (be16_to(v->eth->type) != ETHER_IPV4 && be16_to(v->eth->type) != ETHER_IPV6)
		return false;
	return view_ip(frame, sizeof(struct eth_hdr), be16_to(v->eth->type) == ETHER_IPV4, v);
}

void translate_learn(struct translations *t, const struct packet_bytes *theirs,
		     const struct packet_bytes *ours)
{
	struct translation *fresh = &t->of[t->count];
	struct view a, b;

	cr_assert_lt(t->count, TRANSLATIONS_MAX);
	cr_assert(view_frame(theirs, &a) && view_frame(ours, &b));
	fresh->target = a.dst;
	fresh->proto = a.proto;
	memcpy(fresh->theirs, a.l4, sizeof(fresh->theirs));
	memcpy(fresh->ours, b.l4, sizeof(fresh->ours));
	t->count++;
}

/* Writes two bytes, and makes `checksum` right again. */
static void put_word(uint8_t *checksum, uint8_t *at, const uint8_t *word)
{
	be16 sum, before, after;

	memcpy(&sum, checksum, sizeof(sum));
	memcpy(&before, at, sizeof(before));
	memcpy(&after, word, sizeof(after));
	sum = csum_replace(sum, before, after);
	memcpy(checksum, &sum, sizeof(sum));
	memcpy(at, word, sizeof(after));
}

static const struct translation *find(const struct translations *t, const struct addr *target,
				      uint8_t proto, const uint8_t *bytes, size_t off, size_t len)
{
	for (size_t i = t->count; i-- > 0;)
		if (t->of[i].proto == proto && addr_equal(&t->of[i].target, target) &&
		    memcmp(t->of[i].theirs + off, bytes, len) == 0)
			return &t->of[i];
	return NULL;
}

static void translate_error(const struct translations *t, struct packet_bytes *frame,
			    const struct view *v)
{
	uint8_t *icmp = frame->bytes + v->l4_off;
	const struct translation *found;
	struct view quoted;

	if (!view_ip(frame, v->l4_off + sizeof(struct icmp_hdr), v->is_v4, &quoted))
		return;
	found = find(t, &quoted.dst, quoted.proto, quoted.l4, 0, sizeof(found->theirs));
	for (size_t i = 0; found && i < sizeof(found->ours); i += 2)
		put_word(icmp + 2, frame->bytes + quoted.l4_off + i, found->ours + i);
}

static void translate_echo(const struct translations *t, struct packet_bytes *frame,
			   const struct view *v)
{
	uint8_t *icmp = frame->bytes + v->l4_off;
	const struct translation *found = find(t, &v->src, v->proto, icmp + 4, 4, 4);

	if (found)
		put_word(icmp + 2, icmp + 4, found->ours + 4);
}

/* The probe that is acknowledged: a SYN counts as one byte, without it there are four. */
static const struct translation *find_acknowledged(const struct translations *t,
						   const struct addr *target, be32 ack,
						   uint32_t *ret_sent)
{
	static const uint32_t sent[] = { 1, REVTR_PROBE_DATA_LEN };
	const struct translation *found = NULL;

	for (size_t i = 0; i < 2 && !found; i++) {
		be32 seq = be32_from(be32_to(ack) - sent[i]);

		found = find(t, target, PROTO_TCP, (const uint8_t *)&seq, 4, sizeof(seq));
		*ret_sent = sent[i];
	}
	return found;
}

static void translate_tcp(const struct translations *t, struct packet_bytes *frame,
			  const struct view *v)
{
	struct tcp_hdr *tcp = (struct tcp_hdr *)(frame->bytes + v->l4_off);
	struct csum pseudo = csum_pseudo(&v->src, &v->dst, PROTO_TCP, (uint16_t)v->l4_len);
	bool is_unfinished = tcp->checksum.raw == csum_folded(pseudo);
	be16 before = tcp->checksum;
	const struct translation *found;
	uint32_t sent;
	be32 ack;

	found = find_acknowledged(t, &v->src, tcp->ack, &sent);
	if (!found)
		return;
	memcpy(&ack, found->ours + 4, sizeof(ack));
	ack = be32_from(be32_to(ack) + sent);
	for (size_t i = 0; i < sizeof(ack); i += 2)
		put_word((uint8_t *)&tcp->checksum, (uint8_t *)&tcp->ack + i, (uint8_t *)&ack + i);
	if (is_unfinished)
		tcp->checksum = before;
}

void translate_answer(const struct translations *t, struct packet_bytes *frame)
{
	struct view v;

	if (!view_frame(frame, &v))
		return;
	if (v.proto == PROTO_TCP && v.l4_len >= sizeof(struct tcp_hdr))
		translate_tcp(t, frame, &v);
	if (v.proto != (v.is_v4 ? PROTO_ICMP : PROTO_ICMPV6))
		return;
	if (v.l4[0] == (v.is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY))
		translate_echo(t, frame, &v);
	else if (v.l4[0] != (v.is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO))
		translate_error(t, frame, &v);
}
