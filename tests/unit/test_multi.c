// SPDX-License-Identifier: GPL-2.0-or-later
/* Multipath traces through the engine and a network of real bytes. */
#include "prober/engine/multi.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fake_balanced.h"
#include "tests/support/fake_multi.h"
#include "tests/support/fake_trace.h"

#define SIXTEEN "S-A A-B1..16 B1..16-C C-@"
#define SURE	0.0001

static struct fake_balanced world;

static uint64_t time_of(const struct fake_network *n)
{
	return mono_since(FAKE_START, fake_network_now(n));
}

#define V4 "203.0.113.7"
#define V6 "2001:db8:9::7"

static const struct {
	const char *dst;
	uint8_t proto;
} kinds[] = { { V4, PROTO_UDP }, { V4, PROTO_TCP }, { V4, PROTO_ICMP },
	      { V6, PROTO_UDP }, { V6, PROTO_TCP }, { V6, PROTO_ICMPV6 } };

static const char *const texts[] = {
	"S-A A-B1..2 B1-C B2-D D-C C-E E-@",
	"S-A A-B1..8 B1..8-@",
	SIXTEEN,
	"S-A A-B1..2 B1..2-C C-D1..3 D1..3-E E-@",
	"S-A A-B1..4 B1..4-C1..4 C1..4-@",
};

Test(multi, every_protocol_and_direction_is_exact)
{
	for (size_t i = 0; i < 6 * 5; i++) {
		for (int reverse = 0; reverse < 2; reverse++) {
			struct fake_network *n;

			fake_balanced_init(&world, texts[i % 5], i);
			n = fake_multi_run(&world, fake_multi_config(SURE),
					   reverse ? TRACE_REVERSE : TRACE_FORWARD,
					   kinds[i / 5].dst, kinds[i / 5].proto);
			cr_assert(fake_balanced_is_exact(&world, fake_network_record(n, 0)),
				  "%s, %s, protocol %u, %s", texts[i % 5], kinds[i / 5].dst,
				  kinds[i / 5].proto, reverse ? "reverse" : "forward");
			cr_assert_eq(fake_network_record(n, 0)->arrival_len > 0, reverse);
			fake_network_free(n);
		}
	}
}

/* Of 100 runs with each. */
static uint32_t exact_of_100(const char *text, uint32_t loss_ppm, double eps,
			     enum trace_direction direction)
{
	uint32_t exact = 0;

	for (uint64_t seed = 1; seed <= 100; seed++) {
		struct fake_network_config config = fake_multi_config(eps);
		struct fake_network *n;

		fake_balanced_init(&world, text, seed * 1000);
		config.seed = seed;
		config.loss_ppm = loss_ppm;
		config.jitter_ns = 20 * NS_PER_MS;
		config.duplicate_ppm = 10000;
		n = fake_multi_run(&world, config, direction, V4, PROTO_UDP);
		exact += fake_balanced_is_exact(&world, fake_network_record(n, 0));
		fake_network_free(n);
	}
	return exact;
}

Test(multi, loss_of_ten_percent_leaves_it_exact)
{
	for (size_t i = 0; i < 5; i++) {
		uint32_t forward = exact_of_100(texts[i], 100000, 0.005, TRACE_FORWARD);
		uint32_t reverse = exact_of_100(texts[i], 100000, 0.005, TRACE_REVERSE);

		cr_expect_geq(forward, 95, "%s: %u", texts[i], forward);
		cr_expect_geq(reverse, 95, "reverse %s: %u", texts[i], reverse);
	}
}

Test(multi, rate_limited_router_leaves_it_exact)
{
	static const char *const limited[] = { "S-A A-B B-C1..8 C1..8-D D-@ ?B",
					       "S-A A-B1..2 B1..2-C C-@ ?B1" };

	for (size_t i = 0; i < 2; i++) {
		uint32_t exact = exact_of_100(limited[i], 0, 0.005, TRACE_FORWARD);

		cr_expect_geq(exact, 95, "%s: %u", limited[i], exact);
	}
}

/* --- what the record says ----------------------------------------------------------------- */

/* Flows that were answered from both ends of the link. */
static uint32_t flows_of(const struct trace_record *r, const struct link_record *link)
{
	const struct vertex_record *near = &r->vertices[link->near];
	const struct vertex_record *far = &r->vertices[link->far];
	bool at_near[65536] = { false };
	bool counted[65536] = { false };
	uint32_t flows = 0;

	for (size_t i = 0; i < r->probe_count; i++) {
		const struct probe_record *p = &r->probes[i];

		if ((p->answered || p->arrived) && p->ttl == near->ttl &&
		    addr_equal(&p->from, &near->addr))
			at_near[p->flow] = true;
		if (!(p->answered || p->arrived) || p->ttl != far->ttl || counted[p->flow] ||
		    !addr_equal(&p->from, &far->addr) || !(near->ttl == 0 || at_near[p->flow]))
			continue;
		counted[p->flow] = true;
		flows++;
	}
	return flows;
}

Test(multi, links_have_the_flows_of_the_probes)
{
	for (size_t i = 0; i < 5; i++) {
		struct fake_network_config config = fake_multi_config(SURE);
		const struct trace_record *r;
		struct fake_network *n;

		config.loss_ppm = 50000;
		config.engine.mda.eps_trace = 0.5;
		fake_balanced_init(&world, texts[i], i);
		n = fake_multi_run(&world, config, i % 2 ? TRACE_REVERSE : TRACE_FORWARD, V4,
				   PROTO_UDP);
		r = fake_network_record(n, 0);
		for (size_t k = 0; k < r->link_count; k++)
			cr_assert_eq(r->links[k].flows, flows_of(r, &r->links[k]), "%s: link %zu",
				     texts[i], k);
		cr_assert_eq(r->eps, SURE);
		cr_assert_eq(r->eps_trace, 0.5);
		cr_assert_not(r->is_per_packet);
		cr_assert_eq(r->sent, r->probe_count);
		cr_assert_eq(r->sent + r->checks, fake_network_counts(n)->sent);
		fake_network_free(n);
	}
}

Test(multi, balancing_by_packet_shows_routers_and_no_links)
{
	struct fake_network *n;

	fake_balanced_init(&world, "S-A A-B1..4 B1..4=C1..4 C1..4-@ !A", 1);
	n = fake_multi_run(&world, fake_multi_config(SURE), TRACE_FORWARD, V4, PROTO_UDP);
	cr_assert(fake_network_record(n, 0)->is_per_packet);
	cr_assert_eq(fake_network_record(n, 0)->link_count, 0);
	cr_assert_geq(fake_network_record(n, 0)->vertex_count, 10);
	fake_network_free(n);
}

/* --- ends ----------------------------------------------------------------------------------- */

Test(multi, reverse_ends_by_arrivals_where_answers_are_filtered)
{
	for (size_t i = 0; i < 6; i++) {
		struct fake_network *n;

		fake_balanced_init(&world, SIXTEEN, i);
		world.host.client_filters = true;
		n = fake_multi_run(&world, fake_multi_config(SURE), TRACE_REVERSE, kinds[i].dst,
				   kinds[i].proto);
		cr_assert(fake_balanced_is_exact(&world, fake_network_record(n, 0)));
		cr_assert_eq(fake_network_record(n, 0)->arrival_len, 4);
		cr_assert_eq(fake_network_record(n, 0)->lost, 0);
		cr_log_info("%g s", (double)time_of(n) / 1e9);
		/* No timeout is waited for: that alone would be two seconds. */
		cr_assert_lt(time_of(n), 2 * NS_PER_S);
		fake_network_free(n);
	}
}

Test(multi, arrived_probes_never_crowd_out_those_in_flight)
{
	static const uint16_t bursts[] = { 1, 3, 300 };

	for (size_t i = 0; i < 3; i++) {
		struct fake_network_config config = fake_multi_config(0.000001);
		struct fake_network *n;

		config.engine.window = 1;
		config.engine.mda.min_burst = config.engine.mda.max_burst = bursts[i];
		config.engine.timeout_ns = 3000 * NS_PER_S; /* all of them wait all the time */
		fake_balanced_init(&world, "S-A A-B1..40 B1..40-@", i);
		world.host.client_filters = true;
		n = fake_multi_run(&world, config, TRACE_REVERSE, V4, PROTO_UDP);
		cr_assert(fake_balanced_is_exact(&world, fake_network_record(n, 0)));
		fake_network_free(n);
	}
}

Test(multi, hosts_without_a_server_have_a_record_without_hops)
{
	static const struct {
		enum fake_speech speech;
		enum trace_stop stop;
	} hosts[] = { { FAKE_ECHOES, STOP_NOT_SUPPORTED },
		      { FAKE_DEAD, STOP_NO_ANSWER },
		      { FAKE_NOT_THERE, STOP_UNREACHABLE } };

	for (size_t i = 0; i < 3; i++) {
		const struct trace_record *r;
		struct fake_network *n;

		fake_balanced_init(&world, SIXTEEN, i);
		world.host.speech = hosts[i].speech;
		n = fake_multi_run(&world, fake_multi_config(SURE), TRACE_REVERSE, V4, PROTO_UDP);
		r = fake_network_record(n, 0);
		cr_assert_eq(r->stop, hosts[i].stop);
		cr_assert_eq(r->mode, TRACE_MDA);
		cr_assert_eq(r->vertex_count, 1);
		cr_assert_eq(r->link_count + r->probe_count, 0);
		fake_network_free(n);
	}
}

Test(multi, refusal_is_asked_about_and_ends_it)
{
	struct fake_network *n;

	fake_balanced_init(&world, SIXTEEN, 1);
	world.host.refused_proto = PROTO_UDP;
	n = fake_multi_run(&world, fake_multi_config(SURE), TRACE_REVERSE, V4, PROTO_UDP);
	cr_assert_eq(fake_network_record(n, 0)->stop, STOP_ERROR);
	cr_assert_eq(fake_network_record(n, 0)->stop_code >> 8, REFUSED_PROTOCOL);
	cr_assert_eq(fake_network_record(n, 0)->vertex_count, 1);
	fake_network_free(n);
}

Test(multi, server_that_goes_away_midway_leaves_what_was_found)
{
	for (uint64_t ms = 20; ms < 400; ms += 20) {
		const struct trace_record *r;
		struct fake_network *n;

		fake_balanced_init(&world, SIXTEEN, ms);
		world.host.gone_at = mono_after(FAKE_START, ms * NS_PER_MS);
		n = fake_multi_run(&world, fake_multi_config(SURE), TRACE_REVERSE, V4, PROTO_UDP);
		r = fake_network_record(n, 0);
		cr_assert(r->stop == STOP_NOT_SUPPORTED || r->stop == STOP_COMPLETED);
		for (size_t i = 0; i < r->link_count; i++)
			cr_assert_lt(r->links[i].far, r->vertex_count);
		fake_network_free(n);
	}
}

Test(multi, budget_ends_it_with_what_was_found)
{
	for (uint32_t budget = 1; budget < 600; budget = budget * 3 / 2 + 1) {
		struct fake_network_config config = fake_multi_config(0.05);
		const struct trace_record *r;
		struct fake_judgement j;
		struct fake_network *n;

		config.engine.budget = budget;
		config.loss_ppm = 50000;
		fake_balanced_init(&world, SIXTEEN, budget);
		n = fake_multi_run(&world, config, TRACE_FORWARD, V4, PROTO_UDP);
		r = fake_network_record(n, 0);
		cr_assert_leq(r->sent, budget);
		cr_assert_eq(r->stop, r->sent < budget ? STOP_COMPLETED : STOP_BUDGET, "%u of %u",
			     r->sent, budget);
		fake_balanced_judge(&world, r, &j);
		cr_assert_eq(j.nodes_false + j.links_false, 0);
		fake_network_free(n);
	}
}

Test(multi, interrupted_it_keeps_what_was_found)
{
	for (uint64_t ms = 1; ms < 300; ms += 7) {
		struct fake_network_config config = fake_multi_config(0.05);
		struct trace_spec spec =
			fake_trace_spec(ms & 2 ? TRACE_FORWARD : TRACE_REVERSE, V4, PROTO_UDP, 0);
		struct fake_judgement j;
		struct fake_network *n;

		fake_balanced_init(&world, SIXTEEN, ms);
		config.loss_ppm = 50000;
		config.world = fake_balanced_world(&world);
		n = fake_network_new(&config);
		fake_network_add(n, &spec);
		fake_network_run(n, mono_after(FAKE_START, ms * NS_PER_MS));
		if (engine_running(fake_network_engine(n)))
			fake_network_interrupt(n, ms & 1);
		fake_network_run(n, MONO_NEVER);
		cr_assert_lt(time_of(n), 5 * NS_PER_S);
		fake_balanced_judge(&world, fake_network_record(n, 0), &j);
		cr_assert_eq(j.nodes_false + j.links_false, 0);
		fake_network_free(n);
	}
}

Test(multi, ttls_at_their_bounds)
{
	struct fake_network_config config = fake_multi_config(SURE);
	const struct trace_record *r;
	struct fake_network *n;

	/* Behind the first hops, which are not asked. */
	config.engine.min_ttl = 3;
	fake_balanced_init(&world, "S-A A-B B-C1..4 C1..4-D D-@", 1);
	for (int reverse = 0; reverse < 2; reverse++) {
		n = fake_multi_run(&world, config, reverse ? TRACE_REVERSE : TRACE_FORWARD, V4,
				   PROTO_UDP);
		r = fake_network_record(n, 0);
		cr_assert_eq(r->stop, STOP_COMPLETED);
		cr_assert_eq(r->vertex_count, 7);
		cr_assert_eq(r->link_count, 4 + 4 + 1);
		fake_network_free(n);
	}
	/* Nobody but one router, for ever. */
	config.engine.min_ttl = 1;
	config.engine.max_ttl = config.engine.gap_limit = 254;
	fake_balanced_init(&world, "S-A A-A", 1);
	n = fake_multi_run(&world, config, TRACE_FORWARD, V4, PROTO_UDP);
	r = fake_network_record(n, 0);
	cr_assert_eq(r->stop, STOP_MAX_TTL);
	cr_assert_eq(r->probes[r->probe_count - 1].ttl, 254);
	fake_network_free(n);
	config.engine.max_ttl = 2;
	n = fake_multi_run(&world, config, TRACE_FORWARD, V4, PROTO_UDP);
	cr_assert_eq(fake_network_record(n, 0)->stop, STOP_MAX_TTL);
	fake_network_free(n);
}
