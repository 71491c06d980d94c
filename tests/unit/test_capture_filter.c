// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's filter, run here by libpcap: on cooked frames "inbound" and
 * "outbound" read the packet type in the header, so that both can be tested.
 */
#include <criterion/criterion.h>
#include <pcap/pcap.h>
#include <string.h>

#include "base/container.h"
#include "prober/net/capture.h"
#include "prober/probe/parse.h"
#include "prober/probe/spec.h"
#include "tests/support/build.h"
#include "tests/support/replies.h"
#include "wire/headers.h"

enum { FORWARD = 1, REVERSE = 2, UDP = 4, TCP = 8, ICMP = 16, ALL = 31 };

struct filter {
	pcap_t *pcap;
	struct bpf_program program;
	unsigned int wants;
};

/* Compiles the filter for what is wanted; false if there is nothing to want. */
static bool filter_for(unsigned int wants, struct filter *f)
{
	struct capture_config config = {
		.forward = wants & FORWARD,
		.reverse = wants & REVERSE,
		.udp = wants & UDP,
		.tcp = wants & TCP,
		.icmp = wants & ICMP,
		.source_port = PROBE_SOURCE_PORT,
	};
	char text[4096];

	if (!(wants & (FORWARD | REVERSE)) || !(wants & (UDP | TCP | ICMP)))
		return false;
	capture_filter_text(&config, text, sizeof(text));
	f->wants = wants;
	f->pcap = pcap_open_dead(DLT_LINUX_SLL2, 256);
	cr_assert(f->pcap);
	cr_assert_eq(pcap_compile(f->pcap, &f->program, text, 1, PCAP_NETMASK_UNKNOWN), 0,
		     "wants %x: %s: %s", wants, pcap_geterr(f->pcap), text);
	return true;
}

static void filter_free(struct filter *f)
{
	pcap_freecode(&f->program);
	pcap_close(f->pcap);
}

static bool passes_as(const struct filter *f, uint16_t type, bool outgoing, const void *packet,
		      size_t len)
{
	struct sll2_hdr sll = {
		.protocol = be16_from(type),
		.ifindex = be32_from(2),
		.arphrd = be16_from(1),
		.packet_type = outgoing ? SLL2_OUTGOING : SLL2_HOST,
		.addr_len = 6,
	};
	uint8_t frame[sizeof(sll) + PACKET_MAX];
	struct pcap_pkthdr header = { .caplen = (bpf_u_int32)(sizeof(sll) + len) };

	header.len = header.caplen;
	memcpy(frame, &sll, sizeof(sll));
	memcpy(frame + sizeof(sll), packet, len);
	return pcap_offline_filter(&f->program, &header, frame) != 0;
}

static bool passes(const struct filter *f, bool outgoing, const void *packet, size_t len)
{
	bool is_v4 = *(const uint8_t *)packet >> 4 == 4;

	return passes_as(f, is_v4 ? ETHER_IPV4 : ETHER_IPV6, outgoing, packet, len);
}

static bool frame_passes(const struct filter *f, bool outgoing, const struct packet_bytes *frame)
{
	return passes(f, outgoing, frame->bytes + 14, frame->len - 14);
}

/* --- ours ------------------------------------------------------------------------ */

static bool is_wanted(const struct reply_sample *s, unsigned int wants)
{
	bool wants_proto = s->proto == PROTO_UDP   ? wants & UDP
			   : s->proto == PROTO_TCP ? wants & TCP
						   : wants & ICMP;

	switch (s->kind) {
	case REPLY_ERROR:
		return true;
	case REPLY_ANSWER:
		return wants & REVERSE;
	case REPLY_ARRIVAL:
		return (wants & REVERSE) && wants_proto;
	case REPLY_SENT:
		return s->is_request ? wants & REVERSE : (wants & FORWARD) && wants_proto;
	case REPLY_ECHO:
	case REPLY_TCP:
		return (wants & FORWARD) && wants_proto;
	case REPLY_KIND_COUNT:
		break;
	}
	return false;
}

Test(capture_filter, passes_what_is_asked_for_and_only_in_its_direction)
{
	const struct reply_sample *samples;
	size_t count = reply_samples(&samples);
	struct filter f;
	int compiled = 0;

	for (unsigned int wants = 0; wants <= ALL; wants++) {
		if (!filter_for(wants, &f))
			continue;
		compiled++;
		for (size_t i = 0; i < count; i++) {
			const struct reply_sample *s = &samples[i];
			bool want = is_wanted(s, wants);

			cr_expect_eq(passes(&f, s->outgoing, s->packet.bytes, s->packet.len), want,
				     "wants %x: %s", wants, s->name);
			/* A server's ICMP probe that leaves looks like our own ping. */
			want = s->kind == REPLY_ARRIVAL &&
			       (s->proto == PROTO_ICMP || s->proto == PROTO_ICMPV6) &&
			       (wants & FORWARD) && (wants & ICMP);
			cr_expect_eq(passes(&f, !s->outgoing, s->packet.bytes, s->packet.len), want,
				     "wants %x: %s, the other way round", wants, s->name);
		}
		filter_free(&f);
	}
	cr_assert_eq(compiled, 21);
}

/* What the parser would take, the filter must not keep from it. */
Test(capture_filter, passes_whatever_parse_takes_of_the_golden_captures)
{
	char **names;
	size_t count = capture_names("", ".client.pcap", &names);
	size_t taken = 0, refused = 0;
	struct filter f;

	cr_assert_geq(count, 280);
	cr_assert(filter_for(ALL, &f));
	for (size_t i = 0; i < count; i++) {
		struct capture_file file = capture_file_read(names[i]);

		for (size_t j = 0; j < 2 * file.count; j++) {
			const struct packet_bytes *frame = &file.packets[j / 2];
			bool outgoing = j % 2;
			struct reply reply;

			if (frame->bytes[12] != 0x08 && frame->bytes[12] != 0x86)
				continue;
			if (parse_packet(frame->bytes + 14, frame->len - 14, outgoing, &reply)) {
				refused += !frame_passes(&f, outgoing, frame);
				continue;
			}
			taken++;
			cr_assert(frame_passes(&f, outgoing, frame), "%s, packet %zu", names[i],
				  j / 2 + 1);
		}
		capture_file_free(&file);
	}
	filter_free(&f);
	capture_names_free(names, count);
	cr_expect_gt(taken, 7000, "%zu taken", taken);
	cr_expect_gt(refused, 1000, "%zu refused", refused);
}

/* Code and sequence of what answers a request: servers set either, hosts repeat. */
Test(capture_filter, passes_answers_by_code_or_by_sequence)
{
	static const struct build_ip ips[] = {
		{ .src = SAMPLE_TARGET_V4, .dst = SAMPLE_HOST_V4 },
		{ .src = SAMPLE_TARGET_V6, .dst = SAMPLE_HOST_V6 },
	};
	struct packet_bytes frame;
	struct filter f;

	cr_assert(filter_for(REVERSE | UDP, &f));
	for (int v6 = 0; v6 < 2; v6++) {
		uint8_t type = v6 ? ICMPV6_ECHO_REPLY : ICMPV4_ECHO_REPLY;

		frame = build_icmp(&ips[v6], type, 1, be16_from(9), be16_from(7), "abcd", 4);
		cr_expect(frame_passes(&f, false, &frame), "code 1, sequence 7, %d", v6);
		frame = build_icmp(&ips[v6], type, 0, be16_from(9), be16_from(0), "abcd", 4);
		cr_expect(frame_passes(&f, false, &frame), "code 0, sequence 0, %d", v6);
		frame = build_icmp(&ips[v6], type, 0, be16_from(9), be16_from(7), "abcd", 4);
		cr_expect(!frame_passes(&f, false, &frame), "code 0, sequence 7, %d", v6);
	}
	filter_free(&f);
}

Test(capture_filter, finds_icmp_and_tcp_behind_ipv4_options)
{
	struct build_ip ip = { .src = SAMPLE_TARGET_V4, .dst = SAMPLE_HOST_V4, .options = 40 };
	struct packet_bytes frame;
	struct filter f;

	cr_assert(filter_for(ALL, &f));
	frame = build_icmp(&ip, ICMPV4_ECHO_REPLY, 1, be16_from(9), be16_from(0), "\1\0\0\0", 4);
	cr_expect(frame_passes(&f, false, &frame));
	frame = build_tcp(&ip, 80, PROBE_SOURCE_PORT, 1, TCP_RST | TCP_ACK);
	cr_expect(frame_passes(&f, false, &frame));
	filter_free(&f);
}

/* --- not ours -------------------------------------------------------------------- */

static struct packet_bytes udp(const struct build_ip *ip, uint16_t sport, uint16_t dport)
{
	struct build_ip with = *ip;
	struct udp_hdr hdr = { .sport = be16_from(sport), .dport = be16_from(dport) };

	with.proto = PROTO_UDP;
	return build_frame(&with, &hdr, sizeof(hdr));
}

static void expect_kept_out(const struct filter *f, const char *name, bool outgoing,
			    struct packet_bytes frame)
{
	cr_expect(!frame_passes(f, outgoing, &frame), "wants %x: %s, %s", f->wants, name,
		  outgoing ? "outgoing" : "incoming");
}

static void expect_foreign_kept_out(const struct filter *f, const struct build_ip *ip, bool is_v4)
{
	uint8_t echo = is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO;
	uint8_t reply = is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY;
	be16 one = be16_from(1);

	for (int outgoing = 0; outgoing < 2; outgoing++) {
		expect_kept_out(f, "DNS question", outgoing, udp(ip, 40000, 53));
		expect_kept_out(f, "DNS response", outgoing, udp(ip, 53, 40000));
		expect_kept_out(f, "UDP to our port", outgoing, udp(ip, 53, PROBE_SOURCE_PORT));
		expect_kept_out(f, "UDP to port 1021", outgoing, udp(ip, 40000, 1021));
		expect_kept_out(f, "TCP data", outgoing, build_tcp(ip, 443, 50000, 1, TCP_ACK));
		expect_kept_out(f, "SYN", outgoing, build_tcp(ip, 50000, 443, 1, TCP_SYN));
		expect_kept_out(f, "RST", outgoing,
				build_tcp(ip, 443, 50000, 1, TCP_RST | TCP_ACK));
		expect_kept_out(f, "data to our port", outgoing,
				build_tcp(ip, 443, PROBE_SOURCE_PORT, 1, TCP_ACK));
		expect_kept_out(f, "data from our port", outgoing,
				build_tcp(ip, PROBE_SOURCE_PORT, 443, 1, TCP_ACK));
		expect_kept_out(f, is_v4 ? "redirect" : "neighbour solicitation", outgoing,
				build_icmp(ip, is_v4 ? 5 : 135, 0, one, one, "abcdefgh", 8));
	}
	expect_kept_out(f, "ping from others", false, build_icmp(ip, echo, 0, one, one, "abcd", 4));
	expect_kept_out(f, "request from others", false,
			build_icmp(ip, echo, 1, one, be16_from(0), "abcd", 4));
	expect_kept_out(f, "our answer to a ping", true,
			build_icmp(ip, reply, 0, one, one, "abcd", 4));
	/* Answers to pings of this host pass where forward ICMP probes want theirs. */
	if (!(f->wants & FORWARD) || !(f->wants & ICMP)) {
		expect_kept_out(f, "answer to a ping", false,
				build_icmp(ip, reply, 0, one, one, "abcd", 4));
		expect_kept_out(f, "ping by others here", true,
				build_icmp(ip, echo, 0, one, one, "abcd", 4));
	}
}

Test(capture_filter, keeps_unrelated_traffic_out)
{
	static const struct build_ip v4 = { .src = SAMPLE_TARGET_V4, .dst = SAMPLE_HOST_V4 };
	static const struct build_ip v6 = { .src = SAMPLE_TARGET_V6, .dst = SAMPLE_HOST_V6 };
	struct packet_bytes arp = packet_from_hex("0001 0800 0604 0001 020000000901 0a4d0901 "
						  "000000000000 0a4d0902");
	struct filter f;

	for (unsigned int wants = 0; wants <= ALL; wants++) {
		if (!filter_for(wants, &f))
			continue;
		expect_foreign_kept_out(&f, &v4, true);
		expect_foreign_kept_out(&f, &v6, false);
		cr_expect(!passes_as(&f, 0x0806, false, arp.bytes, arp.len), "ARP");
		filter_free(&f);
	}
}
