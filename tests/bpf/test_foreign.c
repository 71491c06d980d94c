// SPDX-License-Identifier: GPL-2.0-or-later
/* What the server does not take for its own, and what it does not believe. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "server-bpf/addresses.h"
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
#define ROUTER_V6 "2001:db8:7::1"

enum { L4_V4 = 34, L4_V6 = 54 };

static const struct build_ip to_server = { .src = CLIENT, .dst = SERVER };
static const struct build_ip to_server_v6 = { .src = CLIENT_V6, .dst = SERVER_V6 };

static struct harness *start(void)
{
	struct harness *h = harness_new(64, 5 * SECOND);

	harness_own(h, SERVER);
	harness_own(h, SERVER_V6);
	return h;
}

static struct packet_bytes request(uint16_t id, uint8_t ttl, uint8_t proto)
{
	return build_request(&to_server, id, ttl, proto, 33500, 0);
}

/* Passed, unchanged, counted under this reason, and no session was taken or ended. */
static void expect_pass(struct harness *h, const struct packet_bytes *in, enum server_counter why)
{
	unsigned int family = in->bytes[12] == 0x86 ? FAMILY_V6 : FAMILY_V4;
	uint64_t before = harness_counter(h, why, family);
	unsigned int sessions = harness_sessions(h);
	struct packet_bytes out;

	cr_expect_eq(harness_run(h, in, &out), HARNESS_PASS);
	cr_expect_eq(out.len, in->len);
	cr_expect_arr_eq(out.bytes, in->bytes, out.len);
	cr_expect_eq(harness_counter(h, why, family), before + 1);
	cr_expect_eq(harness_sessions(h), sessions);
}

Test(foreign, request_for_another_host_passes)
{
	const struct build_ip transit = { .src = CLIENT, .dst = "198.51.100.2" };
	const struct build_ip broadcast = { .src = CLIENT, .dst = "198.51.100.255" };
	const struct build_ip transit_v6 = { .src = CLIENT_V6, .dst = "2001:db8::3" };
	const struct build_ip *const cases[] = { &transit, &broadcast, &transit_v6 };
	struct harness *h = start();

	for (size_t i = 0; i < 3; i++) {
		struct packet_bytes in = build_request(cases[i], 1, 3, PROTO_UDP, 33500, 0);

		expect_pass(h, &in, COUNT_BAD_DESTINATION);
		in = build_request(cases[i], 1, 0, PROTO_UDP, 33500, 0);
		expect_pass(h, &in, COUNT_BAD_DESTINATION);
	}
	harness_free(h);
}

/* Brings the loopback interface of the harness's namespace up, with one address more. */
static void loopback_up(const char *address)
{
	struct sockaddr_in more = { .sin_family = AF_INET };
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	request.ifr_flags = IFF_UP;
	cr_assert_eq(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	request = (struct ifreq){ .ifr_name = "lo:1" };
	cr_assert_eq(inet_pton(AF_INET, address, &more.sin_addr), 1);
	memcpy(&request.ifr_addr, &more, sizeof(more));
	cr_assert_eq(ioctl(fd, SIOCSIFADDR, &request), 0);
	close(fd);
}

/* The interface has them, but nobody else can mean this host by them. */
Test(foreign, request_to_the_loopback_address_passes)
{
	const struct build_ip to_loopback = { .src = CLIENT, .dst = "127.0.0.1" };
	const struct build_ip to_loopback_v6 = { .src = CLIENT_V6, .dst = "::1" };
	struct harness *h = harness_new(64, 5 * SECOND);
	struct packet_bytes in = request(1, 3, PROTO_UDP), out;
	struct addresses *addresses;

	loopback_up(SERVER);
	cr_assert_eq(addresses_open(harness_map(h, "own_addresses"), &addresses), 0);
	cr_expect_eq(harness_run(h, &in, &out), HARNESS_SEND);
	in = build_request(&to_loopback, 1, 3, PROTO_UDP, 33500, 0);
	expect_pass(h, &in, COUNT_BAD_DESTINATION);
	in = build_request(&to_loopback_v6, 1, 3, PROTO_UDP, 33500, 0);
	expect_pass(h, &in, COUNT_BAD_DESTINATION);
	addresses_close(addresses);
	harness_free(h);
}

Test(foreign, request_from_ourselves_passes)
{
	const struct build_ip own = { .src = SERVER, .dst = SERVER };
	const struct build_ip own_v6 = { .src = SERVER_V6, .dst = SERVER_V6 };
	struct harness *h = start();
	struct packet_bytes in = build_request(&own, 1, 3, PROTO_UDP, 33500, 0);

	expect_pass(h, &in, COUNT_BAD_SOURCE);
	in = build_request(&own_v6, 1, 3, PROTO_UDP, 33500, 0);
	expect_pass(h, &in, COUNT_BAD_SOURCE);
	harness_free(h);
}

/* The addresses have the same sum as those that they replace, and so the packet. */
Test(foreign, ipv4_addresses_in_ipv6_pass)
{
	static const struct {
		struct build_ip ip;
		size_t at;
		uint8_t mapped[16];
	} cases[] = {
		{ { .src = "2001:db8::9448", .dst = SERVER_V6 },
		  14 + 8,
		  { [10] = 0xff, 0xff, 192, 0, 2, 1 } },
		{ { .src = CLIENT_V6, .dst = "2001:db8::fc7b" },
		  14 + 24,
		  { [10] = 0xff, 0xff, 198, 51, 100, 1 } },
	};
	struct harness *h = start();
	struct packet_bytes out;

	harness_own(h, "2001:db8::fc7b");
	for (size_t i = 0; i < 2; i++) {
		struct packet_bytes in = build_request(&cases[i].ip, 1, 3, PROTO_UDP, 33500, 0);

		cr_expect_eq(harness_run(h, &in, &out), HARNESS_SEND);
		memcpy(in.bytes + cases[i].at, cases[i].mapped, sizeof(cases[i].mapped));
		expect_pass(h, &in, COUNT_OTHER);
	}
	harness_free(h);
}

/* Each bit of a request but those of the Ethernet header, and of what IP changes on its way. */
Test(foreign, damaged_request_is_never_served)
{
	struct harness *h = start();
	struct packet_bytes whole = build_request(&to_server, 1, 3, PROTO_UDP, 33500, 251), out;

	for (size_t bit = 14 * 8; bit < whole.len * 8; bit++) {
		struct packet_bytes in = whole;

		in.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_expect_eq(harness_run(h, &in, &out), HARNESS_PASS, "bit %zu of byte %zu",
			     bit % 8, bit / 8);
	}
	cr_expect_eq(harness_sessions(h), 0);
	cr_expect_eq(harness_run(h, &whole, &out), HARNESS_SEND);
	harness_free(h);
}

Test(foreign, damaged_answer_passes_and_ends_nothing)
{
	struct harness *h = start();
	struct packet_bytes in = request(1, 3, PROTO_UDP), probe, error;

	harness_run(h, &in, &probe);
	error = build_error(ROUTER, SERVER, ICMPV4_TIME_EXCEEDED, 0, &probe, 0);
	error.bytes[L4_V4 + 2] ^= 1;
	expect_pass(h, &error, COUNT_BAD_CHECKSUM);
	error.bytes[L4_V4 + 2] ^= 1;
	error.bytes[14 + 10] ^= 1; /* of the IP header */
	expect_pass(h, &error, COUNT_BAD_CHECKSUM);
	harness_free(h);
}

/* Changes one 16-bit word of the probe that an error quotes. */
static struct packet_bytes error_with(const struct packet_bytes *probe, bool is_v4, size_t at)
{
	struct packet_bytes changed = *probe;

	changed.bytes[at] ^= 0x10;
	return build_error(is_v4 ? ROUTER : ROUTER_V6, is_v4 ? SERVER : SERVER_V6,
			   is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED, 0, &changed, 0);
}

/* A forger has to know the identifier, and the flow, both addresses and the protocol, too. */
Test(foreign, error_that_does_not_fit_in_everything_passes)
{
	static const struct {
		uint8_t proto, proto_v6;
		size_t places[3]; /* in L4: identifier, flow, a byte more of the identifier */
	} kinds[] = {
		{ PROTO_UDP, PROTO_UDP, { 7, 3, 6 } },
		{ PROTO_TCP, PROTO_TCP, { 7, 3, 4 } },
		{ PROTO_ICMP, PROTO_ICMPV6, { 5, 3, 4 } },
	};
	struct harness *h = start();

	for (size_t i = 0; i < 6; i++) {
		bool is_v4 = i % 2;
		size_t l4 = is_v4 ? L4_V4 : L4_V6;
		size_t source = is_v4 ? 14 + 12 + 3 : 14 + 8 + 15;
		size_t target = is_v4 ? 14 + 16 + 3 : 14 + 24 + 15;
		struct packet_bytes in, probe, error, out;

		in = build_request(is_v4 ? &to_server : &to_server_v6, (uint16_t)(i + 1), 3,
				   is_v4 ? kinds[i / 2].proto : kinds[i / 2].proto_v6, 33500, 0);
		cr_assert_eq(harness_run(h, &in, &probe), HARNESS_SEND);
		for (size_t k = 0; k < 3; k++) {
			error = error_with(&probe, is_v4, l4 + kinds[i / 2].places[k]);
			expect_pass(h, &error, COUNT_UNMATCHED);
		}
		error = error_with(&probe, is_v4, target);
		expect_pass(h, &error, COUNT_UNMATCHED);
		error = error_with(&probe, is_v4, source);
		expect_pass(h, &error, COUNT_OTHER);
		error = build_error(is_v4 ? ROUTER : ROUTER_V6, is_v4 ? SERVER : SERVER_V6,
				    is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED, 0, &probe,
				    0);
		cr_expect_eq(harness_run(h, &error, &out), HARNESS_SEND, "kind %zu", i);
	}
	harness_free(h);
}

/* No probe has the flow 0: it does not stand for one that the error leaves open. */
Test(foreign, error_that_quotes_no_flow_passes)
{
	static const uint8_t protos[] = { PROTO_UDP, PROTO_TCP, PROTO_ICMP };
	static const uint8_t protos_v6[] = { PROTO_UDP, PROTO_TCP, PROTO_ICMPV6 };
	struct harness *h = start();

	for (uint16_t i = 0; i < 6; i++) {
		bool is_v4 = i % 2;
		struct packet_bytes in =
			build_request(is_v4 ? &to_server : &to_server_v6, i, 3,
				      (is_v4 ? protos : protos_v6)[i / 2], 33500, 0);
		struct packet_bytes probe, error;

		cr_assert_eq(harness_run(h, &in, &probe), HARNESS_SEND);
		memset(probe.bytes + (is_v4 ? L4_V4 : L4_V6) + 2, 0, 2);
		error = build_error(is_v4 ? ROUTER : ROUTER_V6, is_v4 ? SERVER : SERVER_V6,
				    is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED, 0, &probe,
				    0);
		expect_pass(h, &error, COUNT_UNMATCHED);
	}
	harness_free(h);
}

Test(foreign, error_sent_to_another_address_of_ours_passes)
{
	struct harness *h = start();
	struct packet_bytes in = request(1, 3, PROTO_UDP), probe, error;

	harness_own(h, "198.51.100.2");
	harness_run(h, &in, &probe);
	error = build_error(ROUTER, "198.51.100.2", ICMPV4_TIME_EXCEEDED, 0, &probe, 0);
	expect_pass(h, &error, COUNT_OTHER);
	harness_free(h);
}

Test(foreign, segment_from_another_port_or_for_another_number_passes)
{
	struct harness *h = start();
	struct packet_bytes in = request(1, 3, PROTO_TCP), probe, segment, out;
	struct tcp_hdr tcp;
	uint32_t ack;

	harness_run(h, &in, &probe);
	memcpy(&tcp, probe.bytes + L4_V4, sizeof(tcp));
	ack = be32_to(tcp.seq) + 1;
	segment = build_tcp(&to_server, 33501, REVTR_PROBE_PORT, ack, TCP_RST | TCP_ACK);
	expect_pass(h, &segment, COUNT_UNMATCHED);
	/* The deployed server looks at the lower half only. */
	segment = build_tcp(&to_server, 33500, REVTR_PROBE_PORT, ack ^ 0x10000, TCP_RST | TCP_ACK);
	expect_pass(h, &segment, COUNT_UNMATCHED);
	segment = build_tcp(&to_server, 33500, REVTR_PROBE_PORT, ack, TCP_ACK);
	expect_pass(h, &segment, COUNT_OTHER);
	segment = build_tcp(&to_server, 33500, REVTR_PROBE_PORT, ack, TCP_RST | TCP_ACK);
	cr_expect_eq(harness_run(h, &segment, &out), HARNESS_SEND);
	harness_free(h);
}

Test(foreign, probe_without_syn_is_answered_by_what_acknowledges_its_data)
{
	struct server_config config = { .timeout_ns = SECOND, .sessions = 8 };
	struct harness *h = harness_new_with(&config);
	struct packet_bytes in = request(1, 3, PROTO_TCP), probe, segment, out;
	struct tcp_hdr tcp;

	harness_own(h, SERVER);
	cr_assert_eq(harness_run(h, &in, &probe), HARNESS_SEND);
	memcpy(&tcp, probe.bytes + L4_V4, sizeof(tcp));
	cr_expect_eq(probe.len, L4_V4 + sizeof(tcp) + REVTR_PROBE_DATA_LEN);
	cr_expect_eq(tcp.flags, 0);
	cr_expect_eq(tcp.data_off, sizeof(tcp) / 4 << 4);
	segment = build_tcp(&to_server, 33500, REVTR_PROBE_PORT, be32_to(tcp.seq) + 1,
			    TCP_RST | TCP_ACK);
	expect_pass(h, &segment, COUNT_UNMATCHED);
	segment = build_tcp(&to_server, 33500, REVTR_PROBE_PORT,
			    be32_to(tcp.seq) + REVTR_PROBE_DATA_LEN, TCP_RST | TCP_ACK);
	cr_expect_eq(harness_run(h, &segment, &out), HARNESS_SEND);
	harness_free(h);
}
