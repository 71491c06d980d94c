// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The captured conversations of the deployed server, replayed: each packet that
 * reached it runs through our program, and what our program sends must be what
 * it sent, but for random bytes and times.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bpf/harness.h"
#include "tests/bpf/translate.h"
#include "wire/checksum.h"
#include "wire/headers.h"
#include "wire/revtr.h"

static bool is_request(const struct view *v)
{
	const struct icmp_hdr *icmp = (const struct icmp_hdr *)v->l4;

	return v->proto == (v->is_v4 ? PROTO_ICMP : PROTO_ICMPV6) &&
	       icmp->type == (v->is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO) && icmp->code == 1;
}

static bool is_probe(const struct view *v)
{
	const struct udp_hdr *udp = (const struct udp_hdr *)v->l4;
	const struct icmp_hdr *icmp = (const struct icmp_hdr *)v->l4;

	if (v->proto == PROTO_UDP || v->proto == PROTO_TCP)
		return be16_to(udp->sport) == REVTR_PROBE_PORT;
	return icmp->type == (v->is_v4 ? ICMPV4_ECHO : ICMPV6_ECHO) && icmp->code == 0 &&
	       be16_to(icmp->seq) == REVTR_PROBE_SEQ;
}

/* A server's response and no kernel's echo: those repeat the request's protocol. */
static bool is_response(const struct view *v)
{
	const struct icmp_hdr *icmp = (const struct icmp_hdr *)v->l4;

	return v->proto == (v->is_v4 ? PROTO_ICMP : PROTO_ICMPV6) &&
	       icmp->type == (v->is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY) &&
	       icmp->code == 1 && (v->l4_len == 12 || v->l4_len == 36) && v->l4[9] == 0;
}

static void check_sums(const char *name, const struct packet_bytes *frame)
{
	struct view v;
	struct csum sum = { 0 };

	cr_assert(view_frame(frame, &v));
	if (v.is_v4) {
		cr_assert_eq(csum_folded(csum_add(sum, frame->bytes + sizeof(struct eth_hdr), 20)),
			     0xffff, "%s: IPv4 header checksum", name);
	}
	if (!v.is_v4 || v.proto != PROTO_ICMP)
		sum = csum_pseudo(&v.src, &v.dst, v.proto, (uint16_t)v.l4_len);
	/* A zero UDP checksum says that there is none. */
	if (v.proto == PROTO_UDP && v.l4[6] == 0 && v.l4[7] == 0)
		return;
	cr_assert_eq(csum_folded(csum_add(sum, v.l4, (uint32_t)v.l4_len)), 0xffff,
		     "%s: L4 checksum", name);
}

/* Blanks what each server chooses for itself: the identifier of a probe, what it puts
 * into bytes that were random, round trips; and the checksums over them. */
static void blank(struct packet_bytes *frame)
{
	struct view v;
	uint8_t *l4;

	cr_assert(view_frame(frame, &v));
	l4 = frame->bytes + v.l4_off;
	if (is_response(&v)) {
		memset(l4 + 2, 0, 2);
		if (v.l4_len == 36)
			memset(l4 + 28, 0, 4);
	} else if (v.proto == PROTO_TCP) {
		memset(l4 + 4, 0, 4);
		memset(l4 + 16, 0, 4);
		if (l4[12] >> 4 ==
		    sizeof(struct tcp_hdr) / 4) /* random data of a probe without SYN */
			memset(l4 + sizeof(struct tcp_hdr), 0, v.l4_len - sizeof(struct tcp_hdr));
	} else if (v.proto == PROTO_UDP) {
		memset(l4 + 6, 0, 10);
	} else {
		memset(l4 + 4, 0, 2);
		memset(l4 + 8, 0, 8);
	}
}

static void check_same(const char *name, size_t number, const struct packet_bytes *ours,
		       const struct packet_bytes *deployed)
{
	struct packet_bytes a = *ours;
	struct packet_bytes b = *deployed;

	cr_assert_eq(a.len, b.len, "%s, packet %zu: %zu bytes, deployed %zu", name, number, a.len,
		     b.len);
	blank(&a);
	blank(&b);
	for (size_t i = 0; i < a.len; i++)
		cr_assert_eq(a.bytes[i], b.bytes[i],
			     "%s, packet %zu, byte %zu: %02x, deployed %02x", name, number, i,
			     a.bytes[i], b.bytes[i]);
}

struct replay {
	const char *name;
	struct harness *h;
	struct capture_file file;
	size_t next_sent; /* first packet that the deployed server sent and we did not yet */
	struct translations translations;
	bool is_timed;
	uint8_t mac[6]; /* the server's */
	struct addr own;
};

static bool replay_is_outgoing(const struct replay *r, size_t i)
{
	return memcmp(r->file.packets[i].bytes + 6, r->mac, 6) == 0;
}

static const struct packet_bytes *replay_next_sent(struct replay *r)
{
	struct view v;

	while (r->next_sent < r->file.count) {
		size_t i = r->next_sent++;

		if (replay_is_outgoing(r, i) && view_frame(&r->file.packets[i], &v) &&
		    (is_probe(&v) || is_response(&v)))
			return &r->file.packets[i];
	}
	return NULL;
}

/* The server's MAC is where the first request goes to. */
static bool replay_find_mac(struct replay *r)
{
	struct view v;

	for (size_t i = 0; i < r->file.count; i++) {
		if (view_frame(&r->file.packets[i], &v) && is_request(&v)) {
			memcpy(r->mac, r->file.packets[i].bytes, 6);
			r->own = v.dst;
			return true;
		}
	}
	return false;
}

/* What lies behind the IP packet is the link's padding, and no part of a protocol. */
static void cut_padding(struct packet_bytes *frame)
{
	const struct eth_hdr *eth = (const struct eth_hdr *)frame->bytes;
	const struct ipv4_hdr *v4 = (const struct ipv4_hdr *)(eth + 1);
	const struct ipv6_hdr *v6 = (const struct ipv6_hdr *)(eth + 1);

	frame->len = sizeof(*eth) + (be16_to(eth->type) == ETHER_IPV4
					     ? be16_to(v4->total_len)
					     : sizeof(*v6) + be16_to(v6->payload_len));
}

static void replay_packet(struct replay *r, size_t i)
{
	struct packet_bytes in = r->file.packets[i];
	const struct packet_bytes *deployed;
	struct packet_bytes out;
	struct view v;

	translate_answer(&r->translations, &in);
	if (harness_run(r->h, &in, &out) != HARNESS_SEND)
		return;
	cut_padding(&out);
	check_sums(r->name, &out);
	deployed = replay_next_sent(r);
	cr_assert(deployed, "%s, packet %zu: we send, the deployed server does not", r->name, i);
	check_same(r->name, i, &out, deployed);
	if (view_frame(&out, &v) && !is_response(&v))
		translate_learn(&r->translations, deployed, &out);
}

static void replay_run(struct replay *r)
{
	uint64_t previous_us = 0;

	for (size_t i = 0; i < r->file.count; i++) {
		const struct packet_bytes *p = &r->file.packets[i];
		struct view v;

		if (replay_is_outgoing(r, i) || !view_frame(p, &v))
			continue;
		if (r->is_timed && previous_us)
			usleep((useconds_t)(p->at_us - previous_us));
		previous_us = p->at_us;
		replay_packet(r, i);
	}
	cr_assert_null(replay_next_sent(r), "%s: the deployed server sends more than we do",
		       r->name);
}

/* Captures that can't come out the same; docs/protocol.md has the meant ones. */
static bool is_deliberate(const char *name)
{
	static const char *const differs[] = {
		"main-err-mf-v4",	  /* fragments are passed on */
		"main-err-id0-tcp-v6.",	  /* recorded while identifier 0 was still live there */
		"main-err-badicmpsum-",	  /* damaged requests are passed on */
		"main-err-exthdr-dst-v6", /* extension headers are walked */
		"main-err-exthdr-hbh-v6",
		"indirect-err-badicmpsum-",    /* damaged requests are passed on */
		"indirect-err-dup-live-",      /* a request that comes twice is dropped */
		"indirect-err-mf-v4",	       /* fragments are passed on */
		"indirect-err-exthdr-frag-v6", /* likewise */
		"main-given-object-",	       /* an object is not ignored: its target is refused */
	};

	for (size_t i = 0; i < sizeof(differs) / sizeof(differs[0]); i++)
		if (strncmp(name, differs[i], strlen(differs[i])) == 0)
			return true;
	return false;
}

static void replay_capture(const char *name)
{
	uint64_t timeout_ns = strstr(name, "-timeout-") ? 200000000 : 60000000000ull;
	uint32_t sessions = strstr(name, "-full-n2") ? 2 : 5000;
	struct replay *r = calloc(1, sizeof(*r));

	cr_assert(r);
	r->name = name;
	r->file = capture_file_read(name);
	r->is_timed = strstr(name, "-timeout-") != NULL;
	if (replay_find_mac(r)) {
		struct server_config config = { .timeout_ns = timeout_ns,
						.sessions = sessions,
						.tcp_syn = !strstr(name, "-nosyn-"),
						.indirect = strstr(name, "-enabled-") != NULL };

		r->h = harness_new_with(&config);
		harness_own_address(r->h, &r->own);
		replay_run(r);
		harness_free(r->h);
	}
	capture_file_free(&r->file);
	free(r);
}

static void replay_all(const char *prefix, size_t at_least)
{
	char **names;
	size_t count = capture_names(prefix, ".server.pcap", &names);

	cr_assert_geq(count, at_least, "%zu captures of %s", count, prefix);
	for (size_t i = 0; i < count; i++)
		if (!is_deliberate(names[i]))
			replay_capture(names[i]);
	capture_names_free(names, count);
}

Test(golden_server, single_requests_and_answers)
{
	replay_all("main-err-", 80);
}

Test(golden_server, quotes_cut_at_every_length)
{
	replay_all("main-innercut", 10);
}

Test(golden_server, whole_traces)
{
	replay_all("main-asym-", 20);
	replay_all("main-ecmp-", 20);
}

Test(golden_server, other_conversations)
{
	replay_all("main-t5ns", 1);
	replay_all("main-tcp-open-port", 1);
}

Test(golden_server, fragments_reach_the_kernel)
{
	struct capture_file file = capture_file_read("main-err-mf-v4.server.pcap");
	struct harness *h = harness_new(8, 1000000000);
	struct packet_bytes out;
	struct view v;
	size_t requests = 0;

	for (size_t i = 0; i < file.count; i++) {
		if (!view_frame(&file.packets[i], &v) || !is_request(&v))
			continue;
		requests++;
		cr_assert_eq(harness_run(h, &file.packets[i], &out), HARNESS_PASS);
		cr_assert_eq(out.len, file.packets[i].len);
		cr_assert_arr_eq(out.bytes, file.packets[i].bytes, out.len);
	}
	cr_assert_eq(requests, 1);
	cr_assert_eq(harness_counter(h, COUNT_FRAGMENT, FAMILY_V4), 1);
	harness_free(h);
	capture_file_free(&file);
}

/* The indirect branch: it has identifiers of its own, so answers to its probes fit here. */
Test(golden_server, indirect_branch)
{
	replay_all("indirect-err-", 60);
	replay_all("indirect-asym-", 4);
	replay_all("indirect-nosyn-", 4);
}

/* Objects that are refused, or are none.  The targets of the others are private. */
Test(golden_server, objects)
{
	replay_all("indirect-obj-disabled-", 2);
	replay_all("indirect-obj-enabled-class3-", 2);
	replay_all("indirect-obj-enabled-ctype1-", 2);
	replay_all("indirect-obj-enabled-len20-", 2);
	replay_all("indirect-obj-enabled-ver1-", 2);
}
