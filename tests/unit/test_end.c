// SPDX-License-Identifier: GPL-2.0-or-later
/* What ends a trace, and where; settings at their bounds. */
#include <criterion/criterion.h>
#include <errno.h>

#include "prober/engine/path.h"
#include "tests/support/fake_trace.h"

#define V4 "203.0.113.9"
#define V6 "2001:db8:9::9"

static const struct trace_record *record_of(const struct fake_network *n)
{
	return fake_network_record(n, 0);
}

static struct fake_network *forward(const char *path, const struct engine_config *engine)
{
	struct fake_site site = { .addr = V4, .forward = path, .step_ns = 5 * NS_PER_MS };
	struct fake_network_config config = { .seed = 1, .engine = *engine };

	return fake_trace(&site, config, TRACE_FORWARD, PROTO_UDP);
}

static void expect(const char *path, const struct engine_config *engine, enum trace_stop stop,
		   uint16_t code, const char *hops)
{
	struct fake_network *n = forward(path, engine);

	fake_expect_stop(record_of(n), stop, code);
	fake_expect_path(record_of(n), hops);
	fake_network_free(n);
}

#define SILENT_TAIL "* * * * * * * * * * * * * * * * * * * * * * * * * * * * * *"

Test(end, gap_limit_is_exact)
{
	struct engine_config engine = fake_engine_config();

	for (engine.gap_limit = 1; engine.gap_limit <= 8; engine.gap_limit++) {
		struct fake_network *n = forward("A B C D " SILENT_TAIL, &engine);
		const struct trace_record *record = record_of(n);
		uint8_t ahead = engine.gap_limit > PATH_AHEAD ? engine.gap_limit : PATH_AHEAD;

		fake_expect_stop(record, STOP_GAP_LIMIT, 0);
		fake_expect_path(record, "A B C D");
		cr_assert_not(record->reached);
		/* As many hops as it takes were asked in full, none beyond. */
		for (uint8_t ttl = 1; ttl <= 30; ttl++) {
			uint32_t want = ttl <= 4 + engine.gap_limit ? 3 : ttl <= 4 + ahead ? 1 : 0;

			cr_assert_eq(fake_sent_at(record, ttl), want, "gap limit %u: %u at %u",
				     engine.gap_limit, fake_sent_at(record, ttl), ttl);
		}
		fake_network_free(n);
	}
}

Test(end, silent_hops_in_the_middle_are_no_end)
{
	struct engine_config engine = fake_engine_config();

	expect("A * * C * D", &engine, STOP_COMPLETED, 0, "A * * C * D @");
	/* Even where they are as many as the limit: hops behind them answer at once. */
	expect("A * * * C", &engine, STOP_COMPLETED, 0, "A * * * C @");
	expect("* * * *", &engine, STOP_COMPLETED, 0, "* * * * @");
}

Test(end, nobody_answers)
{
	struct engine_config engine = fake_engine_config();

	expect(SILENT_TAIL, &engine, STOP_GAP_LIMIT, 0, "");
	engine.max_ttl = 2;
	expect(SILENT_TAIL, &engine, STOP_MAX_TTL, 0, "");
}

Test(end, max_ttl)
{
	struct engine_config engine = fake_engine_config();

	engine.max_ttl = 4;
	expect("A B C D E F", &engine, STOP_MAX_TTL, 0, "A B C D");
	expect("A B C * E F", &engine, STOP_MAX_TTL, 0, "A B C");
	expect("A B C", &engine, STOP_COMPLETED, 0, "A B C @");
	engine.max_ttl = 1;
	expect("A B C D E F", &engine, STOP_MAX_TTL, 0, "A");
}

Test(end, repeated_hops_count_as_a_gap)
{
	struct engine_config engine = fake_engine_config();

	expect("A B B B B B B B B B B B", &engine, STOP_LOOP, 0, "A B B B B");
	expect("A B " SILENT_TAIL, &engine, STOP_GAP_LIMIT, 0, "A B");
	expect("A B * * B", &engine, STOP_COMPLETED, 0, "A B * * B @");
	expect("A B B C C C D", &engine, STOP_COMPLETED, 0, "A B B C C C D @");
}

Test(end, forwarding_loop)
{
	struct engine_config engine = fake_engine_config();

	expect("A B C B C B C B C B C B C B", &engine, STOP_LOOP, 0, "A B C B C");
	expect("A B C D B C D B C D B C D B", &engine, STOP_LOOP, 0, "A B C D B C");
	/* One address again is none: a balancer with branches of unequal length. */
	expect("A B C B D E", &engine, STOP_COMPLETED, 0, "A B C B D E @");
}

Test(end, destination_behind_what_looks_like_a_loop)
{
	struct engine_config engine = fake_engine_config();

	expect("A B A B", &engine, STOP_COMPLETED, 0, "A B A B @");
	expect("A B B B B", &engine, STOP_COMPLETED, 0, "A B B B B @");
}

Test(end, unreachable_with_its_code)
{
	struct engine_config engine = fake_engine_config();
	struct fake_site site = { .addr = V6, .forward = "A B C# D" };
	struct fake_network_config config = { .seed = 1 };
	struct fake_network *n;

	expect("A B C! D", &engine, STOP_UNREACHABLE, 3 << 8 | 1, "A B C");
	expect("A B C# D", &engine, STOP_UNREACHABLE, 3 << 8 | 13, "A B C");
	n = fake_trace(&site, config, TRACE_FORWARD, PROTO_ICMPV6);
	fake_expect_stop(record_of(n), STOP_UNREACHABLE, 1 << 8 | 1);
	fake_expect_path(record_of(n), "A B C");
	cr_assert_not(record_of(n)->reached);
	fake_network_free(n);
}

Test(end, destination_that_answers_nothing)
{
	struct fake_site site = { .addr = V4, .forward = "A B", .host = { .speech = FAKE_DEAD } };
	struct fake_network_config config = { .seed = 1 };
	struct fake_network *n = fake_trace(&site, config, TRACE_FORWARD, PROTO_TCP);

	fake_expect_stop(record_of(n), STOP_GAP_LIMIT, 0);
	fake_expect_path(record_of(n), "A B");
	cr_assert_not(record_of(n)->reached);
	fake_network_free(n);
}

/* --- bounds ----------------------------------------------------------------------- */

/* Letters in place of so many routers: there are too few of them for a path of 254,
 * so the last ones are seen a second time, each at another distance. */
static void chain(char *path, size_t hops)
{
	for (size_t i = 0; i < hops; i++) {
		path[2 * i] = (char)(i < 128 ? i + 128 : 255 + 128 - i);
		path[2 * i + 1] = ' ';
	}
	path[2 * hops] = '\0';
}

Test(end, settings_at_their_bounds)
{
	static char path[600];
	struct engine_config engine = fake_engine_config();
	struct fake_network *n;

	engine.max_ttl = ENGINE_TTL_MAX;
	engine.probes = ENGINE_PROBES_MAX;
	engine.window = 1;
	engine.gap_limit = 255;
	for (unsigned int hops = 252; hops < 256; hops++) {
		chain(path, hops);
		n = forward(path, &engine);
		fake_expect_stop(record_of(n), hops < 254 ? STOP_COMPLETED : STOP_MAX_TTL, 0);
		cr_assert_eq(record_of(n)->path_len, hops < 254 ? hops + 1 : 254, "%u hops: %u",
			     hops, record_of(n)->path_len);
		cr_assert_eq(record_of(n)->lost, 0);
		fake_network_free(n);
	}
}

Test(end, all_silent_up_to_the_last_ttl)
{
	struct engine_config engine = fake_engine_config();
	struct fake_site site = { .addr = V4, .forward = "A", .host = { .speech = FAKE_DEAD } };
	struct fake_network_config config = { .seed = 1 };
	struct fake_network *n;

	engine.max_ttl = ENGINE_TTL_MAX;
	engine.gap_limit = 255;
	config.engine = engine;
	n = fake_trace(&site, config, TRACE_FORWARD, PROTO_UDP);
	fake_expect_stop(record_of(n), STOP_MAX_TTL, 0);
	fake_expect_path(record_of(n), "A");
	cr_assert_eq(record_of(n)->sent, 254 * 3);
	fake_network_free(n);
}

Test(end, one_probe_a_hop_and_a_gap_of_one)
{
	struct engine_config engine = fake_engine_config();

	engine.probes = 1;
	engine.gap_limit = 1;
	expect("A B C D", &engine, STOP_COMPLETED, 0, "A B C D @");
	/* The gap is over before its silence is: hops beyond have answered. */
	expect("A B * D", &engine, STOP_COMPLETED, 0, "A B * D @");
	expect("A B " SILENT_TAIL, &engine, STOP_GAP_LIMIT, 0, "A B");
}

Test(end, min_ttl)
{
	struct engine_config engine = fake_engine_config();
	struct fake_network *n;

	engine.min_ttl = 3;
	n = forward("A B C D", &engine);
	fake_expect_stop(record_of(n), STOP_COMPLETED, 0);
	cr_assert_eq(record_of(n)->path_len, 5);
	cr_assert_eq(record_of(n)->probes[0].ttl, 3);
	fake_network_free(n);
	/* The whole path lies before it: the destination answers the first probe. */
	n = forward("A", &engine);
	fake_expect_stop(record_of(n), STOP_COMPLETED, 0);
	cr_assert(record_of(n)->reached);
	cr_assert_eq(record_of(n)->path_len, 3);
	fake_network_free(n);
	n = forward("A B " SILENT_TAIL, &engine);
	fake_expect_stop(record_of(n), STOP_GAP_LIMIT, 0);
	cr_assert_eq(record_of(n)->path_len, 0);
	fake_network_free(n);
}

Test(end, unsound_settings_are_refused)
{
	struct engine_config sound = fake_engine_config();
	struct engine_config bad[8];
	struct engine *e = NULL;

	for (int i = 0; i < 8; i++)
		bad[i] = sound;
	bad[0].window = 0;
	bad[1].window = ENGINE_WINDOW_MAX + 1;
	bad[2].probes = 0;
	bad[3].probes = ENGINE_PROBES_MAX + 1;
	bad[4].min_ttl = 0;
	bad[5].min_ttl = bad[5].max_ttl + 1;
	bad[6].max_ttl = ENGINE_TTL_MAX + 1;
	bad[7].gap_limit = 0;
	for (int i = 0; i < 8; i++)
		cr_assert_eq(engine_new(&bad[i], &e), -EINVAL, "settings %d", i);
	sound.window = ENGINE_WINDOW_MAX;
	sound.max_ttl = 254;
	cr_assert_eq(engine_new(&sound, &e), -EOVERFLOW);
	cr_assert_null(e);
}
