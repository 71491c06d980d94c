// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets with more headers than usual: VLAN tags, IPv4 options, IPv6 extensions. */
#include <criterion/criterion.h>
#include <string.h>

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

static const struct build_ip to_server = { .src = CLIENT, .dst = SERVER };
static const struct build_ip to_server_v6 = { .src = CLIENT_V6, .dst = SERVER_V6 };

static struct harness *start(void)
{
	struct harness *h = harness_new(256, 5 * SECOND);

	harness_own(h, SERVER);
	harness_own(h, SERVER_V6);
	return h;
}

/* Puts bytes into a frame. */
static void insert(struct packet_bytes *frame, size_t at, const void *bytes, size_t len)
{
	cr_assert_leq(frame->len + len, sizeof(frame->bytes));
	memmove(frame->bytes + at + len, frame->bytes + at, frame->len - at);
	memcpy(frame->bytes + at, bytes, len);
	frame->len += len;
}

static const uint8_t tags[] = { 0x88, 0xa8, 0x20, 0x05, 0x81, 0x00, 0x00, 0x07, 0x81, 0x00, 0, 9 };

/* Outermost first; at most three. */
static struct packet_bytes tagged(const struct packet_bytes *frame, size_t count)
{
	struct packet_bytes with = *frame;

	insert(&with, 12, tags, 4 * count);
	return with;
}

/* The tags that are in the frame: the outermost is beside it where the program put it, and
 * becomes part of it when it leaves. */
static void expect_tags(const struct packet_bytes *frame, size_t count)
{
	size_t inside = count ? count - 1 : 0;

	cr_assert_arr_eq(frame->bytes + 12, tags + 4, 4 * inside);
	cr_assert(frame->bytes[12 + 4 * inside] == 0x08 || frame->bytes[12 + 4 * inside] == 0x86);
}

/* A request and a router's answer, with so many tags in the packet: both come back with
 * the same tags. */
static void talk_tagged(struct harness *h, const struct build_ip *ip, uint16_t id, uint8_t proto,
			size_t count)
{
	bool is_v4 = !strchr(ip->src, ':');
	size_t inside = count ? 4 * (count - 1) : 0;
	struct packet_bytes in = build_request(ip, id, 3, proto, 33500, 0);
	struct packet_bytes probe, error, out;

	in = tagged(&in, count);
	cr_assert_eq(harness_run(h, &in, &probe), HARNESS_SEND, "%zu tags", count);
	expect_tags(&probe, count);
	/* Without tags, as build_error() wants it. */
	memmove(probe.bytes + 12, probe.bytes + 12 + inside, probe.len - 12 - inside);
	probe.len -= inside;
	error = build_error(is_v4 ? ROUTER : ROUTER_V6, ip->dst,
			    is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED, 0, &probe, 0);
	error = tagged(&error, count);
	cr_assert_eq(harness_run(h, &error, &out), HARNESS_SEND);
	expect_tags(&out, count);
	cr_assert_eq(out.len, (is_v4 ? 34u : 54u) + REVTR_ANSWER_LEN + inside);
}

Test(frames, vlan_tags_in_the_packet_come_back)
{
	static const uint8_t protos[] = { PROTO_UDP, PROTO_TCP, 0 };
	struct harness *h = start();
	uint16_t id = 1;

	for (size_t count = 0; count <= 2; count++)
		for (size_t i = 0; i < 3; i++) {
			talk_tagged(h, &to_server, id++, protos[i], count);
			talk_tagged(h, &to_server_v6, id++, protos[i], count);
		}
	cr_expect_eq(harness_sessions(h), 0);
	harness_free(h);
}

Test(frames, more_tags_than_two_pass)
{
	struct harness *h = start();
	struct packet_bytes in = build_request(&to_server, 1, 3, PROTO_UDP, 33500, 0), out;

	in = tagged(&in, 3);
	cr_expect_eq(harness_run(h, &in, &out), HARNESS_PASS);
	cr_expect_arr_eq(out.bytes, in.bytes, in.len);
	harness_free(h);
}

/* Options in the request, in the error, and in the packet that it quotes. */
Test(frames, ipv4_options_anywhere)
{
	struct harness *h = start();

	for (uint8_t options = 0; options <= 40; options += 4) {
		struct build_ip asked = to_server;
		struct build_ip error_ip = { .src = ROUTER, .dst = SERVER, .options = options };
		struct packet_bytes in, probe, error, out;
		uint8_t nops[40];

		asked.options = options;
		memset(nops, 1, sizeof(nops));
		in = build_request(&asked, options, 3, PROTO_UDP, 33500, 0);
		cr_assert_eq(harness_run(h, &in, &probe), HARNESS_SEND, "%u bytes", options);
		cr_assert_eq(probe.bytes[14], IPV4_VER_IHL);
		/* A router that records its address in the probe would quote it so. */
		probe.bytes[14] = (uint8_t)(IPV4_VER_IHL + options / 4);
		insert(&probe, 34, nops, options);
		error = build_icmp(&error_ip, ICMPV4_TIME_EXCEEDED, 0, be16_from(0), be16_from(0),
				   probe.bytes + 14, 28u + options);
		cr_assert_eq(harness_run(h, &error, &out), HARNESS_SEND, "%u bytes", options);
		cr_assert_eq(out.len, 34 + REVTR_ANSWER_LEN);
	}
	harness_free(h);
}

/* --- IPv6 extension headers --------------------------------------------------- */

struct chain {
	const char *name;
	uint8_t first;
	uint8_t len;
	uint8_t bytes[80]; /* the byte for what follows is 0xff */
	bool served;
};

#define PAD(n)	0x01, (n) /* PadN */
#define OPTIONS 0, PAD(4), 0, 0, 0, 0

static const struct chain chains[] = {
	{ "hop-by-hop", 0, 8, { 0xff, OPTIONS }, true },
	{ "destination options", 60, 8, { 0xff, OPTIONS }, true },
	{ "destination options, 16 bytes", 60, 16, { 0xff, 1, PAD(12) }, true },
	{ "routing, at its end", 43, 8, { 0xff, 0, 4, 0 }, true },
	{ "routing, still under way", 43, 8, { 0xff, 0, 4, 1 }, false },
	{ "authentication", 51, 12, { 0xff, 1 }, true },
	{ "mobility", 135, 8, { 0xff, 0 }, true },
	{ "hop-by-hop, routing, destination",
	  0,
	  24,
	  { 43, OPTIONS, 60, 0, 4, 0, 0, 0, 0, 0, 0xff, OPTIONS },
	  true },
	{ "eight of them",
	  60,
	  64,
	  { 60, OPTIONS, 60, OPTIONS, 60, OPTIONS, 60, OPTIONS, 60, OPTIONS, 60, OPTIONS, 60,
	    OPTIONS, 0xff, OPTIONS },
	  true },
	{ "nine of them",
	  60,
	  72,
	  { 60, OPTIONS, 60, OPTIONS, 60, OPTIONS, 60, OPTIONS, 60, OPTIONS, 60, OPTIONS, 60,
	    OPTIONS, 60, OPTIONS, 0xff, OPTIONS },
	  false },
	{ "encrypted", 50, 8, { 0xff, 0 }, false },
	{ "nothing", 59, 8, { 0xff, 0 }, false },
	{ "fragment", 44, 8, { 0xff, 0, 0, 1 }, false },
	{ "atomic fragment", 44, 8, { 0xff, 0, 0, 0 }, false },
	{ "longer than the packet", 60, 8, { 0xff, 200, PAD(4) }, false },
};

static void put_chain(struct packet_bytes *frame, const struct chain *c)
{
	struct ipv6_hdr *ip = (struct ipv6_hdr *)(frame->bytes + 14);
	uint8_t bytes[80];

	for (size_t i = 0; i < c->len; i++)
		bytes[i] = c->bytes[i] == 0xff ? ip->next : c->bytes[i];
	ip->next = c->first;
	ip->payload_len = be16_from((uint16_t)(be16_to(ip->payload_len) + c->len));
	insert(frame, 54, bytes, c->len);
}

Test(frames, extension_headers_are_walked_so_far_as_they_say_something)
{
	struct harness *h = start();

	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		const struct chain *c = &chains[i];
		struct packet_bytes in, probe, error, out;

		in = build_request(&to_server_v6, (uint16_t)i, 3, PROTO_UDP, 33500, 0);
		put_chain(&in, c);
		cr_expect_eq(harness_run(h, &in, &probe), c->served ? HARNESS_SEND : HARNESS_PASS,
			     "%s", c->name);
		if (!c->served) {
			cr_expect_arr_eq(probe.bytes, in.bytes, in.len, "%s", c->name);
			continue;
		}
		cr_expect_eq(probe.len, 54 + 16, "%s", c->name);
		/* In the error, and in the packet that it quotes. */
		put_chain(&probe, c);
		error = build_error(ROUTER_V6, SERVER_V6, ICMPV6_TIME_EXCEEDED, 0, &probe, 0);
		put_chain(&error, c);
		cr_expect_eq(harness_run(h, &error, &out), HARNESS_SEND, "%s: answer", c->name);
		cr_expect_eq(out.len, 54 + REVTR_ANSWER_LEN, "%s", c->name);
	}
	cr_expect_eq(harness_sessions(h), 0);
	cr_expect_eq(harness_counter(h, COUNT_FRAGMENT, FAMILY_V6), 2);
	harness_free(h);
}

/* A jumbo frame is summed as a whole, and served. */
Test(frames, requests_of_any_length_up_to_a_jumbo_frame)
{
	static const size_t lengths[] = { 4, 5, 115, 116, 117, 243, 244, 245, 1472, 1500 };
	struct harness *h = start();

	for (uint16_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		uint8_t body[1500] = { 3, PROTO_UDP, 0x82, 0xdc };
		struct packet_bytes in, out;

		memset(body + 4, 0x72, sizeof(body) - 4);
		in = build_icmp(&to_server, ICMPV4_ECHO, REVTR_ICMP_CODE, be16_from(i),
				be16_from(0), body, lengths[i]);
		cr_expect_eq(harness_run(h, &in, &out), HARNESS_SEND, "%zu bytes", lengths[i]);
		in.bytes[in.len - 1] ^= 1;
		cr_expect_eq(harness_run(h, &in, &out), HARNESS_PASS, "%zu bytes", lengths[i]);
	}
	harness_free(h);
}
