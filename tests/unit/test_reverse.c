// SPDX-License-Identifier: GPL-2.0-or-later
/* Reverse traces: the support check, refusals, and probes that arrive here. */
#include <criterion/criterion.h>

#include "prober/engine/trace.h"
#include "tests/support/fake_trace.h"

#define V4 "203.0.113.9"
#define V6 "2001:db8:9::9"

static const struct fake_network_config plain = { .seed = 1 };

static const struct trace_record *record_of(const struct fake_network *n)
{
	return fake_network_record(n, 0);
}

static uint64_t duration_us(const struct fake_network *n)
{
	return (uint64_t)(record_of(n)->ended_us - record_of(n)->started_us);
}

/* A trace from this host, over both families; the path is K L M. */
static struct fake_network *reverse(struct fake_host host, bool is_v4, uint8_t proto)
{
	struct fake_site site = { .addr = is_v4 ? V4 : V6, .host = host, .reverse = "K L M" };

	return fake_trace(&site, plain, TRACE_REVERSE, proto);
}

static void expect(struct fake_host host, enum trace_stop stop, uint16_t code, uint32_t checks)
{
	for (int is_v4 = 0; is_v4 < 2; is_v4++) {
		struct fake_network *n = reverse(host, is_v4, PROTO_UDP);

		fake_expect_stop(record_of(n), stop, code);
		cr_assert_eq(record_of(n)->checks, checks, "%u checks", record_of(n)->checks);
		cr_assert_eq(record_of(n)->reached, stop == STOP_COMPLETED);
		fake_network_free(n);
	}
}

/* --- the support check ---------------------------------------------------------- */

Test(reverse, server_passes_the_check_once)
{
	struct fake_network *n =
		reverse((struct fake_host){ .rtt_ns = 40 * NS_PER_MS }, true, PROTO_UDP);

	fake_expect_stop(record_of(n), STOP_COMPLETED, 0);
	cr_assert_eq(record_of(n)->checks, 1);
	cr_assert_eq(record_of(n)->check_rtt_ns, 40 * NS_PER_MS - 20 * NS_PER_US);
	fake_network_free(n);
}

Test(reverse, hosts_without_a_server)
{
	struct fake_host echoes = { .speech = FAKE_ECHOES };
	struct fake_host echoes_code_0 = { .speech = FAKE_ECHOES_CODE_0 };

	expect(echoes, STOP_NOT_SUPPORTED, 0, 1);
	expect(echoes_code_0, STOP_NOT_SUPPORTED, 0, 1);
}

Test(reverse, silence_is_asked_again_and_given_up)
{
	struct fake_network *n =
		reverse((struct fake_host){ .speech = FAKE_DEAD }, true, PROTO_UDP);

	fake_expect_stop(record_of(n), STOP_NO_ANSWER, 0);
	cr_assert_eq(record_of(n)->checks, CHECKS_MAX);
	cr_assert_eq(record_of(n)->sent, 0);
	cr_assert_eq(record_of(n)->check_rtt_ns, 0);
	cr_assert_geq(duration_us(n), CHECKS_MAX * 2000000);
	cr_assert_lt(duration_us(n), CHECKS_MAX * 2000000 + 100000);
	fake_network_free(n);
}

Test(reverse, lost_checks_are_made_up_for)
{
	struct fake_network_config lossy = { .loss_ppm = 300000 };
	struct fake_site site = { .addr = V4, .reverse = "K L M" };
	uint32_t repeated = 0;

	for (lossy.seed = 1; lossy.seed <= 30; lossy.seed++) {
		struct fake_network *n = fake_trace(&site, lossy, TRACE_REVERSE, PROTO_UDP);

		repeated += record_of(n)->checks > 1 && record_of(n)->sent > 0;
		fake_network_free(n);
	}
	cr_assert_gt(repeated, 3);
}

Test(reverse, request_that_cannot_get_there)
{
	struct fake_network *n =
		reverse((struct fake_host){ .speech = FAKE_NOT_THERE }, true, PROTO_UDP);

	fake_expect_stop(record_of(n), STOP_UNREACHABLE, 3 << 8 | 1);
	cr_assert_eq(record_of(n)->sent, 0);
	fake_network_free(n);
	n = reverse((struct fake_host){ .speech = FAKE_NOT_THERE }, false, PROTO_UDP);
	fake_expect_stop(record_of(n), STOP_UNREACHABLE, 1 << 8 | 3);
	fake_network_free(n);
}

/* --- refusals ------------------------------------------------------------------------ */

Test(reverse, statuses_2_and_3_are_told_apart_in_either_reading)
{
	struct fake_host proto = { .refused_proto = PROTO_UDP };
	struct fake_host flow = { .refused_flow = 33500 };

	expect(proto, STOP_ERROR, REFUSED_PROTOCOL << 8 | 2, 2);
	expect(flow, STOP_ERROR, REFUSED_FLOW << 8 | 3, 2);
	proto.is_swapped = flow.is_swapped = true;
	expect(proto, STOP_ERROR, REFUSED_PROTOCOL << 8 | 3, 2);
	expect(flow, STOP_ERROR, REFUSED_FLOW << 8 | 2, 2);
}

Test(reverse, unanswered_question_leaves_the_status)
{
	struct fake_host host = { .refused_proto = PROTO_UDP, .ignores_unknown = true };

	expect(host, STOP_ERROR, 2, 1 + QUESTIONS_MAX);
}

Test(reverse, other_statuses_need_no_question)
{
	struct fake_host host = { .refusal = 4 };

	expect(host, STOP_ERROR, 4, 1);
	host.refusal = 1;
	expect(host, STOP_ERROR, 1, 1);
}

Test(reverse, server_that_vanishes_midway_keeps_what_was_found)
{
	struct fake_host host = { .gone_at = mono_after(FAKE_START, 45 * NS_PER_MS) };
	struct fake_site site = { .addr = V4, .host = host, .reverse = "K L M N O P Q R S" };
	struct fake_network *n = fake_trace(&site, plain, TRACE_REVERSE, PROTO_UDP);

	fake_expect_stop(record_of(n), STOP_NOT_SUPPORTED, 0);
	cr_assert_eq(record_of(n)->check_rtt_ns > 0, true);
	fake_expect_path(record_of(n), "K L M");
	fake_network_free(n);
}

Test(reverse, server_that_vanishes_while_it_is_asked)
{
	/* The check comes back after 10 ms, the refusals of the probes after 20. */
	struct fake_host host = { .refused_proto = PROTO_UDP,
				  .gone_at = mono_after(FAKE_START, 20 * NS_PER_MS) };
	struct fake_network *n = reverse(host, true, PROTO_UDP);

	fake_expect_stop(record_of(n), STOP_NOT_SUPPORTED, 0);
	cr_assert_eq(record_of(n)->checks, 2);
	fake_network_free(n);
}

/* --- arrivals -------------------------------------------------------------------------- */

Test(reverse, arrival_ends_the_trace_where_our_answer_is_filtered)
{
	for (int is_v4 = 0; is_v4 < 2; is_v4++) {
		struct fake_network *n =
			reverse((struct fake_host){ .client_filters = true }, is_v4, PROTO_TCP);
		const struct trace_record *record = record_of(n);

		fake_expect_stop(record, STOP_COMPLETED, 0);
		cr_assert(record->reached);
		cr_assert_eq(record->path_len, 4);
		cr_assert_eq(record->arrival_len, 4);
		cr_assert_eq(record->lost, 0);
		cr_assert_lt(duration_us(n), 500000);
		cr_assert_eq(fake_sent_at(record, 4), 3);
		cr_assert_eq(fake_answered_at(record, 4), 0);
		for (size_t i = 0; i < record->probe_count; i++) {
			const struct probe_record *p = &record->probes[i];

			cr_assert_eq(p->arrived, p->ttl >= 4);
			cr_assert(!p->arrived || addr_equal(&p->from, &record->dst));
		}
		fake_network_free(n);
	}
}

Test(reverse, arrival_under_a_global_identifier)
{
	struct fake_host host = { .has_global_ids = true, .client_filters = true };
	struct fake_network *n = reverse(host, true, PROTO_UDP);

	fake_expect_stop(record_of(n), STOP_COMPLETED, 0);
	cr_assert_eq(record_of(n)->arrival_len, 4);
	fake_network_free(n);
	/* IPv6 has no identification to know it by: then by answers alone. */
	host.client_filters = false;
	n = reverse(host, false, PROTO_UDP);
	fake_expect_stop(record_of(n), STOP_COMPLETED, 0);
	fake_expect_path(record_of(n), "K L M @");
	cr_assert_eq(record_of(n)->arrival_len, 0);
	fake_network_free(n);
}

Test(reverse, arrival_that_contradicts_the_path)
{
	struct fake_site site = { .addr = V4,
				  .host = { .client_filters = true },
				  .reverse = "K L M N",
				  .later_reverse = "K",
				  .changes_at = mono_after(FAKE_START, 25 * NS_PER_MS) };
	struct fake_network *n = fake_trace(&site, plain, TRACE_REVERSE, PROTO_UDP);

	cr_assert_gt(fake_network_counts(n)->verdicts[MATCH_INCONSISTENT], 0);
	cr_assert(record_of(n)->reached);
	cr_assert_neq(record_of(n)->arrival_len, 2);
	fake_network_free(n);
}

Test(reverse, address_translator_before_us)
{
	struct fake_site site = { .addr = V4,
				  .host = { .client_is = "198.51.100.77" },
				  .reverse = "K L M" };
	struct fake_network_config slow = { .seed = 1, .engine = fake_engine_config() };
	struct addr outside = fake_addr("198.51.100.77");
	struct fake_network *n;

	slow.engine.host_limit.gap_ns = 60 * NS_PER_MS; /* one is answered before the next */
	n = fake_trace(&site, slow, TRACE_REVERSE, PROTO_UDP);
	fake_expect_stop(record_of(n), STOP_COMPLETED, 0);
	cr_assert_eq(record_of(n)->path_len, 4);
	cr_assert_eq(record_of(n)->arrival_len, 4);
	cr_assert_eq(fake_network_counts(n)->verdicts[MATCH_INCONSISTENT], 0);
	for (size_t i = 0; i < record_of(n)->probe_count; i++)
		if (record_of(n)->probes[i].ttl == 4)
			cr_assert(addr_equal(&record_of(n)->probes[i].from, &outside));
	fake_network_free(n);
}

Test(reverse, path_that_is_shorter_than_min_ttl)
{
	struct fake_site site = { .addr = V4, .host = { .client_filters = true }, .reverse = "K" };
	struct fake_network_config config = { .seed = 1, .engine = fake_engine_config() };
	struct fake_network *n;

	config.engine.min_ttl = 5;
	n = fake_trace(&site, config, TRACE_REVERSE, PROTO_UDP);
	fake_expect_stop(record_of(n), STOP_COMPLETED, 0);
	cr_assert_eq(record_of(n)->arrival_len, 2);
	cr_assert_eq(fake_network_counts(n)->verdicts[MATCH_INCONSISTENT], 0);
	cr_assert_lt(duration_us(n), 500000);
	fake_network_free(n);
}

/* --- round trips and identifiers --------------------------------------------------------- */

Test(reverse, round_trips_in_either_layout)
{
	for (int wide = 0; wide < 2; wide++) {
		struct fake_network *n =
			reverse((struct fake_host){ .has_wide_time = wide }, true, PROTO_UDP);

		for (size_t i = 0; i < record_of(n)->probe_count; i++) {
			const struct probe_record *p = &record_of(n)->probes[i];

			cr_assert(!p->answered || p->ttl > 4 ||
				  p->rtt_ns == p->ttl * 10 * NS_PER_MS);
		}
		fake_network_free(n);
	}
}

Test(reverse, round_trip_of_more_than_32_bits_is_not_believed)
{
	struct fake_site site = { .addr = V4,
				  .reverse = "K L",
				  .host = { .rtt_ns = 5 * NS_PER_S },
				  .base_ns = 5 * NS_PER_S };
	struct fake_network_config config = { .seed = 1, .engine = fake_engine_config() };
	struct fake_network *n;

	config.engine.timeout_ns = 12 * NS_PER_S;
	n = fake_trace(&site, config, TRACE_REVERSE, PROTO_UDP);
	fake_expect_path(record_of(n), "K L @");
	for (size_t i = 0; i < record_of(n)->probe_count; i++)
		cr_assert_not(record_of(n)->probes[i].has_rtt);
	fake_network_free(n);
}
