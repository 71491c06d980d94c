// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests for probes to somebody else: the object that names the target. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

#include "base/addr_text.h"
#include "tests/bpf/harness.h"
#include "tests/support/build.h"
#include "tests/unit/folder.h"
#include "wire/checksum.h"
#include "wire/revtr.h"

#define SECOND	  1000000000ull
#define CLIENT	  "192.0.2.1"
#define SERVER	  "198.51.100.1"
#define TARGET	  "8.8.4.4"
#define CLIENT_V6 "2001:db8::1"
#define SERVER_V6 "2001:db8::2"
#define TARGET_V6 "2600::1"

static struct harness *start_with(struct server_config config)
{
	struct harness *h;

	config.timeout_ns = 5 * SECOND;
	config.sessions = 64;
	config.tcp_syn = 1;
	h = harness_new_with(&config);

	harness_own(h, SERVER);
	harness_own(h, SERVER_V6);
	harness_own(h, "9.9.9.9");
	return h;
}

static struct harness *start(bool indirect)
{
	return start_with((struct server_config){ .indirect = indirect });
}

struct ask {
	struct revtr_request request;
	struct revtr_object object;
};

static bool is_v6(const char *text)
{
	return strchr(text, ':') && !strchr(text, '.');
}

static struct ask ask_for(const char *target, uint8_t ttl)
{
	struct ask a = {
		.request = { .ttl = ttl, .proto = PROTO_UDP, .flow = be16_from(33500) },
		.object = { .version = REVTR_OBJECT_VERSION,
			    .len = be16_from(REVTR_OBJECT_LEN),
			    .class = REVTR_OBJECT_CLASS },
	};

	cr_assert(addr_from_text(target, &a.object.target), "%s", target);
	a.object.checksum = csum_finish(csum_add((struct csum){ 0 }, &a.object, sizeof(a.object)));
	return a;
}

static struct packet_bytes frame_of(const struct ask *a, bool v6, size_t len)
{
	struct build_ip ip = { .src = v6 ? CLIENT_V6 : CLIENT, .dst = v6 ? SERVER_V6 : SERVER };

	return build_icmp(&ip, v6 ? ICMPV6_ECHO : ICMPV4_ECHO, REVTR_ICMP_CODE, be16_from(7),
			  be16_from(0), a, len);
}

/* Status 4, with the object's class and c-type, and no session. */
static void expect_refused(struct harness *h, const struct ask *a, bool v6, size_t len,
			   const char *what)
{
	struct packet_bytes in = frame_of(a, v6, len), out;
	size_t l4 = v6 ? 54 : 34;
	const uint8_t want[] = { REVTR_BAD_OBJECT, 0, a->object.class, a->object.c_type };

	cr_expect_eq(harness_run(h, &in, &out), HARNESS_SEND, "%s", what);
	cr_expect_eq(out.len, l4 + 12, "%s", what);
	if (len >= sizeof(*a))
		cr_expect_arr_eq(out.bytes + l4 + 8, want, 4, "%s", what);
	cr_expect_eq(out.bytes[l4 + 8], REVTR_BAD_OBJECT, "%s", what);
	cr_expect_eq(harness_sessions(h), 0, "%s", what);
}

Test(indirect, probe_goes_to_the_target_and_the_result_to_who_asked)
{
	static const struct {
		const char *target, *router, *server, *client;
	} cases[] = { { TARGET, "203.0.113.7", SERVER, CLIENT },
		      { TARGET_V6, "2001:db8:7::1", SERVER_V6, CLIENT_V6 } };
	struct harness *h = start(true);

	for (size_t i = 0; i < 2; i++) {
		struct ask a = ask_for(cases[i].target, 3);
		struct packet_bytes in = frame_of(&a, i == 1, sizeof(a)), probe, error, out;
		size_t l4 = i ? 54 : 34;
		size_t to = i ? 14 + 24 : 14 + 16;
		struct addr target, client;

		addr_from_text(cases[i].target, &target);
		addr_from_text(cases[i].client, &client);
		cr_assert_eq(harness_run(h, &in, &probe), HARNESS_SEND);
		cr_expect_arr_eq(probe.bytes + to, target.bytes + (i ? 0 : 12), i ? 16 : 4);
		cr_expect_leq(probe.len, in.len);
		error = build_error(cases[i].router, cases[i].server,
				    i ? ICMPV6_TIME_EXCEEDED : ICMPV4_TIME_EXCEEDED, 0, &probe, 0);
		cr_assert_eq(harness_run(h, &error, &out), HARNESS_SEND);
		cr_expect_arr_eq(out.bytes + to, client.bytes + (i ? 0 : 12), i ? 16 : 4);
		cr_expect_eq(out.bytes[l4 + 5], 7);
		cr_expect_leq(out.len, in.len);
	}
	harness_free(h);
}

Test(indirect, is_refused_unless_it_was_allowed)
{
	struct harness *h = start(false);
	struct ask a = ask_for(TARGET, 3);

	expect_refused(h, &a, false, sizeof(a), "off");
	a = ask_for(TARGET_V6, 3);
	expect_refused(h, &a, true, sizeof(a), "off, IPv6");
	/* The object is looked at before the TTL. */
	a = ask_for(TARGET, 0);
	expect_refused(h, &a, false, sizeof(a), "off, TTL 0");
	cr_expect_eq(harness_counter(h, COUNT_BAD_OBJECT, FAMILY_V4), 2);
	harness_free(h);
}

/* First and last address of each range. */
Test(indirect, targets_of_special_purpose_are_always_refused)
{
	static const char *const targets[] = {
		"0.0.0.0",
		"0.255.255.255",
		"10.0.0.0",
		"10.255.255.255",
		"100.64.0.0",
		"100.127.255.255",
		"127.0.0.1",
		"127.255.255.255",
		"169.254.0.0",
		"169.254.255.255",
		"172.16.0.0",
		"172.31.255.255",
		"192.0.0.0",
		"192.0.0.255",
		"192.0.2.0",
		"192.0.2.255",
		"192.88.99.0",
		"192.168.0.0",
		"192.168.255.255",
		"198.18.0.0",
		"198.19.255.255",
		"198.51.100.77",
		"203.0.113.255",
		"224.0.0.1",
		"239.255.255.255",
		"240.0.0.1",
		"255.255.255.255",
		"9.9.9.9",
		"::",
		"::1",
		"64:ff9b::808:808",
		"100::1",
		"1fff:ffff::1",
		"2001::1",
		"2001:1ff:ffff::1",
		"2001:db8::1",
		"2001:db8:ffff::1",
		"2002:808:808::1",
		"3fff::1",
		"3fff:fff::1",
		"4000::1",
		"fc00::1",
		"fd77::1",
		"fe80::1",
		"ff02::1",
	};
	struct harness *h = start(true);

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		struct ask a = ask_for(targets[i], 3);

		expect_refused(h, &a, is_v6(targets[i]), sizeof(a), targets[i]);
	}
	harness_free(h);
}

Test(indirect, neighbours_of_special_ranges_are_served)
{
	static const char *const targets[] = {
		"1.0.0.0",	   "9.255.255.255",   "11.0.0.0",	"100.63.255.255",
		"100.128.0.0",	   "126.0.0.1",	      "128.0.0.1",	"172.15.255.255",
		"172.32.0.0",	   "192.0.1.0",	      "192.0.3.0",	"192.88.98.1",
		"192.167.255.255", "192.169.0.0",     "198.17.255.255", "198.20.0.0",
		"203.0.112.1",	   "223.255.255.255", "2000::1",	"2001:200::1",
		"2001:db7::1",	   "2001:db9::1",     "2003::1",	"3ffe::1",
		"3fff:1000::1",
	};
	struct harness *h = start(true);

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		struct ask a = ask_for(targets[i], 3);
		struct packet_bytes in = frame_of(&a, is_v6(targets[i]), sizeof(a)), out;

		cr_expect_eq(harness_run(h, &in, &out), HARNESS_SEND, "%s", targets[i]);
	}
	cr_expect_eq(harness_sessions(h), sizeof(targets) / sizeof(targets[0]));
	harness_free(h);
}

Test(indirect, objects_that_are_wrong_are_refused)
{
	struct harness *h = start(true);
	struct ask a = ask_for(TARGET, 3);
	struct packet_bytes in, out;

	for (size_t len = 5; len < sizeof(a); len++)
		expect_refused(h, &a, false, len, "cut short");
	a.object.class = 3;
	expect_refused(h, &a, false, sizeof(a), "class");
	a = ask_for(TARGET, 3);
	a.object.c_type = 1;
	expect_refused(h, &a, false, sizeof(a), "c-type");
	a = ask_for(TARGET, 3);
	a.object.len = be16_from(20);
	expect_refused(h, &a, false, sizeof(a), "length");
	a = ask_for(TARGET, 3);
	a.object.target.bytes[15] ^= 1;
	expect_refused(h, &a, false, sizeof(a), "checksum");
	a = ask_for(TARGET_V6, 3);
	expect_refused(h, &a, false, sizeof(a), "target of the other family");
	a = ask_for(TARGET, 3);
	expect_refused(h, &a, true, sizeof(a), "target of the other family");
	/* No checksum, and no object at all: as deployed. */
	a.object.checksum = be16_from(0);
	in = frame_of(&a, false, sizeof(a));
	cr_expect_eq(harness_run(h, &in, &out), HARNESS_SEND);
	cr_expect_eq(harness_sessions(h), 1);
	a.object.version = 0x10;
	in = frame_of(&a, false, sizeof(a));
	in.bytes[34 + 5] = 8; /* another identifier, and its checksum */
	in.bytes[34 + 3]--;
	cr_expect_eq(harness_run(h, &in, &out), HARNESS_SEND);
	cr_expect_eq(harness_sessions(h), 2);
	cr_expect_eq(out.bytes[14 + 16], 192, "to the client");
	harness_free(h);
}

/* Probes to a target that were sent, of so many requests for them. */
static unsigned int probes_sent(struct harness *h, const char *target, uint8_t first_ttl,
				unsigned int requests)
{
	unsigned int sent = 0;

	for (unsigned int i = 0; i < requests; i++) {
		struct ask a = ask_for(target, (uint8_t)(first_ttl + i));
		struct packet_bytes in = frame_of(&a, is_v6(target), sizeof(a)), out;

		sent += harness_run(h, &in, &out) == HARNESS_SEND;
	}
	return sent;
}

Test(indirect, only_who_is_listed_may_have_others_traced, .init = folder_set_up,
     .fini = folder_tear_down)
{
	struct harness *h = start_with(
		(struct server_config){ .indirect = 1, .access.listed[ACCESS_INDIRECT] = 1 });
	struct access_maps maps = harness_access(h);
	struct ask v4 = ask_for(TARGET, 3), v6 = ask_for(TARGET_V6, 3);
	struct packet_bytes in, out;

	folder_write("list", CLIENT_V6 "\n");
	cr_assert_eq(access_reload(&maps, (const char *const[]){ NULL, folder_path("list") }), 0);
	expect_refused(h, &v4, false, sizeof(v4), "not in the list");
	cr_expect_eq(harness_counter(h, COUNT_BAD_OBJECT, FAMILY_V4), 1);
	in = frame_of(&v6, true, sizeof(v6));
	cr_expect_eq(harness_run(h, &in, &out), HARNESS_SEND);
	cr_expect_eq(harness_sessions(h), 1, "in the list, and refused");
	/* The list is of who may ask for others, not of who may ask. */
	in = frame_of(&v4, false, sizeof(v4.request));
	cr_expect_eq(harness_run(h, &in, &out), HARNESS_SEND);
	cr_expect_eq(harness_sessions(h), 2);
	harness_free(h);
}

struct turner {
	uint32_t *generation;
	bool stop;
};

static void *turn_lists(void *arg)
{
	struct turner *t = arg;

	while (!__atomic_load_n(&t->stop, __ATOMIC_RELAXED))
		__atomic_fetch_xor(t->generation, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* The client is in one list of each generation, never in both: it is never served. */
Test(indirect, lists_change_between_requests_and_not_within_one, .init = folder_set_up,
     .fini = folder_tear_down)
{
	enum { REQUESTS = 50000 };
	struct harness *h = start_with((struct server_config){
		.indirect = 1, .access.listed = { [ACCESS_DIRECT] = 1, [ACCESS_INDIRECT] = 1 } });
	struct access_maps maps = harness_access(h);
	struct turner turner = { .generation = maps.generation };
	struct ask a = ask_for(TARGET, 3);
	struct packet_bytes in = frame_of(&a, false, sizeof(a)), out;
	pthread_t thread;

	folder_write("client", CLIENT "\n");
	folder_write("nobody", "");
	for (int i = 0; i < 2; i++)
		cr_assert_eq(access_reload(
				     &maps,
				     (const char *const[]){ folder_path(i ? "client" : "nobody"),
							    folder_path(i ? "nobody" : "client") }),
			     0);
	cr_assert_eq(pthread_create(&thread, NULL, turn_lists, &turner), 0);
	for (int i = 0; i < REQUESTS; i++)
		harness_run(h, &in, &out);
	__atomic_store_n(&turner.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	cr_expect_eq(harness_counter(h, COUNT_BAD_OBJECT, FAMILY_V4) +
			     harness_counter(h, COUNT_NOT_ALLOWED, FAMILY_V4),
		     REQUESTS);
	cr_expect_gt(harness_counter(h, COUNT_BAD_OBJECT, FAMILY_V4), 0);
	cr_expect_gt(harness_counter(h, COUNT_NOT_ALLOWED, FAMILY_V4), 0);
	cr_expect_eq(harness_counter(h, COUNT_PROBE, FAMILY_V4), 0);
	harness_free(h);
}

Test(indirect, a_network_of_targets_has_its_limit_and_clients_do_not)
{
	struct harness *h = start_with((struct server_config){
		.indirect = 1,
		.limit.target = { .gap_ns = 1000 * SECOND, .room_ns = 1000 * SECOND } });
	struct build_ip ip = { .src = CLIENT, .dst = SERVER };
	struct packet_bytes in, out;

	cr_expect_eq(probes_sent(h, TARGET, 1, 4), 2);
	cr_expect_eq(probes_sent(h, "8.8.4.5", 10, 4), 0, "the same /24");
	cr_expect_eq(harness_counter(h, COUNT_TARGET_LIMIT, FAMILY_V4), 6);
	cr_expect_eq(probes_sent(h, "8.8.8.8", 20, 4), 2);
	cr_expect_eq(probes_sent(h, TARGET_V6, 1, 4), 2);
	cr_expect_eq(probes_sent(h, "2600::ffff:0:0:1", 10, 4), 0, "the same /48");
	for (uint16_t id = 100; id < 110; id++) {
		in = build_request(&ip, id, 3, PROTO_UDP, 33500, 0);
		cr_expect_eq(harness_run(h, &in, &out), HARNESS_SEND, "a probe to who asks");
	}
	harness_free(h);
}
