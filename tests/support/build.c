// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/build.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/addr_text.h"
#include "wire/checksum.h"
#include "wire/revtr.h"

static struct addr address(const char *text)
{
	struct addr a;

	cr_assert(addr_from_text(text, &a), "%s", text);
	return a;
}

static void append(struct packet_bytes *p, const void *bytes, size_t len)
{
	cr_assert_leq(p->len + len, sizeof(p->bytes));
	if (len)
		memcpy(p->bytes + p->len, bytes, len);
	p->len += len;
}

static void append_v4(struct packet_bytes *p, const struct build_ip *ip, size_t len)
{
	struct addr src = address(ip->src);
	struct addr dst = address(ip->dst);
	struct ipv4_hdr hdr = {
		.ver_ihl = (uint8_t)(IPV4_VER_IHL + ip->options / 4),
		.total_len = be16_from((uint16_t)(sizeof(hdr) + ip->options + len)),
		.id = be16_from(0x1234),
		.frag = be16_from(ip->frag),
		.ttl = ip->ttl ? ip->ttl : 60,
		.proto = ip->proto,
		.src = addr_to_v4(&src),
		.dst = addr_to_v4(&dst),
	};
	uint8_t options[40];
	struct csum sum = { 0 };

	memset(options, 1, sizeof(options)); /* no operation */
	sum = csum_add(csum_add(sum, &hdr, sizeof(hdr)), options, ip->options);
	hdr.checksum = csum_finish(sum);
	append(p, &hdr, sizeof(hdr));
	append(p, options, ip->options);
}

static void append_v6(struct packet_bytes *p, const struct build_ip *ip, size_t len)
{
	struct ipv6_hdr hdr = {
		.ver_class_label = be32_from(IPV6_VERSION | 0xabcde),
		.payload_len = be16_from((uint16_t)len),
		.next = ip->proto,
		.hop_limit = ip->ttl ? ip->ttl : 60,
		.src = address(ip->src),
		.dst = address(ip->dst),
	};

	append(p, &hdr, sizeof(hdr));
}

struct packet_bytes build_packet(const struct build_ip *ip, const void *payload, size_t len)
{
	struct packet_bytes p = { .len = 0 };

	if (strchr(ip->src, ':'))
		append_v6(&p, ip, len);
	else
		append_v4(&p, ip, len);
	append(&p, payload, len);
	return p;
}

struct packet_bytes build_frame(const struct build_ip *ip, const void *payload, size_t len)
{
	struct eth_hdr eth = {
		.dst = { 2, 0, 0, 0, 9, 2 },
		.src = { 2, 0, 0, 0, 9, 1 },
		.type = be16_from(strchr(ip->src, ':') ? ETHER_IPV6 : ETHER_IPV4),
	};
	struct packet_bytes inner = build_packet(ip, payload, len);
	struct packet_bytes p = { .len = 0 };

	append(&p, &eth, sizeof(eth));
	append(&p, inner.bytes, inner.len);
	return p;
}

static struct csum pseudo(const struct build_ip *ip, uint8_t proto, size_t len)
{
	struct addr src = address(ip->src);
	struct addr dst = address(ip->dst);

	if (proto == PROTO_ICMP)
		return (struct csum){ 0 };
	return csum_pseudo(&src, &dst, proto, (uint16_t)len);
}

struct packet_bytes build_icmp(const struct build_ip *ip, uint8_t type, uint8_t code, be16 id,
			       be16 seq, const void *body, size_t len)
{
	struct icmp_hdr hdr = { .type = type, .code = code, .id = id, .seq = seq };
	struct build_ip icmp = *ip;
	struct packet_bytes l4 = { .len = 0 };
	struct csum sum;

	icmp.proto = strchr(ip->src, ':') ? PROTO_ICMPV6 : PROTO_ICMP;
	sum = csum_add(pseudo(&icmp, icmp.proto, sizeof(hdr) + len), &hdr, sizeof(hdr));
	hdr.checksum = csum_finish(csum_add(sum, body, (uint32_t)len));
	append(&l4, &hdr, sizeof(hdr));
	append(&l4, body, len);
	return build_frame(&icmp, l4.bytes, l4.len);
}

struct packet_bytes build_tcp(const struct build_ip *ip, uint16_t sport, uint16_t dport,
			      uint32_t ack, uint8_t flags)
{
	struct tcp_hdr hdr = {
		.sport = be16_from(sport),
		.dport = be16_from(dport),
		.seq = be32_from(0x10203040),
		.ack = be32_from(ack),
		.data_off = sizeof(hdr) / 4 << 4,
		.flags = flags,
	};
	struct build_ip tcp = *ip;

	tcp.proto = PROTO_TCP;
	hdr.checksum =
		csum_finish(csum_add(pseudo(&tcp, PROTO_TCP, sizeof(hdr)), &hdr, sizeof(hdr)));
	return build_frame(&tcp, &hdr, sizeof(hdr));
}

struct packet_bytes build_request(const struct build_ip *ip, uint16_t id, uint8_t ttl,
				  uint8_t proto, uint16_t flow, size_t padding)
{
	uint8_t body[256] = { ttl, proto, (uint8_t)(flow >> 8), (uint8_t)flow };

	cr_assert_leq(4 + padding, sizeof(body));
	return build_icmp(ip, strchr(ip->src, ':') ? ICMPV6_ECHO : ICMPV4_ECHO, REVTR_ICMP_CODE,
			  be16_from(id), be16_from(0), body, 4 + padding);
}

struct packet_bytes build_error(const char *from, const char *to, uint8_t type, uint8_t code,
				const struct packet_bytes *frame, size_t quote)
{
	struct build_ip ip = { .src = from, .dst = to };

	if (!quote)
		quote = frame->len - sizeof(struct eth_hdr);
	return build_icmp(&ip, type, code, be16_from(0), be16_from(0),
			  frame->bytes + sizeof(struct eth_hdr), quote);
}
