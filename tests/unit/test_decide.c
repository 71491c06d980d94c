// SPDX-License-Identifier: GPL-2.0-or-later
/* The single path's decisions step by step, without a network. */
#include <criterion/criterion.h>

#include "prober/engine/method.h"
#include "tests/support/fake_world.h"

#define SENT	   ((mono){ NS_PER_S })
#define PROBE_BITS 8
#define PROBES	   (1 << PROBE_BITS)

struct decide {
	struct engine_config config;
	struct trace trace;
	struct hop hops[32];
	struct probe probes[PROBES];
	uint8_t *block; /* the only one: all of them */
	uint8_t next_ttl[8];
};

static void decide_start(struct decide *d, enum trace_direction direction, uint32_t probes,
			 uint8_t gap_limit)
{
	*d = (struct decide){ .config = { .probes = probes,
					  .min_ttl = 1,
					  .max_ttl = 30,
					  .gap_limit = gap_limit,
					  .timeout_ns = 2 * NS_PER_S } };
	d->trace.spec.direction = direction;
	d->trace.spec.src = fake_addr("198.51.100.1");
	d->trace.spec.dst = fake_addr("203.0.113.9");
	d->trace.hops = d->hops;
	d->block = (uint8_t *)d->probes;
	d->trace.probes =
		(struct block_list){ .blocks = &d->block, .count = 1, .bits = PROBE_BITS };
	d->trace.next_ttl = d->next_ttl;
	path_method.begin(&d->trace, &d->config);
}

static struct probe *at(struct decide *d, uint8_t ttl, uint8_t try)
{
	return &d->probes[ttl * 8 + try];
}

/* All that may be sent now; returns how much that is. */
static uint32_t send_all(struct decide *d)
{
	uint32_t count = 0;

	for (; path_method.wants(&d->trace, &d->config); count++) {
		struct probe p = { .state = PROBE_WAITING, .sent = SENT };

		path_method.take(&d->trace, &d->config, &p);
		*at(d, p.ttl, p.try) = p;
	}
	return count;
}

/* A router answers, or '@' the trace's end; '!' is a router that says unreachable. */
static void answer(struct decide *d, uint8_t ttl, uint8_t try, char who)
{
	struct probe *p = at(d, ttl, try);

	p->state = PROBE_ANSWERED;
	p->from = fake_router(who, true);
	if (who == '@')
		p->from = trace_is_reverse(&d->trace) ? d->trace.spec.src : d->trace.spec.dst;
	if (who == '!')
		p->icmp = ICMPV4_UNREACHABLE << 8 | 1;
	path_method.answered(&d->trace, &d->config, p);
}

static void lose(struct decide *d, uint8_t ttl, uint8_t try)
{
	at(d, ttl, try)->state = PROBE_LOST;
	path_method.lost(&d->trace, &d->config, at(d, ttl, try));
}

static bool arrive(struct decide *d, uint8_t ttl, uint8_t try, uint8_t len)
{
	return path_method.arrived(&d->trace, &d->config, at(d, ttl, try), (uint8_t)(ttl - len + 1),
				   mono_after(SENT, NS_PER_MS));
}

Test(decide, hop_is_silent_once_all_its_tries_are_lost)
{
	struct decide d;

	decide_start(&d, TRACE_FORWARD, 3, 1);
	send_all(&d);
	answer(&d, 1, 0, 'A');
	send_all(&d);
	lose(&d, 2, 0);
	lose(&d, 2, 1);
	cr_assert_eq(d.trace.stop, 0);
	answer(&d, 2, 2, 'B');
	cr_assert_eq(d.trace.stop, 0);
}

Test(decide, gap_is_none_if_somebody_answered_beyond)
{
	struct decide d;

	decide_start(&d, TRACE_FORWARD, 1, 1);
	send_all(&d);
	answer(&d, 1, 0, 'A');
	answer(&d, 3, 0, 'C');
	lose(&d, 2, 0);
	cr_assert_eq(d.trace.stop, 0);
	send_all(&d);
	lose(&d, 4, 0);
	cr_assert_eq(d.trace.stop, STOP_GAP_LIMIT);
	cr_assert_eq(d.trace.end_ttl, 3);
	cr_assert(path_method.is_over(&d.trace, &d.config));
}

Test(decide, loop_must_be_seen_without_a_hole)
{
	struct decide d;
	static const char path[] = "ABCA*CD";

	decide_start(&d, TRACE_FORWARD, 1, 3);
	for (uint8_t i = 0; path[i]; i++) {
		send_all(&d);
		if (path[i] == '*')
			lose(&d, (uint8_t)(i + 1), 0);
		else
			answer(&d, (uint8_t)(i + 1), 0, path[i]);
		cr_assert_eq(d.trace.stop, 0, "%c", path[i]);
	}
}

Test(decide, destination_and_unreachable_at_the_same_hop)
{
	static const char orders[2][2] = { { '@', '!' }, { '!', '@' } };

	for (int i = 0; i < 2; i++) {
		struct decide d;

		decide_start(&d, TRACE_FORWARD, 2, 3);
		send_all(&d);
		answer(&d, 1, 0, orders[i][0]);
		answer(&d, 1, 1, orders[i][1]);
		cr_assert_eq(d.trace.stop, STOP_COMPLETED);
		cr_assert(d.trace.reached);
	}
}

Test(decide, lowest_hop_of_the_destination_is_the_end)
{
	struct decide d;

	decide_start(&d, TRACE_FORWARD, 1, 3);
	send_all(&d);
	answer(&d, 4, 0, '@');
	cr_assert_eq(d.trace.end_ttl, 4);
	answer(&d, 5, 0, '@');
	cr_assert_eq(d.trace.end_ttl, 4);
	answer(&d, 3, 0, '@');
	cr_assert_eq(d.trace.end_ttl, 3);
	cr_assert_eq(send_all(&d), 0);
}

Test(decide, tries_never_overtake_each_other)
{
	struct decide d;

	for (uint8_t gap = 1; gap < 12; gap++) {
		decide_start(&d, TRACE_FORWARD, 4, gap);
		for (uint8_t ttl = 1; ttl < 20; ttl++) {
			send_all(&d); /* path.c asserts it */
			answer(&d, ttl, 0, (char)('A' + ttl));
		}
	}
}

/* --- arrivals: who still waits, and how long -------------------------------------------- */

/* Two routers, then us; all has been sent, the routers have answered. */
static void reverse_up_to_us(struct decide *d)
{
	decide_start(d, TRACE_REVERSE, 3, 3);
	send_all(d);
	for (uint8_t try = 0; try < 3; try++) {
		answer(d, 1, try, 'A');
		answer(d, 2, try, 'B');
	}
}

Test(decide, only_what_arrived_is_worth_less_patience)
{
	struct decide d;

	reverse_up_to_us(&d);
	for (uint8_t try = 0; try < 3; try++) {
		cr_assert_not(path_method.waits_for_arrived(&d.trace, &d.config));
		cr_assert(arrive(&d, 3, try, 3));
		cr_assert(arrive(&d, 3, try, 3), "seen twice");
	}
	cr_assert(path_method.waits_for_arrived(&d.trace, &d.config));
	answer(&d, 3, 1, '@');
	cr_assert(path_method.waits_for_arrived(&d.trace, &d.config));
	lose(&d, 3, 0);
	lose(&d, 3, 2);
	cr_assert(path_method.is_over(&d.trace, &d.config));
}

Test(decide, routers_before_the_end_are_waited_for)
{
	struct decide d;

	decide_start(&d, TRACE_REVERSE, 3, 3);
	send_all(&d);
	for (uint8_t try = 0; try < 3; try++) {
		answer(&d, 1, try, 'A');
		arrive(&d, 3, try, 3);
	}
	cr_assert_not(path_method.waits_for_arrived(&d.trace, &d.config));
	for (uint8_t try = 0; try < 3; try++)
		lose(&d, 2, try);
	cr_assert(path_method.waits_for_arrived(&d.trace, &d.config));
}

Test(decide, answered_arrival_leaves_others_waiting)
{
	struct decide d;

	reverse_up_to_us(&d);
	arrive(&d, 3, 0, 3);
	answer(&d, 3, 0, '@');
	/* One was answered, two never arrived: lost, perhaps, or just slow. */
	cr_assert_not(path_method.waits_for_arrived(&d.trace, &d.config));
	arrive(&d, 3, 1, 3);
	cr_assert_not(path_method.waits_for_arrived(&d.trace, &d.config));
	arrive(&d, 3, 2, 3);
	cr_assert(path_method.waits_for_arrived(&d.trace, &d.config));
}

Test(decide, patience_is_never_longer_than_the_timeout)
{
	struct decide d;

	reverse_up_to_us(&d);
	d.trace.check_rtt_ns = NS_PER_MS;
	arrive(&d, 3, 0, 3);
	cr_assert_lt(mono_since(SENT, d.trace.patience), NS_PER_S / 10);
	d.trace.check_rtt_ns = NS_PER_S;
	arrive(&d, 3, 1, 3);
	cr_assert_eq(mono_since(SENT, d.trace.patience), 2 * NS_PER_S + NS_PER_MS);
}

Test(decide, length_by_arrival_at_any_ttl)
{
	struct decide d;

	reverse_up_to_us(&d);
	cr_assert(arrive(&d, 5, 0, 3));
	cr_assert_eq(d.trace.arrival_len, 3);
	cr_assert_eq(d.trace.end_ttl, 3);
	cr_assert_not(arrive(&d, 4, 0, 4), "one length or the other");
	cr_assert_not(arrive(&d, 4, 0, 2), "a router answered there");
	cr_assert_eq(d.trace.arrival_len, 3);
}
