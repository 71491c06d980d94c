// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_packet.h"

#include <criterion/criterion.h>
#include <string.h>

#include "wire/checksum.h"
#include "wire/revtr.h"

static size_t ip_len(bool is_v4)
{
	return is_v4 ? sizeof(struct ipv4_hdr) : sizeof(struct ipv6_hdr);
}

static uint8_t icmp_proto(bool is_v4)
{
	return is_v4 ? PROTO_ICMP : PROTO_ICMPV6;
}

/* --- in ------------------------------------------------------------------------ */

static void read_request(const uint8_t *l4, struct probe_spec *spec)
{
	const struct icmp_hdr *icmp = (const void *)l4;
	const struct revtr_request *request = (const void *)(l4 + sizeof(*icmp));

	spec->is_request = true;
	spec->id = be16_to(icmp->id);
	spec->ttl = request->ttl;
	spec->proto = request->proto;
	spec->flow = be16_to(request->flow);
}

static void read_l4(const uint8_t *l4, struct probe_spec *spec)
{
	const struct udp_hdr *udp = (const void *)l4;
	const struct tcp_hdr *tcp = (const void *)l4;
	const struct icmp_hdr *icmp = (const void *)l4;
	be32 tag;

	memcpy(&tag, l4 + sizeof(*icmp), sizeof(tag));
	spec->tag = be32_to(tag);
	if (spec->proto == PROTO_UDP) {
		spec->flow = be16_to(udp->dport);
		spec->id = be16_to(udp->checksum);
	} else if (spec->proto == PROTO_TCP) {
		spec->flow = be16_to(tcp->dport);
		spec->tag = be32_to(tcp->seq);
		spec->id = (uint16_t)be32_to(tcp->seq);
	} else if (icmp->code == REVTR_ICMP_CODE) {
		read_request(l4, spec);
	} else {
		spec->flow = be16_to(icmp->checksum);
		spec->id = be16_to(icmp->seq);
		spec->icmp_id = be16_to(icmp->id);
	}
}

void fake_packet_read(const struct fake_packet *sent, struct probe_spec *ret_spec)
{
	const struct ipv4_hdr *v4 = (const void *)sent->bytes;
	const struct ipv6_hdr *v6 = (const void *)sent->bytes;
	bool is_v4 = sent->bytes[0] >> 4 == 4;
	struct probe_spec spec = { .proto = is_v4 ? v4->proto : v6->next,
				   .ttl = is_v4 ? v4->ttl : v6->hop_limit };

	spec.src = is_v4 ? addr_from_v4(v4->src) : v6->src;
	spec.dst = is_v4 ? addr_from_v4(v4->dst) : v6->dst;
	read_l4(sent->bytes + ip_len(is_v4), &spec);
	*ret_spec = spec;
}

/* --- out ------------------------------------------------------------------------ */

/* The IP header in front of `l4_len` bytes that are there already. */
static void put_ip(struct fake_packet *p, const struct addr *src, const struct addr *dst,
		   uint8_t proto, uint8_t ttl, uint16_t id)
{
	struct ipv4_hdr v4 = { .ver_ihl = IPV4_VER_IHL,
			       .total_len = be16_from((uint16_t)p->len),
			       .id = be16_from(id),
			       .ttl = ttl,
			       .proto = proto };
	struct ipv6_hdr v6 = { .ver_class_label = be32_from(IPV6_VERSION),
			       .payload_len = be16_from((uint16_t)(p->len - sizeof(v6))),
			       .next = proto,
			       .hop_limit = ttl,
			       .src = *src,
			       .dst = *dst };
	struct csum sum = { 0 };

	if (!addr_is_v4(dst)) {
		memcpy(p->bytes, &v6, sizeof(v6));
		return;
	}
	v4.src = addr_to_v4(src);
	v4.dst = addr_to_v4(dst);
	v4.checksum = csum_finish(csum_add(sum, &v4, sizeof(v4)));
	memcpy(p->bytes, &v4, sizeof(v4));
}

static void put_icmp(struct fake_packet *p, const struct addr *src, const struct addr *dst,
		     struct icmp_hdr icmp, const void *body, size_t len)
{
	bool is_v4 = addr_is_v4(dst);
	uint8_t *l4 = p->bytes + ip_len(is_v4);
	size_t l4_len = sizeof(icmp) + len;
	struct csum sum = { 0 };

	p->len = ip_len(is_v4) + l4_len;
	cr_assert_leq(p->len, sizeof(p->bytes));
	if (!is_v4)
		sum = csum_pseudo(src, dst, PROTO_ICMPV6, (uint16_t)l4_len);
	memcpy(l4, &icmp, sizeof(icmp));
	memcpy(l4 + sizeof(icmp), body, len);
	icmp.checksum = csum_finish(csum_add(sum, l4, (uint32_t)l4_len));
	memcpy(l4, &icmp, sizeof(icmp));
}

static void put_error(const struct fake_effect *effect, const struct probe_spec *spec,
		      const struct fake_packet *sent, struct fake_packet *p)
{
	struct icmp_hdr icmp = { .type = effect->icmp_type, .code = effect->icmp_code };
	size_t quoted = sent->len;

	if (effect->quoted && effect->quoted + ip_len(addr_is_v4(&spec->dst)) < quoted)
		quoted = effect->quoted + ip_len(addr_is_v4(&spec->dst));
	put_icmp(p, &effect->from, &spec->src, icmp, sent->bytes, quoted);
}

/* The echo reply to what was sent, with this code. */
static void put_echo(const struct fake_effect *effect, const struct probe_spec *spec,
		     const struct fake_packet *sent, struct fake_packet *p)
{
	bool is_v4 = addr_is_v4(&spec->dst);
	size_t head = ip_len(is_v4) + sizeof(struct icmp_hdr);
	struct icmp_hdr icmp;

	memcpy(&icmp, sent->bytes + ip_len(is_v4), sizeof(icmp));
	icmp.type = is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY;
	icmp.code = effect->icmp_code;
	icmp.checksum = be16_from(0);
	put_icmp(p, &effect->from, &spec->src, icmp, sent->bytes + head, sent->len - head);
}

static void put_answer(const struct fake_effect *effect, const struct probe_spec *spec,
		       struct fake_packet *p)
{
	bool is_v4 = addr_is_v4(&spec->dst);
	struct icmp_hdr icmp = { .type = is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY,
				 .code = REVTR_ICMP_CODE,
				 .id = be16_from(spec->id) };
	struct revtr_answer answer = { .head = { .status = effect->status } };
	size_t len = sizeof(answer.head);

	if (effect->status == REVTR_RESULT) {
		len = sizeof(answer);
		answer.result.hop = effect->hop;
		answer.result.rtt_ns = be32_from((uint32_t)effect->rtt_ns);
		if (effect->has_wide_time) {
			answer.result.rtt_ns = be32_from((uint32_t)(effect->rtt_ns >> 32));
			answer.result.zero = be32_from((uint32_t)effect->rtt_ns);
		}
	}
	put_icmp(p, &effect->from, &spec->src, icmp, &answer, len);
}

static void put_rst(const struct fake_effect *effect, const struct probe_spec *spec,
		    struct fake_packet *p)
{
	size_t at = ip_len(addr_is_v4(&spec->dst));
	struct tcp_hdr tcp = { .sport = be16_from(spec->flow),
			       .dport = be16_from(PROBE_SOURCE_PORT),
			       .ack = be32_from(((spec->tag & 0xffff0000) | spec->id) + 1),
			       .data_off = sizeof(tcp) / 4 << 4,
			       .flags = TCP_RST | TCP_ACK };
	struct csum sum = csum_pseudo(&effect->from, &spec->src, PROTO_TCP, sizeof(tcp));

	tcp.checksum = csum_finish(csum_add(sum, &tcp, sizeof(tcp)));
	memcpy(p->bytes + at, &tcp, sizeof(tcp));
	p->len = at + sizeof(tcp);
}

/* A probe of a server as it comes in: docs/protocol.md. */
static void put_arrival(const struct fake_effect *effect, const struct probe_spec *spec,
			struct fake_packet *p)
{
	bool is_v4 = addr_is_v4(&spec->dst);
	uint8_t *l4 = p->bytes + ip_len(is_v4);
	struct revtr_udp_probe udp = { .udp = { .sport = be16_from(REVTR_PROBE_PORT),
						.dport = be16_from(spec->flow),
						.len = be16_from(sizeof(udp)),
						.checksum = be16_from(effect->id) } };
	struct revtr_tcp_probe tcp = { .tcp = { .sport = be16_from(REVTR_PROBE_PORT),
						.dport = be16_from(spec->flow),
						.seq = be32_from(
							revtr_seq_from_id(be16_from(effect->id))),
						.data_off = sizeof(tcp) / 4 << 4,
						.flags = TCP_SYN } };
	struct revtr_icmp_probe icmp = { .icmp = { .type = is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO,
						   .id = be16_from(effect->id),
						   .seq = be16_from(REVTR_PROBE_SEQ) } };
	struct csum sum = { 0 };

	if (spec->proto == PROTO_TCP) {
		memcpy(l4, &tcp, sizeof(tcp));
		p->len = ip_len(is_v4) + sizeof(tcp);
		return;
	}
	p->len = ip_len(is_v4) + sizeof(udp);
	memcpy(l4, &udp, sizeof(udp));
	if (spec->proto == PROTO_UDP)
		return;
	if (!is_v4)
		sum = csum_pseudo(&spec->dst, &spec->src, PROTO_ICMPV6, sizeof(icmp));
	sum = csum_add(sum, &icmp, sizeof(icmp));
	icmp.icmp.checksum = be16_from(spec->flow);
	icmp.filler = csum_filler(sum, icmp.icmp.checksum);
	memcpy(l4, &icmp, sizeof(icmp));
}

void fake_packet_build(const struct fake_effect *effect, const struct probe_spec *spec,
		       const struct fake_packet *sent, struct fake_packet *ret_packet)
{
	uint8_t proto = icmp_proto(addr_is_v4(&spec->dst));
	uint16_t id = 0x4321;

	switch (effect->kind) {
	case REPLY_ERROR:
		put_error(effect, spec, sent, ret_packet);
		break;
	case REPLY_ECHO:
		put_echo(effect, spec, sent, ret_packet);
		break;
	case REPLY_TCP:
		put_rst(effect, spec, ret_packet);
		proto = PROTO_TCP;
		break;
	case REPLY_ANSWER:
		if (effect->is_echo)
			put_echo(effect, spec, sent, ret_packet);
		else
			put_answer(effect, spec, ret_packet);
		break;
	case REPLY_ARRIVAL:
		put_arrival(effect, spec, ret_packet);
		proto = spec->proto;
		id = spec->id; /* servers leave the request's where it was */
		break;
	case REPLY_SENT:
	case REPLY_KIND_COUNT:
		*ret_packet = *sent;
		return;
	}
	put_ip(ret_packet, &effect->from, &spec->src, proto, effect->ttl, id);
}
