// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mutated packets by the million: bits flipped, cut at any byte, with more options,
 * extension headers and tags.  Whatever they are, each has one outcome that is
 * counted, what is passed is as it came, and no session is left.
 *
 * FUZZ_PACKETS says how many of each protocol and family, if not half a million.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

#include "server-bpf/counters.h"
#include "tests/bpf/harness.h"
#include "tests/support/build.h"
#include "tests/support/random.h"
#include "wire/checksum.h"
#include "wire/revtr.h"

/* Short, so that there is always room for new sessions, and mutants of live ones. */
#define TIMEOUT_NS 50000000ull
#define SESSIONS   4096
#define SEEDS	   16
#define PACKETS	   500000
#define RESEED	   2048 /* packets from the same seeds */

struct kind {
	char name[16]; /* its own: a pointer would not survive the way to the test */
	uint8_t proto;
	bool is_v4;
};

/* Whatever ends the way of one packet: exactly one of them a packet. */
static const enum server_counter outcomes[] = {
	COUNT_PROBE,	    COUNT_RESPONSE,	     COUNT_BAD_TTL,
	COUNT_BAD_PROTO,    COUNT_BAD_OBJECT,	     COUNT_DUPLICATE,
	COUNT_FULL,	    COUNT_TARGET_FULL,	     COUNT_UNMATCHED,
	COUNT_BAD_SOURCE,   COUNT_BAD_DESTINATION,   COUNT_TRUNCATED_REQUEST,
	COUNT_BAD_CHECKSUM, COUNT_FRAGMENT,	     COUNT_OTHER,
	COUNT_NO_ROUTE,	    COUNT_RESPONSE_NO_ROUTE, COUNT_REWRITE_FAILED,
};

static uint64_t outcomes_sum(const struct harness *h)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		sum += harness_counter(h, outcomes[i], FAMILY_V4) +
		       harness_counter(h, outcomes[i], FAMILY_V6);
	return sum;
}

struct fuzz {
	const struct kind *kind;
	struct harness *h;
	struct random random;
	struct packet_bytes seeds[SEEDS]; /* requests, then answers to live probes */
	uint64_t ip_packets;		  /* that the program had to count */
	uint64_t sent;
};

static uint32_t dice(struct fuzz *f, uint32_t sides)
{
	return (uint32_t)(random_u64(&f->random) % sides);
}

static void insert_bytes(struct packet_bytes *p, size_t at, const void *bytes, size_t len)
{
	if (at > p->len || p->len + len > sizeof(p->bytes))
		return;
	memmove(p->bytes + at + len, p->bytes + at, p->len - at);
	memcpy(p->bytes + at, bytes, len);
	p->len += len;
}

static void flip_bits(struct fuzz *f, struct packet_bytes *p)
{
	for (uint32_t i = dice(f, 8) + 1; i > 0; i--) {
		uint32_t at = 12 + dice(f, (uint32_t)p->len - 12);

		p->bytes[at] ^= (uint8_t)(1 << dice(f, 8));
	}
}

static void cut(struct fuzz *f, struct packet_bytes *p)
{
	p->len = dice(f, (uint32_t)p->len) + 1;
}

static void add_tags(struct fuzz *f, struct packet_bytes *p)
{
	static const uint8_t tags[2][4] = { { 0x81, 0, 0, 5 }, { 0x88, 0xa8, 0, 6 } };

	for (uint32_t i = dice(f, 4); i > 0; i--)
		insert_bytes(p, 12, tags[dice(f, 2)], 4);
}

/* IPv4 options, IPv6 extension headers, often with lengths that lie. */
static void add_headers(struct fuzz *f, struct packet_bytes *p)
{
	static const uint8_t types[] = { 0, 43, 44, 50, 51, 59, 60, 135, 139, 140 };
	uint8_t bytes[40];

	if (p->len < 54)
		return;
	random_fill(&f->random, bytes, sizeof(bytes));
	if (f->kind->is_v4) {
		uint32_t words = dice(f, 11);

		p->bytes[14] = (uint8_t)(0x45 + words);
		p->bytes[17] = (uint8_t)(p->bytes[17] + 4 * words);
		insert_bytes(p, 34, bytes, 4 * (size_t)words);
		return;
	}
	for (uint32_t i = dice(f, 12); i > 0; i--) {
		bytes[0] = p->bytes[20];
		bytes[1] = dice(f, 4) ? 0 : (uint8_t)dice(f, 256);
		bytes[3] = (uint8_t)dice(f, 2);
		p->bytes[20] = types[dice(f, sizeof(types))];
		p->bytes[19] = (uint8_t)(p->bytes[19] + 8);
		insert_bytes(p, 54, bytes, 8);
	}
}

/* Half of the damaged ICMP messages sum up again: what is behind the check wants to be
 * reached, too. */
static void repair(struct fuzz *f, struct packet_bytes *p)
{
	size_t l4 = f->kind->is_v4 ? 34 : 54;
	struct csum sum = { 0 };
	be16 checksum;

	if (dice(f, 2) || p->len < l4 + 8)
		return;
	if (f->kind->is_v4) {
		memset(p->bytes + 24, 0, 2);
		checksum = csum_finish(csum_add(sum, p->bytes + 14, 20));
		memcpy(p->bytes + 24, &checksum, 2);
	} else {
		struct addr src, dst;

		memcpy(&src, p->bytes + 22, sizeof(src));
		memcpy(&dst, p->bytes + 38, sizeof(dst));
		sum = csum_pseudo(&src, &dst, p->bytes[20], (uint16_t)(p->len - l4));
	}
	if (p->bytes[f->kind->is_v4 ? 23 : 20] != (f->kind->is_v4 ? PROTO_ICMP : PROTO_ICMPV6))
		return;
	memset(p->bytes + l4 + 2, 0, 2);
	checksum = csum_finish(csum_add(sum, p->bytes + l4, (uint32_t)(p->len - l4)));
	memcpy(p->bytes + l4 + 2, &checksum, 2);
}

static struct packet_bytes mutate(struct fuzz *f)
{
	static void (*const mutations[])(struct fuzz *, struct packet_bytes *) = {
		flip_bits,
		cut,
		add_tags,
		add_headers,
	};
	struct packet_bytes p = f->seeds[dice(f, SEEDS)];

	for (uint32_t i = dice(f, 3) + 1; i > 0; i--) {
		uint32_t which = dice(f, 6);

		if (p.len > 14)
			mutations[which < 3 ? 0 : which - 2](f, &p);
	}
	if (p.len > 14)
		repair(f, &p);
	return p;
}

/* As the program sees it: which family is behind the tags, if any. */
static bool is_ip(const struct packet_bytes *p)
{
	size_t at = 12;

	for (int tags = 0; tags <= 2 && at + 2 <= p->len; tags++, at += 4) {
		unsigned int type = (unsigned int)p->bytes[at] << 8 | p->bytes[at + 1];

		if (type == ETHER_IPV4 || type == ETHER_IPV6)
			return true;
		if (type != ETHER_VLAN && type != ETHER_QINQ)
			return false;
	}
	return false;
}

/* New requests and answers to their probes, so that mutants find something live. */
static void reseed(struct fuzz *f)
{
	struct build_ip ip = { .src = f->kind->is_v4 ? "192.0.2.1" : "2001:db8::1",
			       .dst = f->kind->is_v4 ? "198.51.100.1" : "2001:db8::2" };
	const char *router = f->kind->is_v4 ? "203.0.113.7" : "2001:db8:7::1";
	uint8_t type = f->kind->is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED;

	for (size_t i = 0; i < SEEDS; i += 2) {
		struct packet_bytes probe, out;

		f->seeds[i] =
			build_request(&ip, (uint16_t)random_u64(&f->random), (uint8_t)dice(f, 30),
				      f->kind->proto, 33500, dice(f, 2) ? 24 : 0);
		f->ip_packets++;
		f->seeds[i + 1] = f->seeds[i];
		if (harness_run(f->h, &f->seeds[i], &probe) != HARNESS_SEND)
			continue;
		f->sent++;
		out = probe;
		if (i % 4 || f->kind->proto != PROTO_TCP || probe.len < 60) {
			f->seeds[i + 1] = build_error(router, ip.dst, type, 0, &probe, 0);
		} else {
			struct tcp_hdr tcp;

			memcpy(&tcp, out.bytes + (f->kind->is_v4 ? 34 : 54), sizeof(tcp));
			f->seeds[i + 1] = build_tcp(&ip, 33500, REVTR_PROBE_PORT,
						    be32_to(tcp.seq) + 1, TCP_RST | TCP_ACK);
		}
	}
}

/* Criterion keeps a message for each assertion that holds, too: a million are too many. */
#define MUST(condition, ...)                         \
	do {                                         \
		if (!(condition))                    \
			cr_assert_fail(__VA_ARGS__); \
	} while (0)

static void step(struct fuzz *f)
{
	struct packet_bytes in = mutate(f);
	struct packet_bytes out;
	enum harness_verdict verdict;

	/* The kernel's test run wants an Ethernet header and a whole IP header. */
	if (!harness_try(f->h, &in, &out, &verdict))
		return;
	f->ip_packets += is_ip(&in);
	f->sent += verdict == HARNESS_SEND;
	MUST(verdict == HARNESS_PASS || verdict == HARNESS_DROP || verdict == HARNESS_SEND,
	     "%s: verdict %d", f->kind->name, (int)verdict);
	if (verdict != HARNESS_PASS)
		return;
	MUST(out.len == in.len, "%s: length of what is passed", f->kind->name);
	MUST(memcmp(out.bytes, in.bytes, in.len) == 0, "%s: what is passed", f->kind->name);
}

/* Why was it not served? */
static void fail_by_counters(const struct fuzz *f, uint16_t id)
{
	char text[4096] = "";
	size_t len = 0;

	for (unsigned int i = 0; i < COUNTER_COUNT && len < sizeof(text); i++)
		for (unsigned int family = 0; family < FAMILY_COUNT && len < sizeof(text); family++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s %lu, ",
						counter_name((enum server_counter)i),
						(unsigned long)harness_counter(
							f->h, (enum server_counter)i, family));
	cr_assert_fail("%s: request %u: %s", f->kind->name, id, text);
}

/* All sessions end by age, as requests come by that clear them away: two at each. */
static void expect_nothing_left(struct fuzz *f)
{
	unsigned int left = harness_sessions(f->h);
	struct build_ip ip = { .src = "192.0.2.99", .dst = "198.51.100.1" };
	struct packet_bytes out;

	cr_assert_eq(left + harness_free_slots(f->h), SESSIONS);
	cr_assert_eq(harness_requests(f->h), left);
	harness_age(f->h, 4 * TIMEOUT_NS);
	for (uint16_t id = 0; id < SESSIONS; id++) {
		struct packet_bytes in = build_request(&ip, id, 3, PROTO_UDP, 33500, 0);

		if (harness_run(f->h, &in, &out) != HARNESS_SEND)
			fail_by_counters(f, id);
		f->ip_packets++;
		f->sent++;
	}
	cr_assert_eq(harness_counter(f->h, COUNT_PROBE, FAMILY_V4) +
			     harness_counter(f->h, COUNT_PROBE, FAMILY_V6),
		     harness_counter(f->h, COUNT_RESPONSE, FAMILY_V4) +
			     harness_counter(f->h, COUNT_RESPONSE, FAMILY_V6) +
			     harness_counter(f->h, COUNT_EXPIRED, FAMILY_V4) +
			     harness_counter(f->h, COUNT_EXPIRED, FAMILY_V6) +
			     harness_sessions(f->h));
}

ParameterizedTestParameters(fuzz, every_mutant_has_one_outcome)
{
	static struct kind kinds[] = {
		{ "UDP over IPv4", PROTO_UDP, true },	{ "TCP over IPv4", PROTO_TCP, true },
		{ "ICMP over IPv4", PROTO_ICMP, true }, { "UDP over IPv6", PROTO_UDP, false },
		{ "TCP over IPv6", PROTO_TCP, false },	{ "ICMPv6", PROTO_ICMPV6, false },
	};

	return cr_make_param_array(struct kind, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

ParameterizedTest(struct kind *kind, fuzz, every_mutant_has_one_outcome)
{
	static struct fuzz f;
	const char *wanted = getenv("FUZZ_PACKETS");
	unsigned long packets = wanted ? strtoul(wanted, NULL, 10) : PACKETS;
	uint64_t answered;

	f = (struct fuzz){ .kind = kind, .random = { kind->proto + 256u * kind->is_v4 } };
	f.h = harness_new(SESSIONS, TIMEOUT_NS);
	harness_own(f.h, "198.51.100.1");
	harness_own(f.h, "2001:db8::2");
	for (unsigned long i = 0; i < packets; i++) {
		if (i % RESEED == 0)
			reseed(&f);
		step(&f);
	}
	answered = harness_counter(f.h, COUNT_RESPONSE, kind->is_v4 ? FAMILY_V4 : FAMILY_V6);
	if (answered < packets / 1000)
		cr_assert_fail("%s: mutants reach nothing", kind->name);
	expect_nothing_left(&f);
	cr_assert_eq(outcomes_sum(f.h), f.ip_packets, "%s: outcomes", kind->name);
	harness_free(f.h);
}
