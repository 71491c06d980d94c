// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rate limits and padding.  Gaps are so long that no time passes by itself: a test
 * that wants time to pass moves the bucket's moment back.
 */
#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <pthread.h>
#include <string.h>

#include "base/addr_text.h"
#include "tests/bpf/harness.h"
#include "tests/support/build.h"
#include "wire/checksum.h"
#include "wire/headers.h"
#include "wire/revtr.h"

#define SECOND 1000000000ull
#define GAP    (1000 * SECOND)

static struct limit_rate rate_of(uint64_t burst)
{
	return (struct limit_rate){ .gap_ns = GAP, .room_ns = (burst - 1) * GAP };
}

static struct harness *limited(const struct limit_config *limit)
{
	struct server_config config = {
		.timeout_ns = 5 * SECOND,
		.sessions = 64,
		.secret = { 1, 2 },
		.tcp_syn = 1,
		.limit = *limit,
	};

	struct harness *h = harness_new_with(&config);

	harness_own(h, "198.51.100.1");
	harness_own(h, "2001:db8:ffff::1");
	return h;
}

static const char *server_for(const char *source)
{
	return strchr(source, ':') ? "2001:db8:ffff::1" : "198.51.100.1";
}

/* TTL 0: is served without a session, as often as one likes. */
static struct packet_bytes check_from(const char *source)
{
	struct build_ip ip = { .src = source, .dst = server_for(source) };

	return build_request(&ip, 1, 0, PROTO_UDP, 33500, 0);
}

static bool is_served(struct harness *h, const char *source)
{
	struct packet_bytes in = check_from(source), out;
	enum harness_verdict verdict = harness_run(h, &in, &out);

	cr_assert(verdict == HARNESS_SEND || verdict == HARNESS_DROP, "%s: verdict %d", source,
		  verdict);
	return verdict == HARNESS_SEND;
}

static unsigned int served(struct harness *h, const char *source, unsigned int requests)
{
	unsigned int count = 0;

	while (requests--)
		count += is_served(h, source);
	return count;
}

/* Lets time pass for the bucket of a prefix. */
static void pass(struct harness *h, const char *prefix, uint64_t ns)
{
	int fd = harness_map(h, "limit_sources");
	struct addr key;
	uint64_t paid_ns;

	cr_assert(addr_from_text(prefix, &key));
	cr_assert_eq(bpf_map_lookup_elem(fd, &key, &paid_ns), 0, "%s has no bucket", prefix);
	paid_ns -= ns;
	cr_assert_eq(bpf_map_update_elem(fd, &key, &paid_ns, BPF_EXIST), 0);
}

static void pass_shared(struct harness *h, enum limit_shared which, uint64_t ns)
{
	int fd = harness_map(h, "limit_shared");
	uint32_t index = which;
	uint64_t paid_ns;

	cr_assert_eq(bpf_map_lookup_elem(fd, &index, &paid_ns), 0);
	paid_ns -= ns;
	cr_assert_eq(bpf_map_update_elem(fd, &index, &paid_ns, BPF_EXIST), 0);
}

struct net {
	char prefix[40]; /* its lowest address */
	char one[40], other[40];
	char outside[40];
	unsigned int family;
};

ParameterizedTestParameters(limit, a_network_has_one_bucket)
{
	static struct net nets[] = {
		{ "192.0.2.0", "192.0.2.1", "192.0.2.254", "192.0.3.1", FAMILY_V4 },
		{ "2001:db8:7::", "2001:db8:7::1", "2001:db8:7:ffff:ffff::2", "2001:db8:8::1",
		  FAMILY_V6 },
	};

	return cr_make_param_array(struct net, nets, 2);
}

ParameterizedTest(struct net *net, limit, a_network_has_one_bucket)
{
	struct harness *h =
		limited(&(struct limit_config){ .source = rate_of(5), .newcomers = rate_of(100) });

	cr_expect_eq(served(h, net->one, 3), 3);
	cr_expect_eq(served(h, net->other, 10), 2, "the burst is not the network's");
	cr_expect_eq(harness_counter(h, COUNT_SOURCE_LIMIT, net->family), 8);
	cr_expect_eq(served(h, net->outside, 10), 5, "somebody else's bucket");
	pass(h, net->prefix, GAP);
	cr_expect_eq(served(h, net->one, 10), 1, "one gap is one token");
	pass(h, net->prefix, GAP / 2);
	cr_expect_eq(served(h, net->one, 10), 0);
	pass(h, net->prefix, GAP / 2);
	cr_expect_eq(served(h, net->one, 10), 1);
	pass(h, net->prefix, 3 * GAP);
	cr_expect_eq(served(h, net->other, 10), 3);
	cr_expect_eq(harness_counter(h, COUNT_NEWCOMER_LIMIT, net->family), 0);
	harness_free(h);
}

Test(limit, a_bucket_holds_no_more_than_the_burst)
{
	struct harness *h =
		limited(&(struct limit_config){ .source = rate_of(5), .newcomers = rate_of(100) });
	uint64_t long_ago = 1;
	struct addr key;

	cr_expect_eq(served(h, "192.0.2.1", 5), 5);
	cr_assert(addr_from_text("192.0.2.0", &key));
	cr_assert_eq(
		bpf_map_update_elem(harness_map(h, "limit_sources"), &key, &long_ago, BPF_EXIST),
		0);
	cr_expect_eq(served(h, "192.0.2.1", 10), 5);
	harness_free(h);
}

Test(limit, all_sources_share_the_total)
{
	struct harness *h = limited(&(struct limit_config){ .total = rate_of(4) });

	cr_expect_eq(served(h, "192.0.2.1", 3), 3);
	cr_expect_eq(served(h, "2001:db8::1", 3), 1);
	cr_expect_eq(served(h, "203.0.113.1", 3), 0);
	cr_expect_eq(harness_counter(h, COUNT_TOTAL_LIMIT, FAMILY_V6), 2);
	cr_expect_eq(harness_counter(h, COUNT_TOTAL_LIMIT, FAMILY_V4), 3);
	pass_shared(h, LIMIT_TOTAL, 2 * GAP);
	cr_expect_eq(served(h, "203.0.113.1", 3), 2);
	harness_free(h);
}

Test(limit, who_asks_too_often_takes_nothing_from_the_total)
{
	struct harness *h = limited(&(struct limit_config){
		.source = rate_of(2), .newcomers = rate_of(100), .total = rate_of(4) });

	cr_expect_eq(served(h, "192.0.2.1", 100), 2);
	cr_expect_eq(served(h, "203.0.113.1", 100), 2);
	cr_expect_eq(harness_counter(h, COUNT_TOTAL_LIMIT, FAMILY_V4), 0);
	harness_free(h);
}

/* Gives an IPv4 packet another source, with the right header checksum. */
static void forge_source(struct packet_bytes *frame, be32 source)
{
	struct ipv4_hdr ip;

	memcpy(&ip, frame->bytes + sizeof(struct eth_hdr), sizeof(ip));
	ip.src = source;
	ip.checksum = be16_from(0);
	ip.checksum = csum_finish(csum_add((struct csum){ 0 }, &ip, sizeof(ip)));
	memcpy(frame->bytes + sizeof(struct eth_hdr), &ip, sizeof(ip));
}

/* A flood of sources that are new each time. */
static unsigned int flood(struct harness *h, uint32_t first, uint32_t count)
{
	struct packet_bytes in = check_from("10.0.0.1"), out;
	unsigned int served_count = 0;

	for (uint32_t i = first; i < first + count; i++) {
		forge_source(&in, be32_from(0x0b000000 + (i << 8)));
		served_count += harness_run(h, &in, &out) == HARNESS_SEND;
	}
	return served_count;
}

Test(limit, newcomers_do_not_displace_who_was_there)
{
	struct harness *h = limited(
		&(struct limit_config){ .source = rate_of(1000), .newcomers = rate_of(10) });

	cr_expect(is_served(h, "192.0.2.1"));
	cr_expect_eq(flood(h, 0, 200000), 9, "of the ten newcomers one was there");
	cr_expect_eq(harness_counter(h, COUNT_NEWCOMER_LIMIT, FAMILY_V4), 200000 - 9);
	cr_expect_eq(served(h, "192.0.2.1", 10), 10, "pushed out by the flood");
	pass_shared(h, LIMIT_NEWCOMERS, 3 * GAP);
	cr_expect_eq(flood(h, 300000, 10), 3);
	harness_free(h);
}

Test(limit, a_newcomer_that_asks_again_is_let_in)
{
	struct harness *h = limited(&(struct limit_config){
		.source = rate_of(1000), .newcomers = rate_of(2), .seed = 0x123456789abcdef });

	cr_expect(is_served(h, "192.0.2.1"));
	cr_expect(is_served(h, "192.0.3.1"));
	cr_expect(!is_served(h, "203.0.113.1"));
	cr_expect(!is_served(h, "2001:db8::1"));
	cr_expect_eq(flood(h, 0, 1000), 0, "strangers are taken for others");
	cr_expect(!is_served(h, "203.0.113.2"), "let in by its neighbour's mark");
	cr_expect_eq(served(h, "203.0.113.1", 10), 10);
	cr_expect_eq(served(h, "203.0.113.2", 10), 10, "now the network is known");
	cr_expect_eq(served(h, "2001:db8::1", 10), 10);
	/* These were two, and that is what newcomers may by their marks, too. */
	cr_expect_eq(served(h, "198.18.0.1", 5), 0);
	pass_shared(h, LIMIT_MARKED, GAP);
	cr_expect_eq(served(h, "198.18.0.1", 5), 5);
	harness_free(h);
}

/* A flood that lasts would else be known everywhere in the end. */
Test(limit, who_is_silent_as_long_as_a_session_lives_is_a_newcomer_again)
{
	struct harness *h =
		limited(&(struct limit_config){ .source = rate_of(5), .newcomers = rate_of(1) });

	cr_expect_eq(served(h, "192.0.2.1", 2), 2);
	pass(h, "192.0.2.0", 2 * GAP + 4 * SECOND);
	cr_expect_eq(served(h, "192.0.2.1", 1), 1, "forgotten too early");
	pass(h, "192.0.2.0", GAP + 5 * SECOND);
	cr_expect(!is_served(h, "192.0.2.1"), "known for ever");
	cr_expect_eq(harness_counter(h, COUNT_NEWCOMER_LIMIT, FAMILY_V4), 1);
	/* It asks again, finds its mark, and has its whole burst. */
	cr_expect_eq(served(h, "192.0.2.1", 10), 5);
	cr_expect_eq(harness_counter(h, COUNT_SOURCE_LIMIT, FAMILY_V4), 5);
	harness_free(h);
}

Test(limit, off_is_off)
{
	struct harness *h = limited(&(struct limit_config){ .newcomers = rate_of(1) });

	cr_expect_eq(flood(h, 0, 5000), 5000);
	cr_expect_eq(served(h, "192.0.2.1", 5000), 5000);
	harness_free(h);
}

/* --- several CPUs --- */

#define THREADS 4
#define ROUNDS	20000

struct runner {
	struct harness *harness;
	struct packet_bytes in;
	unsigned int served;
	pthread_t thread;
};

static void *runner_run(void *arg)
{
	struct runner *me = arg;
	struct packet_bytes out;

	for (int i = 0; i < ROUNDS; i++)
		me->served += harness_run(me->harness, &me->in, &out) == HARNESS_SEND;
	return NULL;
}

static unsigned int served_at_once(struct harness *h, const char *source)
{
	struct runner runners[THREADS];
	unsigned int count = 0;

	for (int i = 0; i < THREADS; i++) {
		runners[i] = (struct runner){ .harness = h, .in = check_from(source) };
		cr_assert_eq(pthread_create(&runners[i].thread, NULL, runner_run, &runners[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(runners[i].thread, NULL);
		count += runners[i].served;
	}
	return count;
}

Test(limit, no_token_is_taken_twice_or_lost_on_several_cpus)
{
	struct harness *h = limited(&(struct limit_config){ .total = rate_of(30000) });

	cr_expect_eq(served_at_once(h, "192.0.2.1"), 30000);
	harness_free(h);
	h = limited(&(struct limit_config){ .source = rate_of(30000), .newcomers = rate_of(1) });
	cr_assert(is_served(h, "192.0.2.1"));
	cr_expect_eq(served_at_once(h, "192.0.2.1"), 29999);
	harness_free(h);
}

/* --- padding --- */

struct paid {
	char source[40];
	uint8_t proto;
	unsigned int family;
};

ParameterizedTestParameters(limit, padding_pays_for_every_packet)
{
	static struct paid paid[] = {
		{ "192.0.2.1", PROTO_UDP, FAMILY_V4 },	    { "192.0.2.1", PROTO_TCP, FAMILY_V4 },
		{ "192.0.2.1", PROTO_ICMP, FAMILY_V4 },	    { "192.0.2.1", 0, FAMILY_V4 },
		{ "2001:db8::1", PROTO_UDP, FAMILY_V6 },    { "2001:db8::1", PROTO_TCP, FAMILY_V6 },
		{ "2001:db8::1", PROTO_ICMPV6, FAMILY_V6 },
	};

	return cr_make_param_array(struct paid, paid, sizeof(paid) / sizeof(paid[0]));
}

static struct packet_bytes padded(const struct paid *paid, uint16_t id, size_t icmp_len)
{
	struct build_ip ip = { .src = paid->source, .dst = server_for(paid->source) };
	size_t bare = sizeof(struct icmp_hdr) + sizeof(struct revtr_request);

	return build_request(&ip, id, 3, paid->proto, 33500, icmp_len - bare);
}

ParameterizedTest(struct paid *paid, limit, padding_pays_for_every_packet)
{
	struct harness *h = limited(&(struct limit_config){ .require_padding = 1 });
	bool is_v4 = paid->family == FAMILY_V4;
	uint32_t least = revtr_padded_len(is_v4, paid->proto);
	struct packet_bytes bare = padded(paid, 1, 12), less = padded(paid, 2, least - 1);
	struct packet_bytes enough = padded(paid, 3, least), out, error, response;
	struct packet_bytes check = check_from(paid->source);
	size_t sent;
	const char *router = is_v4 ? "203.0.113.7" : "2001:db8:9::7";

	cr_expect_eq(harness_run(h, &bare, &out), HARNESS_DROP);
	cr_expect_eq(harness_run(h, &less, &out), HARNESS_DROP);
	cr_expect_eq(harness_counter(h, COUNT_UNPADDED, paid->family), 2);
	cr_expect_eq(harness_sessions(h), 0);
	cr_assert_eq(harness_run(h, &enough, &out), HARNESS_SEND);
	sent = out.len - sizeof(struct eth_hdr);
	error = build_error(router, server_for(paid->source),
			    is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED, 0, &out, 0);
	cr_assert_eq(harness_run(h, &error, &response), HARNESS_SEND);
	sent += response.len - sizeof(struct eth_hdr);
	cr_expect_leq(sent, enough.len - sizeof(struct eth_hdr), "%zu bytes are sent", sent);
	/* A refusal is no longer than what it refuses. */
	cr_assert_eq(harness_run(h, &check, &out), HARNESS_SEND);
	cr_expect_leq(out.len, check.len);
	harness_free(h);
}
