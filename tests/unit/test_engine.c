// SPDX-License-Identifier: GPL-2.0-or-later
/* Many traces together: interrupts, time, identifiers; and chaos. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

#include "prober/engine/state.h"
#include "tests/support/fake_trace.h"

#define HOSTS 12

static const struct fake_site sites[HOSTS] = {
	{ .addr = "203.0.113.1", .forward = "A B C D E", .reverse = "K L M N" },
	{ .addr = "203.0.113.2", .forward = "A * * D E?", .reverse = "* L M N O P" },
	{ .addr = "203.0.113.3", .forward = "A B C! D", .reverse = "K L L L L L L L L" },
	{ .addr = "203.0.113.4",
	  .forward = "A B A B A B A B A B A B A B A B A B",
	  .host = { .speech = FAKE_ECHOES } },
	{ .addr = "203.0.113.5", .forward = "A B", .host = { .speech = FAKE_DEAD } },
	{ .addr = "203.0.113.6",
	  .forward = "A B C # E F G H I J K L",
	  .reverse = "K",
	  .host = { .client_filters = true, .has_global_ids = true } },
	{ .addr = "203.0.113.7",
	  .forward = "",
	  .reverse = "K L M N",
	  .host = { .gone_at = { 1001 * NS_PER_S } } },
	{ .addr = "203.0.113.8",
	  .forward = "* * * * * * * * * * * * * * * * * * * * * * * * * * * * * * *",
	  .reverse = "* * * * * * * * * * * * * * * * * * * * * * * * * * * * * * *" },
	{ .addr = "2001:db8:9::1",
	  .forward = "A B C D E F G H",
	  .reverse = "K L M",
	  .later_reverse = "K L M N O P",
	  .later_forward = "A B C",
	  .changes_at = { 1000 * NS_PER_S + 100 * NS_PER_MS } },
	{ .addr = "2001:db8:9::2",
	  .forward = "A B C D",
	  .reverse = "K L",
	  .host = { .refused_proto = PROTO_UDP, .is_swapped = true } },
	{ .addr = "2001:db8:9::3",
	  .forward = "A B C # D",
	  .reverse = "K L M",
	  .base_ns = 3 * NS_PER_S,
	  .host = { .has_wide_time = true } },
	{ .addr = "2001:db8:9::4",
	  .forward = "A B@",
	  .reverse = "K L M",
	  .host = { .speech = FAKE_NOT_THERE } },
};

static const struct fake_sites world = { sites, HOSTS };

struct crowd {
	uint32_t traces;
	uint32_t added;
	uint32_t records[1000]; /* by job */
	uint32_t stops[128];
	uint64_t packets; /* by the records */
};

static bool crowd_more(void *self, struct trace_spec *ret_spec)
{
	struct crowd *c = self;
	const char *dst = sites[c->added % HOSTS].addr;
	bool is_v4 = !strchr(dst, ':');
	uint8_t protos[3] = { PROTO_UDP, PROTO_TCP, is_v4 ? PROTO_ICMP : PROTO_ICMPV6 };

	if (c->added == c->traces)
		return false;
	*ret_spec = fake_trace_spec(c->added / HOSTS % 2 ? TRACE_REVERSE : TRACE_FORWARD, dst,
				    protos[c->added / HOSTS / 2 % 3], c->added);
	c->added++;
	return true;
}

static void crowd_done(void *self, const struct trace_record *record, uint32_t job)
{
	struct crowd *c = self;

	cr_assert_lt(job, c->added);
	c->records[job]++;
	cr_assert_lt(record->stop, 128);
	c->stops[record->stop]++;
	c->packets += record->sent + record->checks;
	fake_expect_order(record);
	cr_assert_leq(record->lost, record->sent);
	cr_assert_not_null(record->target);
	for (size_t i = 0; i < record->probe_count; i++)
		if (!record->probes[i].answered && !record->probes[i].arrived)
			cr_assert(addr_is_none(&record->probes[i].from));
}

static struct fake_network *crowd_new(struct crowd *c, struct fake_network_config *config)
{
	memset(c, 0, sizeof(*c));
	c->traces = 216;
	config->world = fake_world_of(&world);
	config->self = c;
	config->more = crowd_more;
	config->done = crowd_done;
	return fake_network_new(config);
}

static void crowd_expect_all(const struct crowd *c, const struct fake_network *n)
{
	for (uint32_t i = 0; i < c->added; i++)
		cr_assert_eq(c->records[i], 1, "trace %u has %u records", i, c->records[i]);
	cr_assert_eq(c->packets, fake_network_counts(n)->sent);
}

static struct crowd crowd;

/* --- chaos ----------------------------------------------------------------------------- */

static uint32_t any(struct fake_dice *dice, uint32_t least, uint32_t most)
{
	return least + fake_dice_below(dice, most - least + 1);
}

static struct fake_network_config chaos(uint64_t seed)
{
	struct fake_network_config config = { .seed = seed, .engine = fake_engine_config() };
	struct fake_dice dice = { .state = seed * 77 };
	struct engine_config *engine = &config.engine;

	engine->window = any(&dice, 1, 40);
	engine->probes = any(&dice, 1, 6);
	engine->gap_limit = (uint8_t)any(&dice, 1, 7);
	engine->min_ttl = (uint8_t)any(&dice, 1, 4);
	engine->max_ttl = (uint8_t)any(&dice, engine->min_ttl, 34);
	engine->host_limit.gap_ns = any(&dice, 0, 3) * NS_PER_MS;
	engine->host_limit.burst = any(&dice, 0, 5);
	engine->timeout_ns = any(&dice, 1, 2000) * NS_PER_MS;
	config.loss_ppm = any(&dice, 0, 300000);
	config.duplicate_ppm = any(&dice, 0, 300000);
	config.late_ppm = any(&dice, 0, 100000);
	config.forge_ppm = any(&dice, 0, 300000);
	config.jitter_ns = any(&dice, 0, 300) * NS_PER_MS;
	config.poll_ns = any(&dice, 0, 2) * NS_PER_MS;
	config.has_no_stamps = any(&dice, 0, 3) == 0;
	config.quoted = any(&dice, 0, 1) ? 8 : 0;
	config.events = 1 << 14;
	return config;
}

Test(engine, each_trace_has_one_record_whatever_happens)
{
	uint32_t stops[128] = { 0 };

	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct fake_network_config config = chaos(seed);
		struct fake_network *n = crowd_new(&crowd, &config);

		fake_network_run(n, MONO_NEVER);
		cr_assert_eq(crowd.added, crowd.traces);
		crowd_expect_all(&crowd, n);
		fake_network_free(n);
		for (int i = 0; i < 128; i++)
			stops[i] += crowd.stops[i];
	}
	/* Nearly every way to end was among them. */
	cr_assert(stops[STOP_COMPLETED] && stops[STOP_UNREACHABLE] && stops[STOP_LOOP]);
	cr_assert(stops[STOP_GAP_LIMIT] && stops[STOP_ERROR] && stops[STOP_MAX_TTL]);
	cr_assert(stops[STOP_NOT_SUPPORTED] && stops[STOP_NO_ANSWER]);
}

/* --- interrupts ------------------------------------------------------------------------- */

static void interrupt_at(uint64_t ms, bool now_or_never, uint64_t seed)
{
	struct fake_network_config config = chaos(seed);
	struct fake_network *n;
	uint64_t sent;
	mono at = mono_after(FAKE_START, ms * NS_PER_MS);

	config.poll_ns = 0;
	n = crowd_new(&crowd, &config);
	fake_network_run(n, at);
	sent = fake_network_counts(n)->sent;
	fake_network_interrupt(n, now_or_never);
	cr_assert_not(engine_has_room(fake_network_engine(n), 1));
	if (now_or_never)
		cr_assert_eq(engine_running(fake_network_engine(n)), 0);
	fake_network_run(n, MONO_NEVER);
	cr_assert_eq(fake_network_counts(n)->sent, sent, "packets after the interrupt");
	cr_assert_leq(mono_since(at, fake_network_now(n)),
		      config.engine.timeout_ns + 20 * NS_PER_US);
	crowd_expect_all(&crowd, n);
	fake_network_free(n);
}

Test(engine, interrupted_gracefully_it_waits_for_what_is_on_the_way)
{
	for (uint64_t seed = 1; seed < 20; seed++)
		interrupt_at(seed * 37, false, seed);
	interrupt_at(0, false, 1);
}

Test(engine, interrupted_at_once_it_waits_for_nothing)
{
	for (uint64_t seed = 1; seed < 20; seed++)
		interrupt_at(seed * 37, true, seed);
	interrupt_at(0, true, 1);
}

Test(engine, interrupted_trace_keeps_what_it_found)
{
	struct fake_network_config config = { .seed = 1, .engine = fake_engine_config() };
	struct trace_spec spec = fake_trace_spec(TRACE_FORWARD, sites[0].addr, PROTO_UDP, 3);
	struct fake_network *n;

	config.world = fake_world_of(&world);
	n = fake_network_new(&config);
	fake_network_add(n, &spec);
	fake_network_run(n, mono_after(FAKE_START, 25 * NS_PER_MS));
	fake_network_interrupt(n, false);
	fake_network_run(n, MONO_NEVER);
	fake_expect_stop(fake_network_record(n, 3), STOP_INTERRUPTED, 0);
	/* All but the last hops had been asked, and they answered. */
	cr_assert_geq(fake_network_record(n, 3)->path_len, 5);
	cr_assert_lt(fake_network_now(n).ns, mono_after(FAKE_START, 100 * NS_PER_MS).ns);
	fake_network_free(n);
}

static bool leaves(void *arg, const struct trace_spec *spec)
{
	return spec->job == *(uint32_t *)arg;
}

Test(engine, left_trace_sends_no_more_and_others_go_on)
{
	struct fake_network_config config = { .seed = 1, .engine = fake_engine_config() };
	uint32_t left = 3;
	struct fake_network *n;

	config.world = fake_world_of(&world);
	n = fake_network_new(&config);
	for (uint32_t job = 3; job < 5; job++) {
		struct trace_spec spec =
			fake_trace_spec(TRACE_FORWARD, sites[job - 3].addr, PROTO_UDP, job);

		fake_network_add(n, &spec);
	}
	fake_network_run(n, mono_after(FAKE_START, 25 * NS_PER_MS));
	engine_leave(fake_network_engine(n), leaves, &left, fake_network_now(n));
	fake_network_run(n, MONO_NEVER);
	fake_expect_stop(fake_network_record(n, 3), STOP_INTERRUPTED, 0);
	cr_expect_neq(fake_network_record(n, 4)->stop, STOP_INTERRUPTED);
	fake_network_free(n);
}

/* --- time and identifiers ----------------------------------------------------------------- */

Test(engine, waiting_costs_no_rounds)
{
	struct fake_network_config config = { .seed = 1, .engine = fake_engine_config() };
	struct trace_spec spec = fake_trace_spec(TRACE_FORWARD, sites[7].addr, PROTO_UDP, 0);
	struct fake_network *n;

	config.world = fake_world_of(&world);
	n = fake_network_new(&config);
	fake_network_add(n, &spec);
	fake_network_run(n, MONO_NEVER);
	/* One for each packet, one for its departure, one for its end; and some. */
	cr_assert_leq(fake_network_counts(n)->passes, 3 * fake_network_counts(n)->sent + 5);
	fake_network_free(n);
}

Test(engine, idle_engine_has_no_deadline)
{
	struct engine_config config = fake_engine_config();
	struct trace_record record;
	struct engine_packet packet;
	struct engine *e;
	uint32_t job;

	cr_assert_eq(engine_new(&config, &e), 0);
	cr_assert_eq(engine_next_deadline(e, FAKE_START).ns, UINT64_MAX);
	cr_assert_not(engine_next_packet(e, FAKE_START, &packet));
	cr_assert_not(engine_next_done(e, &record, &job));
	engine_expire(e, FAKE_START);
	cr_assert_eq(engine_running(e), 0);
	engine_free(e);
	engine_free(NULL);
}

Test(engine, identifier_that_is_awaited_is_passed_over)
{
	struct engine_config config = fake_engine_config();
	struct trace_spec spec = fake_trace_spec(TRACE_FORWARD, sites[7].addr, PROTO_UDP, 0);
	struct engine_packet first;
	struct engine_packet next;
	struct host *host;
	struct engine *e;

	config.host_limit.gap_ns = 0;
	cr_assert_eq(engine_new(&config, &e), 0);
	engine_add(e, &spec, FAKE_START);
	host = hosts_find(e->hosts, &spec.dst);
	host->next_id = UINT16_MAX - 1;
	for (int i = 0; i < 3; i++)
		cr_assert(engine_next_packet(e, FAKE_START, i ? &next : &first));
	cr_assert_eq(first.spec.id, UINT16_MAX);
	cr_assert_eq(next.spec.id, 2); /* 0 is none */
	host->next_id = UINT16_MAX - 1;
	cr_assert(engine_next_packet(e, FAKE_START, &next));
	cr_assert_eq(next.spec.id, 3);
	engine_free(e);
}

/* Each new one costs reverse traces an entry in every NAT; forward ones would wait. */
Test(engine, forward_traces_leave_answered_identifiers_to_reverse_ones)
{
	static const enum trace_direction directions[] = { TRACE_FORWARD, TRACE_REVERSE };

	for (int i = 0; i < 2; i++) {
		struct engine_config config = fake_engine_config();
		struct trace_spec spec =
			fake_trace_spec(directions[i], sites[0].addr, PROTO_UDP, 0);
		struct engine_packet packet;
		struct engine *e;

		cr_assert_eq(engine_new(&config, &e), 0);
		engine_add(e, &spec, FAKE_START);
		host_give_id(hosts_find(e->hosts, &spec.dst), 777, (mono){ 1 });
		cr_assert(engine_next_packet(e, FAKE_START, &packet));
		cr_assert_eq(packet.spec.id == 777, i == 1);
		engine_free(e);
	}
}

Test(engine, adding_after_an_interrupt_is_a_programming_error, .signal = SIGABRT)
{
	struct engine_config config = fake_engine_config();
	struct trace_spec spec = fake_trace_spec(TRACE_FORWARD, sites[0].addr, PROTO_UDP, 0);
	struct engine *e;

	cr_assert_eq(engine_new(&config, &e), 0);
	engine_interrupt(e, false, FAKE_START);
	cr_assert_not(engine_has_room(e, 1));
	engine_add(e, &spec, FAKE_START);
}

Test(engine, reverse_trace_needs_few_identifiers)
{
	static struct fake_site site = { .addr = "203.0.113.1",
					 .reverse = "K L M N O P Q R S T U V W X Y Z" };
	struct fake_network_config config = { .seed = 1, .engine = fake_engine_config() };
	struct fake_network *n;
	const struct trace_record *record;

	config.engine.host_limit.gap_ns = 50 * NS_PER_MS;
	config.engine.probes = 10;
	n = fake_trace(&site, config, TRACE_REVERSE, PROTO_UDP);
	record = fake_network_record(n, 0);
	fake_expect_path(record, "K L M N O P Q R S T U V W X Y Z @");
	/* Each rests half a second after its answer, and 20 leave in a second. */
	cr_assert_gt(record->sent, 170);
	cr_assert_leq(fake_network_identifiers(n), 20);
	fake_network_free(n);
}
