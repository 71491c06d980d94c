// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/replies.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "prober/probe/craft.h"
#include "prober/probe/identity.h"
#include "tests/support/build.h"
#include "wire/checksum.h"
#include "wire/revtr.h"

#define SAMPLES_MAX 40

struct samples {
	struct reply_sample all[SAMPLES_MAX];
	size_t count;
	bool is_v4; /* of those that are added */
};

static const uint8_t protos_v4[] = { PROTO_UDP, PROTO_TCP, PROTO_ICMP };
static const uint8_t protos_v6[] = { PROTO_UDP, PROTO_TCP, PROTO_ICMPV6 };

static const char *proto_name(uint8_t proto)
{
	return proto == PROTO_UDP ? "UDP" : proto == PROTO_TCP ? "TCP" : "ICMP";
}

struct probe_spec reply_sample_spec(bool is_v4, bool is_request, uint8_t proto)
{
	static const struct identity_key key = { { 9, 9, 9 } };
	struct probe_spec spec = {
		.is_request = is_request,
		.proto = proto,
		.ttl = 5,
		.flow = SAMPLE_FLOW,
		.id = SAMPLE_ID,
	};

	addr_from_text(is_v4 ? SAMPLE_HOST_V4 : SAMPLE_HOST_V6, &spec.src);
	addr_from_text(is_v4 ? SAMPLE_TARGET_V4 : SAMPLE_TARGET_V6, &spec.dst);
	identity_seal(&key, 1, &spec);
	return spec;
}

/* From the target to us. */
static struct build_ip from_target(bool is_v4)
{
	return (struct build_ip){
		.src = is_v4 ? SAMPLE_TARGET_V4 : SAMPLE_TARGET_V6,
		.dst = is_v4 ? SAMPLE_HOST_V4 : SAMPLE_HOST_V6,
		.ttl = SAMPLE_TTL,
	};
}

/* Takes the Ethernet header off. */
static struct packet_bytes packet_in(const struct packet_bytes *frame)
{
	struct packet_bytes p = { .len = frame->len - sizeof(struct eth_hdr) };

	memcpy(p.bytes, frame->bytes + sizeof(struct eth_hdr), p.len);
	return p;
}

static struct packet_bytes echo_reply(bool is_v4, uint8_t code, uint16_t id, uint16_t seq,
				      const void *body, size_t len)
{
	struct build_ip ip = from_target(is_v4);
	struct packet_bytes frame = build_icmp(&ip, is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY,
					       code, be16_from(id), be16_from(seq), body, len);

	return packet_in(&frame);
}

struct packet_bytes reply_error_quoting(bool is_v4, const void *packet, size_t quote,
					size_t padding)
{
	struct packet_bytes frame = { .len = sizeof(struct eth_hdr) + quote + padding };

	cr_assert_leq(frame.len, sizeof(frame.bytes));
	memcpy(frame.bytes + sizeof(struct eth_hdr), packet, quote);
	frame.bytes[sizeof(struct eth_hdr) + (is_v4 ? 8 : 7)] = 1; /* the TTL that was left */
	frame = build_error(is_v4 ? SAMPLE_ROUTER_V4 : SAMPLE_ROUTER_V6,
			    is_v4 ? SAMPLE_HOST_V4 : SAMPLE_HOST_V6,
			    is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED, 0, &frame, 0);
	return packet_in(&frame);
}

static struct packet_bytes extension(const struct error_objects *objects)
{
	struct packet_bytes p = packet_from_hex(objects->hex);
	struct icmp_ext_hdr *hdr = (struct icmp_ext_hdr *)(void *)p.bytes;
	struct csum sum = { 0 };

	memmove(p.bytes + sizeof(*hdr), p.bytes, p.len);
	p.len += sizeof(*hdr);
	*hdr = (struct icmp_ext_hdr){
		.version = (uint8_t)((objects->version ? objects->version : ICMP_EXT_VERSION) << 4)
	};
	if (objects->has_checksum) {
		hdr->checksum = csum_finish(csum_add(sum, p.bytes, (uint32_t)p.len));
		hdr->checksum = be16_from((uint16_t)(be16_to(hdr->checksum) + objects->harm));
	}
	return p;
}

struct packet_bytes reply_error_with_objects(bool is_v4, const struct error_objects *objects)
{
	struct probe_spec spec = reply_sample_spec(is_v4, false, PROTO_UDP);
	size_t quote = objects->quote ? objects->quote : ICMP_EXT_QUOTE_LEAST;
	struct packet_bytes body = { .len = 0 }, ext = extension(objects);
	uint16_t words = (uint16_t)(is_v4 ? quote / 4 : quote / 8 << 8);
	struct build_ip ip = {
		.src = is_v4 ? SAMPLE_ROUTER_V4 : SAMPLE_ROUTER_V6,
		.dst = is_v4 ? SAMPLE_HOST_V4 : SAMPLE_HOST_V6,
		.ttl = SAMPLE_TTL,
	};
	struct packet_bytes frame;

	craft_packet(&spec, body.bytes);
	body.bytes[is_v4 ? 8 : 7] = 1; /* the TTL that was left */
	memcpy(body.bytes + quote, ext.bytes, ext.len);
	frame = build_icmp(&ip, is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED, 0,
			   be16_from(objects->is_told ? words : 0), be16_from(0), body.bytes,
			   quote + ext.len);
	return packet_in(&frame);
}

static struct packet_bytes crafted(const struct probe_spec *spec)
{
	struct packet_bytes p = { .len = 0 };

	p.len = craft_packet(spec, p.bytes);
	return p;
}

static void add(struct samples *s, enum reply_kind kind, const struct probe_spec *spec,
		const char *what, struct packet_bytes packet, size_t least_behind_ip)
{
	struct reply_sample *sample = &s->all[s->count++];

	cr_assert_leq(s->count, SAMPLES_MAX);
	*sample = (struct reply_sample){
		.is_v4 = s->is_v4,
		.outgoing = kind == REPLY_SENT,
		.is_request = spec->is_request,
		.kind = kind,
		.proto = spec->proto,
		.spec = *spec,
		.ip_len = s->is_v4 ? sizeof(struct ipv4_hdr) : sizeof(struct ipv6_hdr),
		.packet = packet,
	};
	sample->least = sample->ip_len + least_behind_ip;
	snprintf(sample->name, sizeof(sample->name), "%s, %s, IPv%d", what, proto_name(spec->proto),
		 s->is_v4 ? 4 : 6);
}

/* The packet itself as it leaves, and an error that quotes it. */
static void add_sent_and_error(struct samples *s, const struct probe_spec *spec, const char *what)
{
	struct packet_bytes packet = crafted(spec);
	size_t ip_len = s->is_v4 ? sizeof(struct ipv4_hdr) : sizeof(struct ipv6_hdr);
	char name[48];

	snprintf(name, sizeof(name), "%s as it leaves", what);
	add(s, REPLY_SENT, spec, name, packet, 8);
	snprintf(name, sizeof(name), "error for %s", what);
	add(s, REPLY_ERROR, spec, name, reply_error_quoting(s->is_v4, packet.bytes, packet.len, 0),
	    8 + ip_len + 8);
}

static void add_direct(struct samples *s, const struct probe_spec *spec)
{
	struct build_ip ip = from_target(s->is_v4);
	uint32_t ack = ((spec->tag & 0xffff0000) | spec->id) + 1;
	struct packet_bytes sent = crafted(spec);
	struct packet_bytes frame;

	if (spec->proto == PROTO_UDP)
		return;
	if (spec->proto == PROTO_TCP) {
		frame = build_tcp(&ip, spec->flow, PROBE_SOURCE_PORT, ack, TCP_RST | TCP_ACK);
		add(s, REPLY_TCP, spec, "reset", packet_in(&frame), 20);
		frame = build_tcp(&ip, spec->flow, PROBE_SOURCE_PORT, ack, TCP_SYN | TCP_ACK);
		add(s, REPLY_TCP, spec, "open port", packet_in(&frame), 20);
		return;
	}
	add(s, REPLY_ECHO, spec, "echo reply",
	    echo_reply(s->is_v4, 0, spec->icmp_id, spec->id, sent.bytes + sent.len - 6, 6), 8);
}

static void add_answers(struct samples *s, const struct probe_spec *spec)
{
	struct revtr_answer answer = { .result = { .rtt_ns = be32_from(SAMPLE_RTT_NS) } };
	struct packet_bytes sent = crafted(spec);
	size_t body_at = sent.len - sizeof(answer);

	addr_from_text(s->is_v4 ? SAMPLE_ROUTER_V4 : SAMPLE_ROUTER_V6, &answer.result.hop);
	add(s, REPLY_ANSWER, spec, "result",
	    echo_reply(s->is_v4, 1, spec->id, 0, &answer, sizeof(answer)), 12);
	answer.head.status = REVTR_BAD_PROTO;
	add(s, REPLY_ANSWER, spec, "refusal",
	    echo_reply(s->is_v4, 1, spec->id, 0, &answer, sizeof(answer.head)), 12);
	add(s, REPLY_ANSWER, spec, "plain host's echo",
	    echo_reply(s->is_v4, 1, spec->id, 0, sent.bytes + body_at, sizeof(answer)), 12);
}

static struct packet_bytes arrival(bool is_v4, uint8_t proto)
{
	struct build_ip ip = from_target(is_v4);
	struct udp_hdr udp = {
		.sport = be16_from(REVTR_PROBE_PORT),
		.dport = be16_from(SAMPLE_FLOW),
		.len = be16_from(16),
		.checksum = be16_from(SAMPLE_ID),
	};
	struct revtr_tcp_probe tcp = {
		.tcp = { .sport = be16_from(REVTR_PROBE_PORT),
			 .dport = be16_from(SAMPLE_FLOW),
			 .seq = be32_from(revtr_seq_from_id(be16_from(SAMPLE_ID))),
			 .data_off = 6 << 4,
			 .flags = TCP_SYN },
	};
	uint8_t body[16] = { 0 };
	struct packet_bytes frame;

	ip.proto = proto;
	if (proto == PROTO_TCP)
		return build_packet(&ip, &tcp, sizeof(tcp));
	if (proto == PROTO_UDP) {
		memcpy(body, &udp, sizeof(udp));
		return build_packet(&ip, body, sizeof(body));
	}
	/* The flow is the checksum; a payload makes up for it in real probes. */
	frame = build_icmp(&ip, is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO, 0, be16_from(SAMPLE_ID),
			   be16_from(REVTR_PROBE_SEQ), body, 8);
	return packet_in(&frame);
}

static void add_family(struct samples *s, bool is_v4)
{
	const uint8_t *protos = is_v4 ? protos_v4 : protos_v6;
	struct probe_spec spec;

	s->is_v4 = is_v4;
	for (int i = 0; i < 3; i++) {
		spec = reply_sample_spec(is_v4, false, protos[i]);
		add_sent_and_error(s, &spec, "probe");
		add_direct(s, &spec);
		spec = reply_sample_spec(is_v4, true, protos[i]);
		add(s, REPLY_ARRIVAL, &spec, "arrival", arrival(is_v4, protos[i]),
		    protos[i] == PROTO_TCP ? 20 : 8);
	}
	spec = reply_sample_spec(is_v4, true, PROTO_UDP);
	add_sent_and_error(s, &spec, "request");
	add_answers(s, &spec);
}

size_t reply_samples(const struct reply_sample **ret_samples)
{
	static struct samples samples;

	if (!samples.count) {
		add_family(&samples, true);
		add_family(&samples, false);
	}
	*ret_samples = samples.all;
	return samples.count;
}
