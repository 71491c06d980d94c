// SPDX-License-Identifier: GPL-2.0-or-later
/* Single paths through a simulated network: which hops are found, what ends a trace. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "tests/support/fake_trace.h"

#define V4 "203.0.113.9"
#define V6 "2001:db8:9::9"

static const struct fake_network_config plain = { .seed = 1 };

static const struct trace_record *record_of(const struct fake_network *n)
{
	return fake_network_record(n, 0);
}

/* --- every kind of trace ------------------------------------------------------- */

struct kind {
	char name[40]; /* no pointers: the test runs in another process */
	char dst[20];
	enum trace_direction direction;
	uint8_t proto;
	size_t quoted;
};

ParameterizedTestParameters(path, each_hop_is_found)
{
	static struct kind kinds[] = {
		{ "forward udp v4", V4, TRACE_FORWARD, PROTO_UDP, 0 },
		{ "forward udp v4, 8 bytes quoted", V4, TRACE_FORWARD, PROTO_UDP, 8 },
		{ "forward udp v6", V6, TRACE_FORWARD, PROTO_UDP, 0 },
		{ "forward udp v6, 8 bytes quoted", V6, TRACE_FORWARD, PROTO_UDP, 8 },
		{ "forward tcp v4", V4, TRACE_FORWARD, PROTO_TCP, 8 },
		{ "forward tcp v6", V6, TRACE_FORWARD, PROTO_TCP, 0 },
		{ "forward icmp v4", V4, TRACE_FORWARD, PROTO_ICMP, 8 },
		{ "forward icmp v6", V6, TRACE_FORWARD, PROTO_ICMPV6, 0 },
		{ "reverse udp v4", V4, TRACE_REVERSE, PROTO_UDP, 0 },
		{ "reverse udp v6", V6, TRACE_REVERSE, PROTO_UDP, 0 },
		{ "reverse tcp v4", V4, TRACE_REVERSE, PROTO_TCP, 0 },
		{ "reverse tcp v6", V6, TRACE_REVERSE, PROTO_TCP, 0 },
		{ "reverse icmp v4", V4, TRACE_REVERSE, PROTO_ICMP, 0 },
		{ "reverse icmp v6", V6, TRACE_REVERSE, PROTO_ICMPV6, 0 },
	};

	return cr_make_param_array(struct kind, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

ParameterizedTest(struct kind *kind, path, each_hop_is_found)
{
	struct fake_site site = { .addr = kind->dst,
				  .host = { .rtt_ns = 30 * NS_PER_MS },
				  .forward = "A B C D",
				  .reverse = "K L M N O" };
	struct fake_network_config config = { .seed = 1, .quoted = kind->quoted };
	struct fake_network *n = fake_trace(&site, config, kind->direction, kind->proto);
	const struct trace_record *record = record_of(n);
	bool reverse = kind->direction == TRACE_REVERSE;
	const struct fake_counts *counts = fake_network_counts(n);

	fake_expect_stop(record, STOP_COMPLETED, 0);
	fake_expect_path(record, reverse ? "K L M N O @" : "A B C D @");
	cr_assert(record->reached, "%s", kind->name);
	cr_assert_eq(record->arrival_len, reverse ? 6 : 0, "%s", kind->name);
	cr_assert_eq(record->lost, 0, "%s", kind->name);
	for (uint8_t ttl = 1; ttl <= record->path_len; ttl++)
		cr_assert_eq(fake_answered_at(record, ttl), 3, "%s", kind->name);
	for (size_t i = 0; i < record->probe_count; i++) {
		const struct probe_record *p = &record->probes[i];

		if (!p->answered || p->ttl > record->path_len)
			continue;
		cr_assert(p->has_rtt);
		/* Forward by our stamps, reverse as the server measured it. */
		cr_assert_eq(p->rtt_ns, p->ttl * 10 * NS_PER_MS - (reverse ? 0 : 20 * NS_PER_US),
			     "%s: hop %u %lu ns", kind->name, p->ttl, (unsigned long)p->rtt_ns);
	}
	cr_assert_eq(counts->parsed[PARSE_OK], counts->verdicts[MATCH_SENT] +
						       counts->verdicts[MATCH_ANSWER] +
						       counts->verdicts[MATCH_ARRIVAL],
		     "%s", kind->name);
	fake_network_free(n);
}

Test(path, each_direction_and_flow_has_its_own)
{
	struct fake_site site = { .addr = V4,
				  .forward = "A B C",
				  .odd_forward = "A X Y Z",
				  .reverse = "K L" };
	struct fake_sites sites = { &site, 1 };
	struct fake_network_config config = plain;
	struct trace_spec spec[3] = {
		fake_trace_spec(TRACE_FORWARD, V4, PROTO_UDP, 0),
		fake_trace_spec(TRACE_FORWARD, V4, PROTO_UDP, 1),
		fake_trace_spec(TRACE_REVERSE, V4, PROTO_UDP, 2),
	};
	struct fake_network *n;

	config.engine = fake_engine_config();
	config.world = fake_world_of(&sites);
	n = fake_network_new(&config);
	spec[1].flow++;
	for (int i = 0; i < 3; i++)
		fake_network_add(n, &spec[i]);
	fake_network_run(n, MONO_NEVER);
	fake_expect_path(fake_network_record(n, 0), "A B C @");
	fake_expect_path(fake_network_record(n, 1), "A X Y Z @");
	fake_expect_path(fake_network_record(n, 2), "K L @");
	fake_network_free(n);
}
