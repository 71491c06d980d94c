// SPDX-License-Identifier: GPL-2.0-or-later
/* The multipath algorithm step by step: retries, bursts, gaps, bounds, counts. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/fake_forwarding.h"

static struct mda *begin(const struct mda_config *config)
{
	struct mda *m = fake_mda_new();

	mda_init(m, config, 5);
	return m;
}

static struct addr router(unsigned int number)
{
	return addr_from_v4(be32_from(0x0a000000 + number));
}

/* Everything that may leave now is lost; returns how much that was. */
static uint32_t lose_all(struct mda *m)
{
	struct mda_ask asks[MDA_QUEUE];
	uint32_t count = 0;

	while (mda_peek(m, &asks[count])) {
		mda_sent(m);
		count++;
	}
	for (uint32_t i = 0; i < count; i++)
		mda_lost(m, &asks[i]);
	return count;
}

Test(mda, silence_ends_after_the_gap_limit)
{
	struct mda_config config = fake_mda_config(MDA_NODE, 0.05);
	struct mda *m = begin(&config);
	uint32_t sent = 0;

	while (m->end == MDA_RUNS)
		sent += lose_all(m);
	cr_assert_eq(m->end, MDA_GAP);
	cr_assert_eq(m->end_ttl, 0);
	/* Three hops, six flows each, four times. */
	cr_assert_eq(sent, 3 * 6 * 4);
	free(m);
}

Test(mda, unanswered_flow_is_sent_again_as_often_as_asked)
{
	struct mda_config config = fake_mda_config(MDA_NODE, 0.05);
	struct mda_ask ask;

	for (uint8_t retries = 0; retries <= MDA_RETRIES_MAX; retries++) {
		struct mda *m;
		uint32_t sent = 0;

		config.retries = retries;
		config.gap_limit = 1;
		m = begin(&config);
		while (m->end == MDA_RUNS)
			sent += lose_all(m);
		cr_assert_eq(sent, 6u * (retries + 1u));
		cr_assert_not(mda_peek(m, &ask));
		free(m);
	}
}

/* The same router at each hop from `ttl` on, so that the gap rule sees a repetition. */
static void answer_all(struct mda *m, uint8_t repeats_from)
{
	struct mda_ask asks[MDA_QUEUE];
	uint32_t count = 0;

	while (mda_peek(m, &asks[count])) {
		mda_sent(m);
		count++;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct addr a = router(asks[i].ttl < repeats_from ? asks[i].ttl : repeats_from);

		mda_answered(m, &asks[i], &a, false);
	}
}

Test(mda, repeated_router_ends_like_silence)
{
	struct mda_config config = fake_mda_config(MDA_NODE, 0.05);
	struct mda *m = begin(&config);

	while (m->end == MDA_RUNS)
		answer_all(m, 4);
	cr_assert_eq(m->end, MDA_GAP);
	cr_assert_eq(m->end_ttl, 4);
	/* One hop ahead of what is settled, at most. */
	cr_assert_not(m->table.hops[9].is_used);
	free(m);
}

Test(mda, last_ttl_ends_it)
{
	struct mda_config config = fake_mda_config(MDA_NODE, 0.05);
	struct mda *m;

	config.min_ttl = 3;
	config.max_ttl = 6;
	m = begin(&config);
	while (m->end == MDA_RUNS)
		answer_all(m, 100);
	cr_assert_eq(m->end, MDA_MAX_TTL);
	cr_assert_eq(m->end_ttl, 6);
	free(m);
}

Test(mda, bursts_double_and_fall_back)
{
	struct mda_config config = fake_mda_config(MDA_NODE, 0.0001);
	static const uint32_t bursts[] = { 2, 2, 4, 4, 4, 4, 7 };
	struct addr a = router(1);
	struct mda_ask asks[32];
	uint32_t sent = 0;
	struct mda *m;

	config.min_burst = 2;
	config.max_burst = 7;
	m = begin(&config);
	for (uint32_t answered = 0; answered < 7; answered++) {
		while (mda_peek(m, &asks[sent])) {
			mda_sent(m);
			sent++;
		}
		cr_assert_eq(m->burst, bursts[answered], "%u: %u", answered, m->burst);
		cr_assert_eq(m->outstanding, m->burst);
		mda_answered(m, &asks[answered], &a, false);
	}
	cr_assert_eq(m->burst, 7);
	mda_lost(m, &asks[7]);
	cr_assert_eq(m->burst, 2);
	free(m);
}

/* Each flow meets a router of its own. */
Test(mda, more_routers_than_there_is_room_for_is_an_outcome)
{
	struct mda_config config = fake_mda_config(MDA_NODE, 0.05);
	struct mda *m = begin(&config);
	unsigned int number = 0;
	struct mda_ask ask;

	while (m->end == MDA_RUNS) {
		struct addr a = router(++number);

		cr_assert(mda_peek(m, &ask));
		mda_sent(m);
		mda_answered(m, &ask, &a, false);
	}
	cr_assert_eq(m->end, MDA_EXHAUSTED);
	cr_assert_eq(m->end_ttl, 1);
	cr_assert_eq(m->table.hops[1].vertex_count, MDA_VERTICES_MAX);
	free(m);
}

Test(mda, flows_used_up_is_an_outcome)
{
	struct mda_config config = fake_mda_config(MDA_NODE, 0.05);
	struct mda *m;
	struct mda_ask ask;

	/* 1 in 2000 goes another way, which then needs six of that kind. */
	stopping_fill(&config.stopping, 0.05);
	config.stopping.n[2] = 2000;
	config.stopping.n[3] = 2030;
	m = begin(&config);
	while (m->end == MDA_RUNS) {
		struct addr a;

		cr_assert(mda_peek(m, &ask));
		mda_sent(m);
		a = router(ask.ttl == 1 && ask.flow == 1990 ? 99 : ask.ttl);
		mda_answered(m, &ask, &a, false);
	}
	cr_assert_eq(m->end, MDA_EXHAUSTED);
	cr_assert_eq(m->end_ttl, 2);
	free(m);
}

Test(mda, flow_is_counted_once_and_lost_ones_not)
{
	struct mda_config config = fake_mda_config(MDA_NODE, 0.00001);
	static struct fake_graph graph;
	struct mda *m = fake_mda_new();
	struct fake_forwarding f = { .graph = &graph, .config = &config, .loss_ppm = 300000 };
	struct fake_outcome o;

	fake_graph_read("S-A A-B1:4 A-B2..3 B1..3-C1..2 C1..2-@", &graph);
	for (f.seed = 1; f.seed < 40; f.seed++) {
		fake_forward(&f, m, &o);
		for (uint8_t ttl = 1; ttl <= m->end_ttl; ttl++) {
			const struct mda_hop *hop = &m->table.hops[ttl];
			unsigned int met = 0;
			unsigned int flows = 0;
			unsigned int links = 0;

			for (uint16_t flow = 0; flow < m->table.flow_count; flow++) {
				met += hop->cells[flow].vertex && !hop->cells[flow].is_assumed;
				links += hop->cells[flow].vertex && !hop->cells[flow].is_assumed &&
					 (ttl == 1 ||
					  (m->table.hops[ttl - 1].cells[flow].vertex &&
					   !m->table.hops[ttl - 1].cells[flow].is_assumed));
			}
			for (int i = 0; i < hop->vertex_count; i++)
				flows += hop->vertices[i].flows;
			cr_assert_eq(met, flows, "hop %u: %u flows, counted %u", ttl, met, flows);
			for (int i = 0; i < hop->link_count; i++)
				links -= hop->links[i].flows;
			cr_assert_eq(links, 0, "hop %u", ttl);
		}
	}
	free(m);
}

Test(mda, router_that_refuses_some_flows_is_no_end)
{
	struct mda_config config = fake_mda_config(MDA_NODE, 0.05);
	struct mda *m = begin(&config);
	struct mda_ask ask;

	while (m->end == MDA_RUNS) {
		bool refuses;
		struct addr a;

		cr_assert(mda_peek(m, &ask));
		mda_sent(m);
		/* At the second hop, all flows but every third. */
		refuses = ask.ttl >= 2 && ask.flow % 3;
		a = router(refuses ? 2 : ask.ttl);
		mda_answered(m, &ask, &a, refuses || ask.ttl == 4);
	}
	cr_assert_eq(m->end, MDA_REACHED);
	cr_assert_eq(m->end_ttl, 4);
	cr_assert_not(m->table.hops[2].vertices[0].is_end);
	free(m);
}
