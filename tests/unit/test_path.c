// SPDX-License-Identifier: GPL-2.0-or-later
/* Single paths through a simulated network: which hops are found, what ends a trace. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "base/container.h"
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
	cr_assert_eq(counts->parsed[PARSE_OK],
		     counts->verdicts[MATCH_SENT] + counts->verdicts[MATCH_ANSWER] +
			     counts->verdicts[MATCH_ARRIVAL],
		     "%s", kind->name);
	fake_network_free(n);
}

Test(path, each_direction_and_flow_has_its_own)
{
	struct fake_site site = {
		.addr = V4, .forward = "A B C", .odd_forward = "A X Y Z", .reverse = "K L"
	};
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

/* --- disturbances ---------------------------------------------------------------- */

/* The same probes in the same order, and each answered by the same. */
static void expect_same_hops(const struct trace_record *a, const struct trace_record *b)
{
	cr_assert_eq(a->path_len, b->path_len);
	cr_assert_eq(a->stop, b->stop);
	for (size_t i = 0; i < a->probe_count && a->probes[i].ttl <= a->path_len; i++) {
		const struct probe_record *p = &a->probes[i];
		const struct probe_record *q = &b->probes[i];

		cr_assert_eq(p->ttl, q->ttl);
		cr_assert_eq(p->try, q->try);
		cr_assert(p->answered && q->answered && addr_equal(&p->from, &q->from));
	}
}

Test(path, reordering_and_duplicates_change_nothing_but_counters)
{
	static const enum trace_direction directions[] = { TRACE_FORWARD, TRACE_REVERSE };
	struct fake_site site = { .addr = V4, .forward = "A B C D E F", .reverse = "K L M N" };

	for (int i = 0; i < 2; i++) {
		struct fake_network_config rough = { .seed = 7,
						     .duplicate_ppm = 500000,
						     .jitter_ns = 200 * NS_PER_MS };
		struct fake_network *a = fake_trace(&site, plain, directions[i], PROTO_UDP);
		struct fake_network *b = fake_trace(&site, rough, directions[i], PROTO_UDP);

		expect_same_hops(record_of(a), record_of(b));
		cr_assert_eq(record_of(b)->lost, 0);
		cr_assert_gt(fake_network_counts(b)->verdicts[MATCH_DUPLICATE], 5);
		cr_assert_eq(fake_network_counts(b)->verdicts[MATCH_INCONSISTENT], 0);
		fake_network_free(a);
		fake_network_free(b);
	}
}

Test(path, loss_shows_as_lost_probes_and_nothing_else)
{
	struct fake_site site = { .addr = V6, .forward = "A B C D E F", .reverse = "K L M N" };
	struct fake_network_config lossy = { .loss_ppm = 100000, .engine = fake_engine_config() };

	lossy.engine.probes = 8;
	for (lossy.seed = 1; lossy.seed < 40; lossy.seed++) {
		bool reverse = lossy.seed & 1;
		struct fake_network *n = fake_trace(
			&site, lossy, reverse ? TRACE_REVERSE : TRACE_FORWARD, PROTO_TCP);
		const struct trace_record *record = record_of(n);
		uint32_t missing = 0;

		fake_expect_stop(record, STOP_COMPLETED, 0);
		fake_expect_path(record, reverse ? "K L M N @" : "A B C D E F @");
		for (uint8_t ttl = 1; ttl <= record->path_len; ttl++) {
			cr_assert_eq(fake_sent_at(record, ttl), 8);
			missing += 8 - fake_answered_at(record, ttl);
		}
		for (size_t i = 0; i < record->probe_count; i++)
			if (record->probes[i].ttl <= record->path_len)
				missing -= record->probes[i].arrived && !record->probes[i].answered;
		cr_assert_eq(record->lost, missing);
		fake_network_free(n);
	}
}

Test(path, every_packet_sent_is_recorded_once)
{
	struct fake_site site = { .addr = V4, .forward = "A * C? D E", .reverse = "K * M? N" };
	struct fake_network_config rough = { .loss_ppm = 200000, .jitter_ns = 50 * NS_PER_MS };

	for (rough.seed = 1; rough.seed < 30; rough.seed++) {
		bool reverse = rough.seed & 1;
		struct fake_network *n = fake_trace(
			&site, rough, reverse ? TRACE_REVERSE : TRACE_FORWARD, PROTO_UDP);
		const struct trace_record *record = record_of(n);

		cr_assert_eq(fake_network_counts(n)->sent, record->sent + record->checks);
		fake_network_free(n);
	}
}

Test(path, rate_limited_routers_are_found_by_later_tries)
{
	struct fake_site site = { .addr = V4, .forward = "A? B? C? D?" };
	struct fake_network_config config = { .seed = 3, .engine = fake_engine_config() };
	struct fake_network *n;

	config.engine.probes = 20;
	n = fake_trace(&site, config, TRACE_FORWARD, PROTO_UDP);
	fake_expect_path(record_of(n), "A B C D @");
	fake_expect_stop(record_of(n), STOP_COMPLETED, 0);
	fake_network_free(n);
}

Test(path, stamps_are_not_needed)
{
	struct fake_site site = { .addr = V4, .forward = "A B C", .reverse = "K L M" };
	struct fake_network_config blind = { .seed = 1, .has_no_stamps = true };
	struct fake_network *n = fake_trace(&site, blind, TRACE_FORWARD, PROTO_ICMP);

	fake_expect_path(record_of(n), "A B C @");
	cr_assert_eq(record_of(n)->probes[0].rtt_ns, 10 * NS_PER_MS);
	cr_assert_eq(fake_network_counts(n)->verdicts[MATCH_SENT], 0);
	fake_network_free(n);
}

Test(path, changed_path_mixes_no_hops)
{
	struct fake_site site = { .addr = V4,
				  .forward = "A B C D E",
				  .later_forward = "A B X D",
				  .reverse = "K L M N",
				  .later_reverse = "K L",
				  .changes_at = mono_after(FAKE_START, 12 * NS_PER_MS) };
	struct fake_network *n = fake_trace(&site, plain, TRACE_FORWARD, PROTO_UDP);
	const struct trace_record *record = record_of(n);

	fake_expect_stop(record, STOP_COMPLETED, 0);
	cr_assert_eq(record->path_len, 5);
	for (size_t i = 0; i < record->probe_count; i++) {
		const struct probe_record *p = &record->probes[i];
		struct addr b = fake_router('B', true);

		cr_assert(p->ttl != 2 || addr_equal(&p->from, &b));
	}
	fake_network_free(n);
}

/* --- economy ------------------------------------------------------------------------- */

/* One hop ahead: a probe a hop, and nothing beyond the end. */
Test(path, one_ahead_sends_nothing_in_vain)
{
	static const char *const paths[] = { "", "A", "A B C D E F G H I J K L" };
	struct fake_network_config config = { .seed = 1, .engine = fake_engine_config() };

	config.engine.ahead = 1;
	for (config.engine.probes = 1; config.engine.probes <= 3; config.engine.probes++) {
		for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
			struct fake_site site = { .addr = V4, .forward = paths[i] };
			struct fake_network *n =
				fake_trace(&site, config, TRACE_FORWARD, PROTO_UDP);
			const struct trace_record *record = record_of(n);

			cr_assert(record->reached);
			cr_assert_eq(record->path_len, (strlen(paths[i]) + 1) / 2 + 1);
			cr_assert_eq(record->sent, config.engine.probes * record->path_len);
			fake_network_free(n);
		}
	}
}

/* It finds silent hops and gaps as ever: only, one after the other. */
Test(path, one_ahead_finds_what_others_find)
{
	static const struct {
		const char *forward, *found;
		enum trace_stop stop;
	} paths[] = {
		{ "A * * D", "A * * D @", STOP_COMPLETED },
		{ "* B C", "* B C @", STOP_COMPLETED },
		{ "A B * * * * G", "A B", STOP_GAP_LIMIT },
	};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct fake_network_config config = { .seed = 1, .engine = fake_engine_config() };
		struct fake_site site = { .addr = V4, .forward = paths[i].forward };
		struct fake_network *n;

		config.engine.ahead = 1;
		n = fake_trace(&site, config, TRACE_FORWARD, PROTO_UDP);
		fake_expect_path(record_of(n), paths[i].found);
		cr_assert_eq(record_of(n)->stop, paths[i].stop);
		fake_network_free(n);
	}
}

Test(path, several_hops_are_in_flight)
{
	/* Ten hops, 100 ms to each of them: one after the other takes a second. */
	struct fake_site site = {
		.addr = V4, .forward = "A B C D E F G H I", .base_ns = 100 * NS_PER_MS, .step_ns = 1
	};
	struct fake_network *n = fake_trace(&site, plain, TRACE_FORWARD, PROTO_UDP);

	fake_expect_path(record_of(n), "A B C D E F G H I @");
	cr_assert_lt(record_of(n)->ended_us - record_of(n)->started_us, 600000);
	fake_network_free(n);
}

Test(path, few_probes_pass_the_destination)
{
	static char path[64];
	struct fake_network_config config = { .seed = 1, .engine = fake_engine_config() };

	for (uint8_t len = 0; len < 20; len++) {
		struct fake_site site = { .addr = V4, .forward = path };
		struct fake_network *n;
		uint32_t beyond = 0;

		for (uint8_t i = 0; i < len; i++) {
			path[2 * i] = (char)('A' + i);
			path[2 * i + 1] = ' ';
		}
		n = fake_trace(&site, config, TRACE_FORWARD, PROTO_UDP);
		cr_assert_eq(record_of(n)->path_len, len + 1);
		for (uint8_t ttl = len + 2; ttl <= 30; ttl++)
			beyond += fake_sent_at(record_of(n), ttl);
		cr_assert_leq(beyond, 5 + 2 * 3, "%u probes beyond %u hops", beyond, len);
		fake_network_free(n);
	}
}
