// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets that are not ours, and what lies around those that are: link headers,
 * padding, options. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/container.h"
#include "prober/probe/parse.h"
#include "tests/support/build.h"
#include "tests/support/replies.h"

static const struct build_ip v4 = { .src = SAMPLE_TARGET_V4, .dst = SAMPLE_HOST_V4 };
static const struct build_ip v6 = { .src = SAMPLE_TARGET_V6, .dst = SAMPLE_HOST_V6 };

static struct build_ip with_proto(const struct build_ip *ip, uint8_t proto)
{
	struct build_ip other = *ip;

	other.proto = proto;
	return other;
}

static void expect_verdict(const char *name, const struct packet_bytes *frame, bool outgoing,
			   enum parse_verdict want)
{
	struct reply reply = { .id = 0xdead };
	enum parse_verdict got = parse_packet(frame->bytes + 14, frame->len - 14, outgoing, &reply);

	cr_expect_eq(got, want, "%s: %s, want %s", name, parse_verdict_name(got),
		     parse_verdict_name(want));
	if (want != PARSE_OK)
		cr_expect_eq(reply.id, 0xdead, "%s: result touched", name);
}

static void expect_foreign(const char *name, struct packet_bytes frame)
{
	expect_verdict(name, &frame, false, PARSE_NOT_OURS);
}

static struct packet_bytes udp(const struct build_ip *ip, uint16_t sport, uint16_t dport)
{
	struct build_ip with = with_proto(ip, PROTO_UDP);
	struct udp_hdr hdr = { .sport = be16_from(sport),
			       .dport = be16_from(dport),
			       .len = be16_from(sizeof(hdr)) };

	return build_frame(&with, &hdr, sizeof(hdr));
}

static struct packet_bytes icmp(const struct build_ip *ip, uint8_t type, uint8_t code, uint16_t seq)
{
	return build_icmp(ip, type, code, be16_from(9), be16_from(seq), "abcdefgh", 8);
}

static void expect_foreign_in(const struct build_ip *ip, bool is_v4)
{
	uint8_t echo = is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO;
	uint8_t reply = is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY;
	struct build_ip esp = with_proto(ip, 50);

	expect_foreign("DNS response", udp(ip, 53, 40000));
	expect_foreign("UDP to our port", udp(ip, 53, PROBE_SOURCE_PORT));
	expect_foreign("UDP to the servers' port", udp(ip, 40000, 1021));
	expect_foreign("ping from others", icmp(ip, echo, 0, 1));
	expect_foreign("request from others", icmp(ip, echo, 1, 0));
	expect_foreign("echo reply, code 2", icmp(ip, reply, 2, 5));
	expect_foreign("TCP data to our port", build_tcp(ip, 80, PROBE_SOURCE_PORT, 1, TCP_ACK));
	expect_foreign("FIN to our port",
		       build_tcp(ip, 80, PROBE_SOURCE_PORT, 1, TCP_FIN | TCP_ACK));
	expect_foreign("SYN to our port", build_tcp(ip, 80, PROBE_SOURCE_PORT, 1, TCP_SYN));
	expect_foreign("SYN+ACK to another port", build_tcp(ip, 80, 33435, 1, TCP_SYN | TCP_ACK));
	expect_foreign("RST to another port", build_tcp(ip, 80, 33433, 1, TCP_RST));
	expect_foreign("RST from port 1021", build_tcp(ip, 1021, 80, 1, TCP_RST));
	expect_foreign("ESP", build_frame(&esp, "abcdefghabcdefgh", 16));
}

Test(parse_foreign, what_we_do_not_cause_is_not_ours)
{
	struct build_ip wrong = with_proto(&v4, PROTO_ICMPV6);
	struct build_ip wrong_v6 = with_proto(&v6, PROTO_ICMP);
	struct build_ip hop_by_hop = with_proto(&v6, 0);

	expect_foreign_in(&v4, true);
	expect_foreign_in(&v6, false);
	expect_foreign("ICMPv6 over IPv4", build_frame(&wrong, "\x81\1abcdefghij", 12));
	expect_foreign("ICMP over IPv6", build_frame(&wrong_v6, "\0\1abcdefghij", 12));
	/* No reply that we cause has extension headers. */
	expect_foreign("hop-by-hop options",
		       build_frame(&hop_by_hop, "\x3a\0\1\4\0\0\0\0abcdefgh", 16));
}

/* An error from a router that quotes this frame's packet, in full. */
static struct packet_bytes error_for(const struct packet_bytes *frame, bool is_v4)
{
	return build_error(is_v4 ? SAMPLE_ROUTER_V4 : SAMPLE_ROUTER_V6,
			   is_v4 ? SAMPLE_HOST_V4 : SAMPLE_HOST_V6,
			   is_v4 ? ICMPV4_UNREACHABLE : ICMPV6_UNREACHABLE, 1, frame, 0);
}

static void expect_foreign_quotes(const struct build_ip *ip, bool is_v4)
{
	struct build_ip esp = with_proto(ip, 50);
	const struct {
		const char *name;
		struct packet_bytes frame;
	} quoted[] = {
		{ "DNS question", udp(ip, 40000, 53) },
		{ "UDP from port 1021", udp(ip, 1021, 53) },
		{ "SYN", build_tcp(ip, 40000, 80, 1, TCP_SYN) },
		{ "echo reply", icmp(ip, is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY, 0, 1) },
		{ "ping, code 2", icmp(ip, is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO, 2, 1) },
		{ "error", icmp(ip, is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED, 0, 0) },
		{ "ESP", build_frame(&esp, "abcdefghabcdefgh", 16) },
	};

	for (size_t i = 0; i < ARRAY_LEN(quoted); i++) {
		struct packet_bytes error = error_for(&quoted[i].frame, is_v4);

		expect_verdict(quoted[i].name, &error, false, PARSE_NOT_OURS);
		expect_verdict(quoted[i].name, &quoted[i].frame, true, PARSE_NOT_OURS);
	}
}

Test(parse_foreign, errors_for_what_others_sent_are_not_ours)
{
	expect_foreign_quotes(&v4, true);
	expect_foreign_quotes(&v6, false);
}

/* --- headers that make no sense ------------------------------------------------ */

Test(parse_foreign, fragments_are_counted_as_such)
{
	static const uint16_t frags[] = { 0x2000, 0x0001, 0x1fff, 0x2005 };
	struct build_ip fragment = with_proto(&v6, PROTO_IPV6_FRAGMENT);
	struct packet_bytes frame;

	for (size_t i = 0; i < ARRAY_LEN(frags); i++) {
		struct build_ip ip = v4;

		ip.frag = frags[i];
		frame = icmp(&ip, ICMPV4_ECHO_REPLY, 0, 1);
		expect_verdict("IPv4", &frame, false, PARSE_FRAGMENT);
	}
	frame = build_frame(&fragment, "\x3a\0\0\1\0\0\0\1abcdefgh", 16);
	expect_verdict("IPv6", &frame, false, PARSE_FRAGMENT);
}

Test(parse_foreign, dont_fragment_is_no_fragment)
{
	struct build_ip ip = v4;
	struct packet_bytes frame;

	ip.frag = 0x4000;
	frame = icmp(&ip, ICMPV4_ECHO_REPLY, 0, 1);
	expect_verdict("DF", &frame, false, PARSE_OK);
}

static const struct {
	const char *name, *packet;
	enum parse_verdict want, want_outgoing;
} headers[] = {
	{ "nothing", "", PARSE_TRUNCATED, PARSE_TRUNCATED },
	{ "version 0", "00000000", PARSE_NOT_IP, PARSE_NOT_IP },
	{ "version 5", "55000020", PARSE_NOT_IP, PARSE_NOT_IP },
	{ "version 15", "ff", PARSE_NOT_IP, PARSE_NOT_IP },
	{ "header of 16 bytes", "44000020 00000000 40010000 c0000201 c6336401 0000000000000001",
	  PARSE_BAD_HEADER, PARSE_BAD_HEADER },
	{ "header of 0 bytes", "40000020 00000000 40010000 c0000201 c6336401 0000000000000001",
	  PARSE_BAD_HEADER, PARSE_BAD_HEADER },
	{ "length below the header's",
	  "45000013 00000000 40010000 c0000201 c6336401 0000000000000001", PARSE_BAD_HEADER,
	  PARSE_NOT_OURS },
	{ "header behind the end", "4f000040 00000000 40010000 c0000201 c6336401 0000000000000001",
	  PARSE_TRUNCATED, PARSE_TRUNCATED },
	{ "IPv6, cut", "60000000 0008", PARSE_TRUNCATED, PARSE_TRUNCATED },
};

Test(parse_foreign, headers_that_contradict_themselves_are_refused)
{
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		struct packet_bytes p = packet_from_hex(headers[i].packet);
		struct reply reply;
		enum parse_verdict got = parse_packet(p.bytes, p.len, false, &reply);

		cr_expect_eq(got, headers[i].want, "%s: %s", headers[i].name,
			     parse_verdict_name(got));
		got = parse_packet(p.bytes, p.len, true, &reply);
		cr_expect_eq(got, headers[i].want_outgoing, "%s, outgoing: %s", headers[i].name,
			     parse_verdict_name(got));
	}
}

/* --- what lies around ---------------------------------------------------------- */

Test(parse_foreign, options_and_padding_change_nothing)
{
	for (uint8_t options = 0; options <= 40; options = (uint8_t)(options + 4)) {
		struct build_ip ip = v4;
		struct packet_bytes frame;
		struct reply reply = { 0 };

		ip.options = options;
		frame = build_icmp(&ip, ICMPV4_ECHO_REPLY, 1, be16_from(9), be16_from(0),
				   "\1\0\0\0", 4);
		memset(frame.bytes + frame.len, 0x5a, 30); /* padding of the link */
		cr_assert_eq(parse_packet(frame.bytes + 14, frame.len - 14 + 30, false, &reply),
			     PARSE_OK, "%u bytes of options", options);
		cr_expect_eq(reply.id, 9);
		cr_expect_eq(reply.answer.body_len, 4, "padding taken for an answer");
		cr_expect(!reply.answer.has_hop);
	}
}

static struct packet_bytes cooked(uint16_t type, uint8_t packet_type,
				  const struct packet_bytes *packet)
{
	struct sll2_hdr sll = { .protocol = be16_from(type), .packet_type = packet_type };
	struct packet_bytes frame = { .len = sizeof(sll) + packet->len };

	memcpy(frame.bytes, &sll, sizeof(sll));
	memcpy(frame.bytes + sizeof(sll), packet->bytes, packet->len);
	return frame;
}

Test(parse_foreign, a_cooked_header_tells_the_direction)
{
	const struct reply_sample *samples;
	size_t count = reply_samples(&samples);

	for (size_t i = 0; i < count; i++) {
		const struct reply_sample *s = &samples[i];
		uint16_t type = s->is_v4 ? ETHER_IPV4 : ETHER_IPV6;
		struct packet_bytes frame =
			cooked(type, s->outgoing ? SLL2_OUTGOING : SLL2_HOST, &s->packet);
		struct reply reply = { 0 };

		cr_expect_eq(parse_sll2(frame.bytes, frame.len, &reply), PARSE_OK, "%s", s->name);
		cr_expect_eq(reply.kind, s->kind, "%s", s->name);
		frame = cooked(type, s->outgoing ? SLL2_HOST : SLL2_OUTGOING, &s->packet);
		if (parse_sll2(frame.bytes, frame.len, &reply) == PARSE_OK)
			cr_expect_neq(reply.kind, s->kind, "%s the other way round", s->name);
	}
}

Test(parse_foreign, a_cooked_header_of_another_protocol_or_cut_is_refused)
{
	static const uint16_t types[] = { 0x0806, 0x8100, 0x88cc, 4 };
	const struct reply_sample *samples;
	struct packet_bytes frame;
	struct reply reply;

	reply_samples(&samples);
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		frame = cooked(types[i], SLL2_HOST, &samples[0].packet);
		cr_expect_eq(parse_sll2(frame.bytes, frame.len, &reply), PARSE_NOT_IP, "%04x",
			     types[i]);
	}
	frame = cooked(ETHER_IPV4, SLL2_HOST, &samples[0].packet);
	for (size_t len = 0; len <= sizeof(struct sll2_hdr); len++)
		cr_expect_eq(parse_sll2(frame.bytes, len, &reply), PARSE_TRUNCATED, "%zu bytes",
			     len);
}

Test(parse_foreign, every_verdict_has_a_name)
{
	for (int i = 0; i < PARSE_VERDICT_COUNT; i++)
		cr_expect(parse_verdict_name((enum parse_verdict)i), "verdict %d", i);
	cr_expect_null(parse_verdict_name(PARSE_VERDICT_COUNT));
}
