// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/probe/craft.h"

#include <assert.h>
#include <string.h>

#include "prober/probe/identity.h"
#include "wire/checksum.h"
#include "wire/revtr.h"

/* In each packet that has room for it: a contact, with a zero on each side, as RFC 9511 wants
 * it where it can't come first.  All of a campaign have the same. */
#define CRAFT_CONTACT_MAX (PROBE_CONTACT_MAX + 2)

/*
 * What follows the UDP or ICMP header of a forward probe.  In between them goes the contact,
 * of even length; the filler makes the checksum come out as it must.
 */
struct WIRE craft_payload {
	be32 tag;
	char contact[CRAFT_CONTACT_MAX];
	be16 filler;
};
_Static_assert(CRAFT_CONTACT_MAX % 2 == 0, "the filler is a word of the checksum");

struct WIRE craft_udp {
	struct udp_hdr udp;
	struct craft_payload payload;
};

struct WIRE craft_icmp {
	struct icmp_hdr icmp;
	struct craft_payload payload;
};

/*
 * Padded, so that nobody gets more bytes because of it than we send.  The first nibble
 * of the padding must not be 2: some servers take that for an extension header.
 *
 * With an object the probe goes to somebody else: to be as long as each packet is enough.
 */
struct WIRE craft_request {
	struct icmp_hdr icmp;
	struct revtr_request request;
	union WIRE {
		char padding[REVTR_PADDED_MAX - sizeof(struct icmp_hdr) -
			     sizeof(struct revtr_request)];
		char contact[CRAFT_CONTACT_MAX];
		struct revtr_object object;
	};
};
#define CRAFT_INDIRECT_LEN (offsetof(struct craft_request, object) + sizeof(struct revtr_object))
_Static_assert(CRAFT_INDIRECT_LEN >= REVTR_ANSWER_LEN, "no shorter than the answers");
static const char craft_padding[] = "revprobe reverse-tracing";

/* Writes it, where there is one; returns how many bytes that are: an even number. */
static uint32_t craft_contact(const struct probe_spec *spec, char room[static CRAFT_CONTACT_MAX])
{
	uint32_t len = spec->contact ? (uint32_t)strlen(spec->contact) : 0;

	if (len == 0)
		return 0;
	assert(len <= PROBE_CONTACT_MAX);
	memset(room, 0, CRAFT_CONTACT_MAX);
	memcpy(room + 1, spec->contact, len);
	return (len + 3) / 2 * 2;
}

static uint8_t craft_icmp_type(const struct probe_spec *spec)
{
	return addr_is_v4(&spec->dst) ? ICMPV4_ECHO : ICMPV6_ECHO;
}

static struct csum craft_pseudo(const struct probe_spec *spec, uint8_t proto, size_t l4_len)
{
	if (proto == PROTO_ICMP)
		return (struct csum){ 0 };
	return csum_pseudo(&spec->src, &spec->dst, proto, (uint16_t)l4_len);
}

/* A probe of that length, with the filler behind it. */
static size_t craft_fill(const void *probe, size_t len, be16 filler, void *l4)
{
	memcpy(l4, probe, len);
	memcpy((char *)l4 + len, &filler, sizeof(filler));
	return len + sizeof(filler);
}

static size_t craft_l4_udp(const struct probe_spec *spec, void *l4)
{
	struct craft_udp p = {
		.udp = { .sport = be16_from(PROBE_SOURCE_PORT), .dport = be16_from(spec->flow) },
		.payload = { .tag = be32_from(spec->tag) },
	};
	uint32_t len = offsetof(struct craft_udp, payload.contact) +
		       craft_contact(spec, p.payload.contact);
	struct csum sum;

	p.udp.len = be16_from((uint16_t)(len + sizeof(p.payload.filler)));
	sum = csum_add(craft_pseudo(spec, PROTO_UDP, len + sizeof(p.payload.filler)), &p, len);
	p.udp.checksum = be16_from(spec->id);
	return craft_fill(&p, len, csum_filler(sum, p.udp.checksum), l4);
}

static size_t craft_l4_tcp(const struct probe_spec *spec, void *l4)
{
	struct tcp_hdr p = {
		.sport = be16_from(PROBE_SOURCE_PORT),
		.dport = be16_from(spec->flow),
		.seq = be32_from((spec->tag & 0xffff0000) | spec->id),
		.data_off = sizeof(p) / 4 << 4,
		.flags = TCP_SYN,
		.window = be16_from(REVTR_PROBE_WINDOW),
	};
	struct csum sum = csum_add(craft_pseudo(spec, PROTO_TCP, sizeof(p)), &p, sizeof(p));

	p.checksum = csum_finish(sum);
	memcpy(l4, &p, sizeof(p));
	return sizeof(p);
}

static size_t craft_l4_icmp(const struct probe_spec *spec, void *l4)
{
	struct craft_icmp p = {
		.icmp = { .type = craft_icmp_type(spec),
			  .id = be16_from(spec->icmp_id),
			  .seq = be16_from(spec->id) },
		.payload = { .tag = be32_from(spec->tag) },
	};
	uint32_t len = offsetof(struct craft_icmp, payload.contact) +
		       craft_contact(spec, p.payload.contact);
	struct csum sum =
		csum_add(craft_pseudo(spec, spec->proto, len + sizeof(p.payload.filler)), &p, len);

	p.icmp.checksum = be16_from(spec->flow);
	return craft_fill(&p, len, csum_filler(sum, p.icmp.checksum), l4);
}

static struct revtr_object craft_object(const struct addr *toward)
{
	struct revtr_object object = {
		.version = REVTR_OBJECT_VERSION,
		.len = be16_from(REVTR_OBJECT_LEN),
		.class = REVTR_OBJECT_CLASS,
		.target = *toward,
	};
	struct csum sum = { 0 };

	object.checksum = csum_finish(csum_add(sum, &object, sizeof(object)));
	return object;
}

static size_t craft_l4_request(const struct probe_spec *spec, uint8_t proto, void *l4)
{
	struct craft_request p = {
		.icmp = { .type = craft_icmp_type(spec),
			  .code = REVTR_ICMP_CODE,
			  .id = be16_from(spec->id) },
		.request = { .ttl = spec->ttl,
			     .proto = spec->proto,
			     .flow = be16_from(spec->flow) },
	};
	uint32_t len = CRAFT_INDIRECT_LEN;
	struct csum sum;

	if (addr_is_none(&spec->toward)) {
		uint32_t contact_end = (uint32_t)offsetof(struct craft_request, contact) +
				       craft_contact(spec, p.contact);

		len = revtr_padded_len(addr_is_v4(&spec->dst), spec->proto);
		if (len < contact_end)
			len = contact_end;
		if (!spec->contact)
			memcpy(p.padding, craft_padding, sizeof(craft_padding));
	} else {
		p.object = craft_object(&spec->toward);
	}
	sum = csum_add(craft_pseudo(spec, proto, len), &p, len);
	p.icmp.checksum = csum_finish(sum);
	memcpy(l4, &p, len);
	return len;
}

static size_t craft_l4(const struct probe_spec *spec, uint8_t proto, void *l4)
{
	if (spec->is_request)
		return craft_l4_request(spec, proto, l4);
	switch (proto) {
	case PROTO_UDP:
		return craft_l4_udp(spec, l4);
	case PROTO_TCP:
		return craft_l4_tcp(spec, l4);
	default:
		return craft_l4_icmp(spec, l4);
	}
}

/* Requests travel like any packet; only the probes they cause have a small TTL. */
static uint8_t craft_ttl(const struct probe_spec *spec)
{
	return spec->is_request ? REVTR_HOP_LIMIT : spec->ttl;
}

static void craft_v4(const struct probe_spec *spec, uint8_t proto, size_t l4_len, void *packet)
{
	struct ipv4_hdr ip = {
		.ver_ihl = IPV4_VER_IHL,
		.total_len = be16_from((uint16_t)(sizeof(ip) + l4_len)),
		.id = be16_from(identity_ipv4_id(spec)),
		.ttl = craft_ttl(spec),
		.proto = proto,
		.src = addr_to_v4(&spec->src),
		.dst = addr_to_v4(&spec->dst),
	};
	struct csum sum = { 0 };

	ip.checksum = csum_finish(csum_add(sum, &ip, sizeof(ip)));
	memcpy(packet, &ip, sizeof(ip));
}

static void craft_v6(const struct probe_spec *spec, uint8_t proto, size_t l4_len, void *packet)
{
	struct ipv6_hdr ip = {
		.ver_class_label = be32_from(IPV6_VERSION),
		.payload_len = be16_from((uint16_t)l4_len),
		.next = proto,
		.hop_limit = craft_ttl(spec),
		.src = spec->src,
		.dst = spec->dst,
	};

	memcpy(packet, &ip, sizeof(ip));
}

size_t craft_packet(const struct probe_spec *spec, uint8_t packet[static CRAFT_MAX])
{
	bool is_v4 = addr_is_v4(&spec->dst);
	uint8_t icmp = is_v4 ? PROTO_ICMP : PROTO_ICMPV6;
	uint8_t proto = spec->is_request ? icmp : spec->proto;
	size_t ip_len = is_v4 ? sizeof(struct ipv4_hdr) : sizeof(struct ipv6_hdr);
	size_t l4_len = craft_l4(spec, proto, packet + ip_len);

	assert(ip_len + l4_len <= CRAFT_MAX && spec->id != 0);
	if (is_v4)
		craft_v4(spec, proto, l4_len, packet);
	else
		craft_v6(spec, proto, l4_len, packet);
	return ip_len + l4_len;
}
