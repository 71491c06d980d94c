// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/namer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/container.h"
#include "output/names.h"
#include "tests/unit/records.h"

enum {
	LOOKUPS = 3,
	ROOM = 4,
	ROOM_BYTES = 1 << 20,
	CAPACITY = 100,
	PATIENCE_S = 2,
	LOG_LEN = 2048,
};

/*
 * The resolver and the sink of these tests: what was asked, as "lookup=address", and
 * what came out, as "target:name,name" with a name for each probe, "-" for none.
 */
static struct world {
	struct namer *namer;
	struct names *names;
	char asked[LOG_LEN];
	char delivered[LOG_LEN];
	bool refuses;
} world;

static int world_ask(void *resolver, uint32_t lookup, const struct addr *addr)
{
	struct world *w = resolver;
	char text[ADDR_TEXT_LEN];
	size_t used = strlen(w->asked);

	cr_assert_lt(lookup, LOOKUPS);
	snprintf(w->asked + used, LOG_LEN - used, "%s%u=%s", used ? " " : "", lookup,
		 addr_to_text(addr, text));
	return w->refuses ? -ENOMEM : 0;
}

static void world_deliver(void *sinks, const struct trace_record *record)
{
	struct world *w = sinks;
	size_t used = strlen(w->delivered);

	used += (size_t)snprintf(w->delivered + used, LOG_LEN - used, "%s%s:", used ? " " : "",
				 record->target);
	for (size_t i = 0; i < record->probe_count; i++) {
		const char *name = names_find(record->names, &record->probes[i].from);

		used += (size_t)snprintf(w->delivered + used, LOG_LEN - used, "%s%s", i ? "," : "",
					 name ? name : "-");
	}
}

/* Compares, and begins anew. */
static void expect(char *log, const char *wanted)
{
	cr_assert_str_eq(log, wanted);
	log[0] = '\0';
}

static void set_up(size_t room_bytes, uint32_t capacity)
{
	struct namer_config config = {
		.ask = world_ask,
		.resolver = &world,
		.deliver = world_deliver,
		.sinks = &world,
		.lookups = LOOKUPS,
		.room = ROOM,
		.room_bytes = room_bytes,
		.patience_ns = PATIENCE_S * NS_PER_S,
	};

	memset(&world, 0, sizeof(world));
	cr_assert_eq(names_new(capacity, 7, &world.names), 0);
	config.names = world.names;
	cr_assert_eq(namer_new(&config, &world.namer), 0);
}

static void tear_down(void)
{
	namer_free(world.namer);
	names_free(world.names);
}

static void set_up_preset(void)
{
	set_up(ROOM_BYTES, CAPACITY);
}

TestSuite(namer, .init = set_up_preset, .fini = tear_down);

static mono at_ms(uint64_t ms)
{
	return (mono){ NS_PER_S + ms * NS_PER_MS };
}

/* A trace from 10.0.0.1 to itself, so that the ends count once. */
static void add(const char *target, uint64_t ms, const char *first, const char *second)
{
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, target, "10.0.0.1", "10.0.0.1");
	draft_add(&d, 1, first, 100);
	if (second)
		draft_add(&d, 2, second, 200);
	namer_add(world.namer, &d.trace, at_ms(ms));
	memset(&d, 0x55, sizeof(d));
}

static void answer(uint32_t lookup, const char *raw)
{
	namer_answer(world.namer, lookup, raw, 1000);
}

/* So that tests need not speak of the ends. */
static void learn_ends(void)
{
	add("ends", 0, NULL, NULL);
	answer(0, NULL);
	expect(world.asked, "0=10.0.0.1");
	expect(world.delivered, "ends:-");
}

Test(namer, record_waits_for_all_of_its_names)
{
	add("a", 0, "10.0.0.2", "10.0.0.3");
	expect(world.asked, "0=10.0.0.1 1=10.0.0.2 2=10.0.0.3");
	cr_assert_eq(namer_waiting(world.namer), 1);
	answer(0, "me.example");
	answer(2, "three.example");
	expect(world.delivered, "");
	answer(1, "two.example");
	expect(world.delivered, "a:two.example,three.example");
	cr_assert_eq(namer_waiting(world.namer), 0);
	cr_assert_eq(namer_deadline(world.namer).ns, MONO_NEVER.ns);
	cr_assert_eq(namer_stats(world.namer)->asked, 3);
	cr_assert_eq(namer_stats(world.namer)->named, 3);
	cr_assert_eq(namer_stats(world.namer)->early, 0);
}

Test(namer, each_address_is_asked_for_once)
{
	learn_ends();
	add("a", 0, "10.0.0.2", "10.0.0.2");
	add("b", 0, "10.0.0.2", "10.0.0.3");
	expect(world.asked, "0=10.0.0.2 1=10.0.0.3");
	answer(0, NULL); /* "no such name" is remembered, too */
	expect(world.delivered, "a:-,-");
	answer(1, "three.example");
	expect(world.delivered, "b:-,three.example");
	add("c", 0, "10.0.0.3", "10.0.0.2");
	expect(world.asked, "");
	expect(world.delivered, "c:three.example,-");
}

Test(namer, silence_of_the_name_servers_is_remembered)
{
	learn_ends();
	add("a", 0, "10.0.0.2", NULL);
	namer_answer(world.namer, 0, NULL, 0);
	expect(world.asked, "0=10.0.0.2");
	expect(world.delivered, "a:-");
	add("b", 0, "10.0.0.2", NULL);
	expect(world.asked, "");
	expect(world.delivered, "b:-");
	cr_assert_eq(namer_stats(world.namer)->unanswered, 1);
}

Test(namer, hostile_name_is_none)
{
	learn_ends();
	add("a", 0, "10.0.0.2", NULL);
	answer(0, "\033]0;owned\007.example");
	expect(world.delivered, "a:-");
	cr_assert_eq(namer_stats(world.namer)->refused, 1);
	cr_assert_eq(namer_stats(world.namer)->named, 0);
}

Test(namer, records_go_on_in_the_order_of_completion)
{
	learn_ends();
	add("a", 0, "10.0.0.2", NULL);
	add("b", 0, "10.0.0.3", NULL);
	add("c", 0, "10.0.0.2", NULL);
	answer(1, "three.example");
	expect(world.delivered, "b:three.example");
	answer(0, "two.example");
	expect(world.delivered, "a:two.example c:two.example");
}

Test(namer, no_more_lookups_at_once_than_allowed)
{
	learn_ends();
	add("a", 0, "10.0.0.2", "10.0.0.3");
	add("b", 0, "10.0.0.4", "10.0.0.5");
	expect(world.asked, "0=10.0.0.2 1=10.0.0.3 2=10.0.0.4");
	answer(1, NULL);
	expect(world.asked, "1=10.0.0.5");
	answer(0, NULL);
	expect(world.asked, "");
	expect(world.delivered, "a:-,-");
	answer(1, "five.example");
	answer(2, "four.example");
	expect(world.delivered, "b:four.example,five.example");
}

Test(namer, nobody_waits_longer_than_the_limit)
{
	learn_ends();
	add("a", 0, "10.0.0.2", "10.0.0.3");
	add("b", 500, "10.0.0.3", NULL);
	answer(0, "two.example");
	cr_assert_eq(namer_deadline(world.namer).ns, at_ms(2000).ns);
	namer_expire(world.namer, (mono){ at_ms(2000).ns - 1 });
	expect(world.delivered, "");
	namer_expire(world.namer, at_ms(2000));
	expect(world.delivered, "a:two.example,-");
	cr_assert_eq(namer_deadline(world.namer).ns, at_ms(2500).ns);
	namer_expire(world.namer, at_ms(9000));
	expect(world.delivered, "b:-");
	cr_assert_eq(namer_stats(world.namer)->early, 2);
	/* The answer is late for them, and in time for others. */
	expect(world.asked, "0=10.0.0.2 1=10.0.0.3");
	answer(1, "three.example");
	add("c", 9000, "10.0.0.3", NULL);
	expect(world.asked, "");
	expect(world.delivered, "c:three.example");
}

/* What only a record asked for that has gone on is asked for no more. */
Test(namer, questions_of_those_who_left_are_dropped)
{
	learn_ends();
	add("a", 0, "10.0.0.2", "10.0.0.3");
	add("b", 0, "10.0.0.4", "10.0.0.5");
	add("c", 1000, "10.0.0.6", NULL);
	namer_expire(world.namer, at_ms(2000));
	expect(world.asked, "0=10.0.0.2 1=10.0.0.3 2=10.0.0.4");
	expect(world.delivered, "a:-,- b:-,-");
	answer(0, NULL);
	expect(world.asked, "0=10.0.0.6");
	answer(0, "six.example");
	expect(world.delivered, "c:six.example");
}

Test(namer, oldest_goes_on_when_the_room_is_full)
{
	static const char *const targets[] = { "a", "b", "c", "d", "e", "f" };

	learn_ends();
	for (int i = 0; i < ROOM; i++)
		add(targets[i], 0, "10.0.0.2", NULL);
	expect(world.delivered, "");
	add(targets[ROOM], 0, "10.0.0.2", NULL);
	expect(world.delivered, "a:-");
	add(targets[ROOM + 1], 0, "10.0.0.3", NULL);
	expect(world.delivered, "b:-");
	cr_assert_eq(namer_waiting(world.namer), ROOM);
	answer(0, "two.example");
	expect(world.delivered, "c:two.example d:two.example e:two.example");
	answer(1, "three.example");
	expect(world.delivered, "f:three.example");
}

Test(namer, interrupt_lets_all_go_on)
{
	learn_ends();
	add("a", 0, "10.0.0.2", "10.0.0.3");
	add("b", 0, "10.0.0.4", "10.0.0.5");
	answer(0, "two.example");
	expect(world.asked, "0=10.0.0.2 1=10.0.0.3 2=10.0.0.4 0=10.0.0.5");
	namer_stop(world.namer);
	expect(world.delivered, "a:two.example,- b:-,-");
	add("c", 0, "10.0.0.2", "10.0.0.6");
	expect(world.delivered, "c:two.example,-");
	answer(2, "four.example");
	add("d", 0, "10.0.0.4", NULL);
	expect(world.delivered, "d:four.example");
	expect(world.asked, "");
	cr_assert_eq(namer_waiting(world.namer), 0);
}

Test(namer, resolver_that_refuses_makes_nobody_wait)
{
	learn_ends();
	world.refuses = true;
	add("a", 0, "10.0.0.2", "10.0.0.3");
	expect(world.delivered, "a:-,-");
	world.refuses = false;
	add("b", 0, "10.0.0.4", NULL);
	expect(world.asked, "0=10.0.0.2 0=10.0.0.3 0=10.0.0.4");
	answer(0, "four.example");
	expect(world.delivered, "b:four.example");
}

Test(namer, waiting_records_are_lost_with_the_namer)
{
	add("a", 0, "10.0.0.2", NULL);
}

/* Each takes some 800 bytes. */
Test(namer_full, memory_of_those_who_wait_is_bounded, .fini = tear_down)
{
	static const char *const targets[] = { "a", "b", "c", "d" };

	set_up(2000, CAPACITY);
	learn_ends();
	for (uint32_t i = 0; i < ARRAY_LEN(targets); i++) {
		struct record_draft d;

		draft_init(&d, TRACE_FORWARD, targets[i], "10.0.0.1", "10.0.0.1");
		while (d.trace.probe_count < 10)
			draft_add(&d, 1, d.trace.probe_count == 0 ? "10.0.0.2" : NULL, 100);
		namer_add(world.namer, &d.trace, at_ms(0));
		cr_assert_eq(namer_waiting(world.namer), i < 2 ? i + 1 : 2, "%s", targets[i]);
	}
	expect(world.delivered, "a:-,-,-,-,-,-,-,-,-,- b:-,-,-,-,-,-,-,-,-,-");
}

/* However much memory it takes. */
Test(namer_full, one_record_may_always_wait, .fini = tear_down)
{
	set_up(1, CAPACITY);
	add("a", 0, "10.0.0.2", NULL);
	add("b", 0, "10.0.0.2", NULL);
	expect(world.delivered, "a:-");
	answer(0, NULL);
	answer(1, "two.example");
	expect(world.delivered, "b:two.example");
}

Test(namer_full, addresses_beyond_the_table_are_not_asked_for, .fini = tear_down)
{
	set_up(ROOM_BYTES, 3);
	learn_ends();
	add("a", 0, "10.0.0.2", "10.0.0.3");
	add("b", 0, "10.0.0.4", NULL);
	expect(world.delivered, "b:-");
	add("c", 0, "10.0.0.4", "10.0.0.3");
	expect(world.asked, "0=10.0.0.2 1=10.0.0.3");
	answer(1, "three.example");
	expect(world.delivered, "c:-,three.example");
	answer(0, "two.example");
	expect(world.delivered, "a:two.example,three.example");
	add("d", 0, "10.0.0.5", "10.0.0.2");
	expect(world.delivered, "d:-,two.example");
	expect(world.asked, "");
}
