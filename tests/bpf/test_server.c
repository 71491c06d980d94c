// SPDX-License-Identifier: GPL-2.0-or-later
/* What the server's program does with sessions, time and foreign packets. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/addr_text.h"
#include "server-bpf/counters.h"
#include "tests/bpf/harness.h"
#include "tests/support/build.h"
#include "wire/checksum.h"
#include "wire/revtr.h"

#define SECOND	  1000000000ull
#define CLIENT	  "192.0.2.1"
#define SERVER	  "198.51.100.1"
#define ROUTER	  "203.0.113.7"
#define CLIENT_V6 "2001:db8::1"
#define SERVER_V6 "2001:db8::2"

static const struct build_ip to_server = { .src = CLIENT, .dst = SERVER };

static struct packet_bytes request(uint16_t id, uint8_t ttl, uint8_t proto)
{
	return build_request(&to_server, id, ttl, proto, 33500, 0);
}

/* A server at both addresses of these tests. */
static struct harness *start(uint32_t sessions, uint64_t timeout_ns)
{
	struct harness *h = harness_new(sessions, timeout_ns);

	harness_own(h, SERVER);
	harness_own(h, SERVER_V6);
	return h;
}

/* What a TCP port says to the probe. */
static struct packet_bytes segment_for(const struct build_ip *ip, const struct packet_bytes *probe,
				       uint32_t more, uint8_t flags)
{
	size_t off = strchr(ip->src, ':') ? 54 : 34;
	struct tcp_hdr tcp;

	memcpy(&tcp, probe->bytes + off, sizeof(tcp));
	return build_tcp(ip, be16_to(tcp.dport), REVTR_PROBE_PORT, be32_to(tcp.seq) + more, flags);
}

static void expect_free(const struct harness *h, unsigned int slots)
{
	cr_assert_eq(harness_free_slots(h), slots, "%u free slots, want %u", harness_free_slots(h),
		     slots);
}

Test(server, answered_session_gives_its_slot_back)
{
	static const uint8_t protos[] = { PROTO_UDP, PROTO_TCP, PROTO_ICMP, 0 };
	struct harness *h = start(4, 5 * SECOND);
	struct packet_bytes in, probe, error, out;

	for (size_t i = 0; i < sizeof(protos); i++) {
		in = request(7, 3, protos[i]);
		cr_assert_eq(harness_run(h, &in, &probe), HARNESS_SEND);
		cr_assert_eq(harness_sessions(h), 1);
		expect_free(h, 3);
		error = build_error(ROUTER, SERVER, ICMPV4_TIME_EXCEEDED, 0, &probe, 28);
		cr_assert_eq(harness_run(h, &error, &out), HARNESS_SEND);
		cr_assert_eq(harness_sessions(h), 0);
		expect_free(h, 4);
	}
	cr_assert_eq(harness_counter(h, COUNT_RESPONSE, FAMILY_V4), 4);
	harness_free(h);
}

Test(server, second_answer_is_not_ours)
{
	struct harness *h = start(4, 5 * SECOND);
	struct packet_bytes in = request(7, 3, PROTO_UDP), probe, error, out;

	harness_run(h, &in, &probe);
	error = build_error(ROUTER, SERVER, ICMPV4_TIME_EXCEEDED, 0, &probe, 0);
	cr_assert_eq(harness_run(h, &error, &out), HARNESS_SEND);
	cr_assert_eq(harness_run(h, &error, &out), HARNESS_PASS);
	cr_assert_eq(harness_counter(h, COUNT_UNMATCHED, FAMILY_V4), 1);
	harness_free(h);
}

Test(server, answer_of_another_protocol_is_not_ours)
{
	struct harness *h = start(4, 5 * SECOND);
	struct packet_bytes udp = request(7, 3, PROTO_UDP), icmp = request(8, 3, PROTO_ICMP);
	struct packet_bytes probe, icmp_probe, error, out;

	harness_run(h, &udp, &probe);
	harness_run(h, &icmp, &icmp_probe);
	/* The ICMP probe now carries the UDP session's identifier. */
	memcpy(icmp_probe.bytes + 34 + 4, probe.bytes + 34 + 6, 2);
	error = build_error(ROUTER, SERVER, ICMPV4_TIME_EXCEEDED, 0, &icmp_probe, 0);
	cr_assert_eq(harness_run(h, &error, &out), HARNESS_PASS);
	cr_assert_eq(harness_sessions(h), 2);
	harness_free(h);
}

Test(server, live_identifier_is_dropped_and_served_after_its_time)
{
	struct harness *h = start(4, SECOND / 20);
	struct packet_bytes in = request(7, 3, PROTO_UDP), out;

	cr_assert_eq(harness_run(h, &in, &out), HARNESS_SEND);
	cr_assert_eq(harness_run(h, &in, &out), HARNESS_DROP);
	cr_assert_eq(harness_counter(h, COUNT_DUPLICATE, FAMILY_V4), 1);
	usleep(60000);
	cr_assert_eq(harness_run(h, &in, &out), HARNESS_SEND);
	cr_assert_eq(harness_sessions(h), 1);
	expect_free(h, 3);
	harness_free(h);
}

Test(server, full_table_drops_and_recovers_by_age)
{
	struct harness *h = start(64, SECOND / 10);
	struct packet_bytes in, out;

	for (uint16_t round = 0; round < 3; round++) {
		for (uint16_t id = 1; id <= 64; id++) {
			in = request((uint16_t)(round * 100 + id), 3, PROTO_UDP);
			cr_assert_eq(harness_run(h, &in, &out), HARNESS_SEND, "round %d id %d",
				     round, id);
		}
		in = request((uint16_t)(round * 100 + 65), 3, PROTO_UDP);
		cr_assert_eq(harness_run(h, &in, &out), HARNESS_DROP);
		cr_assert_eq(harness_counter(h, COUNT_FULL, FAMILY_V4), round + 1u);
		usleep(110000);
	}
	cr_assert_eq(harness_counter(h, COUNT_EXPIRED, FAMILY_V4) + harness_sessions(h), 3 * 64);
	harness_free(h);
}

Test(server, unanswered_flood_leaves_nothing_behind)
{
	struct harness *h = start(1000, SECOND / 50);
	struct packet_bytes in, out;
	unsigned int served = 0;

	for (uint32_t i = 0; i < 300000; i++) {
		char client[16];
		struct build_ip ip = { .src = client, .dst = SERVER };

		snprintf(client, sizeof(client), "192.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
		in = build_request(&ip, (uint16_t)i, 3, PROTO_UDP, 33500, 0);
		served += harness_run(h, &in, &out) == HARNESS_SEND;
	}
	cr_assert_gt(served, 1000, "only %u of the flood were served", served);
	usleep(30000);
	for (uint16_t id = 1; id <= 1000; id++) {
		in = request(id, 3, PROTO_UDP);
		cr_assert_eq(harness_run(h, &in, &out), HARNESS_SEND, "request %d", id);
	}
	cr_assert_eq(harness_sessions(h) + harness_free_slots(h), 1000);
	cr_assert_eq(harness_requests(h), harness_sessions(h));
	harness_free(h);
}

Test(server, late_answer_reaches_the_kernel_unchanged)
{
	struct harness *h = start(4, SECOND / 50);
	struct packet_bytes in = request(7, 3, PROTO_UDP), probe, error, out;

	harness_run(h, &in, &probe);
	error = build_error(ROUTER, SERVER, ICMPV4_TIME_EXCEEDED, 0, &probe, 0);
	usleep(30000);
	cr_assert_eq(harness_run(h, &error, &out), HARNESS_PASS);
	cr_assert_eq(out.len, error.len);
	cr_assert_arr_eq(out.bytes, error.bytes, out.len);
	harness_free(h);
}

Test(server, request_options_are_cut_and_padding_is_ignored)
{
	struct build_ip with_options = to_server;
	struct harness *h = start(8, SECOND);
	struct packet_bytes plain = request(1, 3, PROTO_TCP), in, want, out;

	with_options.options = 40;
	in = build_request(&with_options, 2, 3, PROTO_TCP, 33500, 0);
	cr_assert_eq(harness_run(h, &plain, &want), HARNESS_SEND);
	cr_assert_eq(harness_run(h, &in, &out), HARNESS_SEND);
	cr_assert_eq(out.len, want.len);
	cr_assert_eq(out.bytes[14], IPV4_VER_IHL);
	in = request(3, 3, PROTO_TCP);
	in.len = 60; /* Ethernet's own padding of a short frame */
	cr_assert_eq(harness_run(h, &in, &out), HARNESS_SEND);
	cr_assert_eq(out.len, want.len);
	in = build_request(&to_server, 4, 3, PROTO_TCP, 33500, 200);
	cr_assert_eq(harness_run(h, &in, &out), HARNESS_SEND);
	cr_assert_eq(out.len, want.len);
	harness_free(h);
}

Test(server, padded_request_is_never_amplified)
{
	static const uint8_t protos[] = { PROTO_UDP, PROTO_TCP, PROTO_ICMP };
	struct harness *h = start(8, SECOND);
	size_t padding = revtr_padded_len(true, PROTO_TCP) - sizeof(struct icmp_hdr) -
			 sizeof(struct revtr_request);

	for (size_t i = 0; i < sizeof(protos); i++) {
		struct packet_bytes in =
			build_request(&to_server, (uint16_t)(i + 1), 3, protos[i], 0, padding);
		struct packet_bytes probe, error, out;

		harness_run(h, &in, &probe);
		cr_assert_leq(probe.len, in.len);
		error = build_error(ROUTER, SERVER, ICMPV4_TIME_EXCEEDED, 0, &probe, 0);
		harness_run(h, &error, &out);
		cr_assert_leq(out.len, in.len);
	}
	harness_free(h);
}

/* Cuts a frame at each length, with the IP length left as it was and with it cut
 * too.  The kernel's test run refuses frames without a whole IP header. */
static void expect_pass_when_cut(struct harness *h, const struct packet_bytes *whole, size_t least)
{
	struct packet_bytes cut = *whole, out;

	for (size_t len = 34; len < whole->len; len++) {
		cut = *whole;
		cut.len = len;
		cr_assert_eq(harness_run(h, &cut, &out), HARNESS_PASS, "cut at %zu", len);
		cr_assert_arr_eq(out.bytes, cut.bytes, len);
		if (len >= least)
			continue;
		cut.bytes[14 + 3] = (uint8_t)(len - 14);
		cr_assert_eq(harness_run(h, &cut, &out), HARNESS_PASS, "shortened to %zu", len);
	}
}

Test(server, packets_cut_at_any_byte_pass)
{
	struct harness *h = start(8, 5 * SECOND);
	struct packet_bytes in = request(7, 3, PROTO_UDP), probe, error, rst, out;

	expect_pass_when_cut(h, &in, in.len);
	harness_run(h, &in, &probe);
	error = build_error(ROUTER, SERVER, ICMPV4_TIME_EXCEEDED, 0, &probe, 28);
	expect_pass_when_cut(h, &error, error.len);
	cr_assert_eq(harness_sessions(h), 1, "a cut error ended the session");
	cr_assert_eq(harness_run(h, &error, &out), HARNESS_SEND);

	in = request(8, 3, PROTO_TCP);
	harness_run(h, &in, &probe);
	rst = segment_for(&to_server, &probe, 1, TCP_RST | TCP_ACK);
	expect_pass_when_cut(h, &rst, rst.len);
	cr_assert_eq(harness_run(h, &rst, &out), HARNESS_SEND);
	harness_free(h);
}

/* As a neighbour on the same machine hands its segments over: only the pseudo
 * header is summed. */
static struct packet_bytes unfinished_segment(const struct build_ip *ip, size_t l4_off,
					      const struct packet_bytes *probe, uint8_t flags)
{
	struct packet_bytes frame = segment_for(ip, probe, 1, flags);
	struct tcp_hdr *tcp = (struct tcp_hdr *)(frame.bytes + l4_off);
	struct addr src, dst;

	cr_assert(addr_from_text(ip->src, &src) && addr_from_text(ip->dst, &dst));
	tcp->checksum.raw =
		csum_folded(csum_pseudo(&src, &dst, PROTO_TCP, (uint16_t)(frame.len - l4_off)));
	return frame;
}

/* What the kernel will write: the sum over all from where TCP began, to where
 * TCP's checksum was, which is where the ICMP checksum is now. */
static uint16_t finished_checksum(const struct packet_bytes *frame, size_t l4_off)
{
	size_t start = l4_off + 2 - 16;

	struct csum sum = { 0 };

	sum = csum_add(sum, frame->bytes + start, (uint32_t)(frame->len - start));
	return csum_finish(sum).raw;
}

Test(server, unfinished_segment_becomes_a_packet_that_finishing_does_not_change)
{
	static const struct {
		struct build_ip ip;
		size_t in_off, out_off;
	} cases[] = {
		{ { .src = CLIENT, .dst = SERVER }, 34, 34 },
		{ { .src = CLIENT, .dst = SERVER, .options = 40 }, 74, 34 },
		{ { .src = "2001:db8::1", .dst = "2001:db8::2" }, 54, 54 },
	};
	static const uint8_t flags[] = { TCP_RST | TCP_ACK, TCP_SYN | TCP_ACK };
	struct harness *h = start(64, 5 * SECOND);
	struct packet_bytes in, out;

	for (uint16_t i = 0; i < 6; i++) {
		const struct build_ip *ip = &cases[i / 2].ip;
		size_t off = cases[i / 2].out_off;
		struct revtr_answer answer;
		uint16_t checksum;

		in = build_request(ip, (uint16_t)(i + 1), 9, PROTO_TCP, 80, 0);
		cr_assert_eq(harness_run(h, &in, &out), HARNESS_SEND);
		in = unfinished_segment(ip, cases[i / 2].in_off, &out, flags[i % 2]);
		cr_assert_eq(harness_run(h, &in, &out), HARNESS_SEND, "case %d", i);
		memcpy(&checksum, out.bytes + off + 2, sizeof(checksum));
		memcpy(&answer, out.bytes + off + sizeof(struct icmp_hdr), sizeof(answer));
		cr_assert_eq(answer.head.status, REVTR_RESULT, "case %d", i);
		cr_assert_eq(finished_checksum(&out, off), checksum, "case %d: %04x, not %04x", i,
			     finished_checksum(&out, off), checksum);
	}
	harness_free(h);
}

Test(server, one_family_leaves_the_other_alone)
{
	struct build_ip v6 = { .src = "2001:db8::1", .dst = "2001:db8::2" };
	struct harness *h = start(8, SECOND);
	struct packet_bytes in = build_request(&v6, 1, 0, PROTO_UDP, 1, 0), out;

	cr_assert_eq(harness_run(h, &in, &out), HARNESS_SEND);
	cr_assert_eq(harness_counter(h, COUNT_BAD_TTL, FAMILY_V6), 1);
	cr_assert_eq(harness_counter(h, COUNT_BAD_TTL, FAMILY_V4), 0);
	harness_free(h);
}

/* --- what is not the server's --------------------------------------------- */

struct foreign_case {
	const char name[48];
	struct packet_bytes frame;
};

#define FOREIGN(title, packet)         \
	cases[count].frame = (packet); \
	memcpy((char *)cases[count++].name, title, sizeof(title))

ParameterizedTestParameters(server, foreign_packets_pass_unchanged)
{
	static const char *const nobody[] = { "0.0.0.0",	 "127.0.0.1", "224.0.0.1",
					      "255.255.255.255", "::",	      "::1",
					      "ff02::1" };
	static struct foreign_case cases[32];
	struct build_ip v6 = { .src = "2001:db8::1", .dst = "2001:db8::2" };
	struct build_ip udp = { .src = SERVER, .dst = CLIENT, .proto = PROTO_UDP };
	struct build_ip later = { .src = CLIENT, .dst = SERVER, .frag = 100 };
	struct udp_hdr from_1021 = { .sport = be16_from(1021),
				     .dport = be16_from(33500),
				     .len = be16_from(8),
				     .checksum = be16_from(77) };
	struct packet_bytes quoted = build_frame(&udp, &from_1021, sizeof(from_1021));
	be16 none = be16_from(0);
	size_t count = 0;

	FOREIGN("ping", build_icmp(&to_server, ICMPV4_ECHO, 0, none, none, "abcd", 4));
	FOREIGN("ping, code 2", build_icmp(&to_server, ICMPV4_ECHO, 2, none, none, "abcd", 4));
	FOREIGN("request without payload",
		build_icmp(&to_server, ICMPV4_ECHO, 1, none, none, "", 0));
	FOREIGN("request of three bytes",
		build_icmp(&to_server, ICMPV4_ECHO, 1, none, none, "abc", 3));
	FOREIGN("echo reply, sequence 65535",
		build_icmp(&to_server, ICMPV4_ECHO_REPLY, 0, none, be16_from(65535), "", 0));
	FOREIGN("error for UDP from port 1021",
		build_error(ROUTER, SERVER, ICMPV4_UNREACHABLE, 3, &quoted, 0));
	FOREIGN("parameter problem", build_error(ROUTER, SERVER, ICMPV4_PARAMETER, 0, &quoted, 0));
	FOREIGN("RST to port 1021", build_tcp(&to_server, 80, 1021, 1, TCP_RST));
	FOREIGN("SYN+ACK to port 1021", build_tcp(&to_server, 80, 1021, 1, TCP_SYN | TCP_ACK));
	FOREIGN("SYN+ACK, high acknowledgement",
		build_tcp(&to_server, 80, 1021, 0x80000001, TCP_SYN | TCP_ACK));
	FOREIGN("data to port 1021", build_tcp(&to_server, 80, 1021, 1, TCP_ACK));
	FOREIGN("SYN to port 80", build_tcp(&to_server, 1021, 80, 0, TCP_SYN));
	FOREIGN("UDP", quoted);
	for (size_t i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++) {
		struct build_ip from = { .src = nobody[i], .dst = SERVER };

		if (strchr(nobody[i], ':'))
			from.dst = v6.dst;
		FOREIGN("request from nobody", build_request(&from, 1, 3, PROTO_UDP, 1, 0));
	}
	FOREIGN("later fragment", build_request(&later, 1, 3, PROTO_UDP, 1, 0));
	FOREIGN("IPv6 ping", build_icmp(&v6, ICMPV6_ECHO, 0, none, none, "abcd", 4));
	FOREIGN("IPv6 neighbour solicitation", build_icmp(&v6, 135, 0, none, none, "abcd", 4));
	FOREIGN("IPv6 RST to port 1021", build_tcp(&v6, 80, 1021, 1, TCP_RST));
	FOREIGN("ARP", packet_from_hex("ffffffffffff 020000000901 0806 0001 0800 06 04 0001"));
	FOREIGN("IPv4 in name only", packet_from_hex("020000000902 020000000901 0800 "
						     "65000020 00000000 40010000 c0000201 "
						     "c6336401 0801000000010000 03110000"));
	FOREIGN("IPv4, header of 16 bytes", packet_from_hex("020000000902 020000000901 0800 "
							    "44000020 00000000 40010000 c0000201 "
							    "c6336401 0801000000010000 03110000"));
	return cr_make_param_array(struct foreign_case, cases, count);
}

ParameterizedTest(struct foreign_case *t, server, foreign_packets_pass_unchanged)
{
	struct harness *h = start(4, SECOND);
	struct packet_bytes out;

	cr_assert_eq(harness_run(h, &t->frame, &out), HARNESS_PASS, "%s", t->name);
	cr_assert_eq(out.len, t->frame.len, "%s", t->name);
	cr_assert_arr_eq(out.bytes, t->frame.bytes, out.len, "%s", t->name);
	expect_free(h, 4);
	harness_free(h);
}

Test(server, every_counter_has_a_name)
{
	for (int i = 0; i < COUNTER_COUNT; i++)
		cr_assert_not_null(counter_name((enum server_counter)i), "counter %d", i);
	cr_assert_null(counter_name(COUNTER_COUNT));
}
