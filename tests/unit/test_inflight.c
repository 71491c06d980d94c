// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/inflight.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>

#include "tests/support/random.h"

#define CAPACITY 300
#define HOSTS	 7
#define IDS	 200

/* The naive model: every possible key has a place of its own. */
struct model {
	bool taken[HOSTS][IDS];
	struct inflight_probe probe[HOSTS][IDS];
	uint32_t count;
};

/* Identifiers next to one another, and some at the ends. */
static uint16_t id_of(uint32_t index)
{
	return index < IDS / 2 ? (uint16_t)(1 + index) : (uint16_t)(UINT16_MAX - (IDS - 1 - index));
}

static void expect_as_in_model(const struct inflight *t, const struct model *m, int step)
{
	cr_assert_eq(inflight_count(t), m->count, "step %d", step);
	for (uint32_t host = 0; host < HOSTS; host++) {
		for (uint32_t i = 0; i < IDS; i++) {
			struct inflight_probe found = { 0 };
			bool is_found = inflight_find(t, host, id_of(i), &found);

			cr_assert_eq(is_found, m->taken[host][i], "step %d: host %u id %u", step,
				     host, id_of(i));
			if (!is_found)
				continue;
			cr_assert_eq(found.trace, m->probe[host][i].trace);
			cr_assert_eq(found.probe, m->probe[host][i].probe);
		}
	}
}

static void change_both(struct inflight *t, struct model *m, struct random *r)
{
	uint32_t host = random_below(r, HOSTS);
	uint32_t i = random_below(r, IDS);
	struct inflight_probe probe = { random_below(r, 3), random_below(r, 3) };

	if (random_below(r, 5) < 3) {
		if (!m->taken[host][i] && m->count == CAPACITY)
			return;
		inflight_set(t, host, id_of(i), probe);
		m->count += !m->taken[host][i];
		m->taken[host][i] = true;
		m->probe[host][i] = probe;
		return;
	}
	inflight_remove(t, host, id_of(i), probe);
	if (m->taken[host][i] && m->probe[host][i].trace == probe.trace &&
	    m->probe[host][i].probe == probe.probe) {
		m->taken[host][i] = false;
		m->count--;
	}
}

Test(inflight, does_what_a_plain_table_would)
{
	struct model *m = calloc(1, sizeof(*m));
	struct random r = { 17 };
	struct inflight *t;

	cr_assert(m);
	cr_assert_eq(inflight_new(CAPACITY, &t), 0);
	for (int step = 0; step < 20000; step++) {
		change_both(t, m, &r);
		if (step % 50 == 0)
			expect_as_in_model(t, m, step);
	}
	cr_assert_gt(m->count, CAPACITY / 4);
	expect_as_in_model(t, m, 20000);
	inflight_free(t);
	free(m);
}

Test(inflight, hosts_do_not_share_identifiers)
{
	struct inflight_probe found;
	struct inflight *t;

	cr_assert_eq(inflight_new(4, &t), 0);
	inflight_set(t, 1, 5, (struct inflight_probe){ 10, 11 });
	cr_assert(!inflight_find(t, 2, 5, &found));
	cr_assert(!inflight_find(t, 0, 5, &found));
	cr_assert(inflight_find(t, 1, 5, &found));
	cr_assert_eq(found.trace, 10);
	cr_assert_eq(found.probe, 11);
	inflight_free(t);
}

Test(inflight, a_newer_probe_takes_the_place_and_the_older_cannot_remove_it)
{
	struct inflight_probe older = { 1, 1 }, newer = { 1, 2 }, found;
	struct inflight *t;

	cr_assert_eq(inflight_new(1, &t), 0);
	inflight_set(t, 0, 5, older);
	inflight_set(t, 0, 5, newer);
	cr_assert_eq(inflight_count(t), 1);
	inflight_remove(t, 0, 5, older);
	cr_assert(inflight_find(t, 0, 5, &found));
	cr_assert_eq(found.probe, 2);
	inflight_remove(t, 0, 5, newer);
	cr_assert(!inflight_find(t, 0, 5, &found));
	cr_assert_eq(inflight_count(t), 0);
	inflight_free(t);
}

Test(inflight, more_than_its_capacity_is_a_programming_error, .signal = SIGABRT)
{
	struct inflight *t;

	cr_assert_eq(inflight_new(1, &t), 0);
	inflight_set(t, 0, 5, (struct inflight_probe){ 1, 1 });
	inflight_set(t, 0, 6, (struct inflight_probe){ 1, 2 });
}

Test(inflight, takes_null)
{
	inflight_free(NULL);
}
