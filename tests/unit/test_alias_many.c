// SPDX-License-Identifier: GPL-2.0-or-later
/* What holds for any network: random ones, and large ones. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "output/alias.h"
#include "tests/support/random.h"
#include "tests/unit/flows.h"

#define CLIENT "192.0.2.2"
#define SERVER "203.0.113.2"

enum { LAYERS_MAX = 21, WIDTH_MAX = 4, FLOWS_MAX = 9, WAY_LEN = 400, ADDRS_MAX = 256 };

/* Routers in layers, all linked with all of the next: a link has an address at each end. */
struct network {
	unsigned int layers, width[LAYERS_MAX];
	/* Of the link between router i of a layer and router j of the next. */
	uint32_t near[LAYERS_MAX][WIDTH_MAX][WIDTH_MAX], far[LAYERS_MAX][WIDTH_MAX][WIDTH_MAX];
	unsigned int router_of[ADDRS_MAX]; /* by the last byte: 1 + layer * WIDTH_MAX + index */
};

struct flows {
	char text[FLOWS_MAX][WAY_LEN];
	const char *ways[FLOWS_MAX + 1];
};

static uint32_t number(struct network *n, uint32_t *next, unsigned int layer, unsigned int index)
{
	cr_assert_lt(*next, ADDRS_MAX);
	n->router_of[*next] = 1 + layer * WIDTH_MAX + index;
	return (*next)++;
}

/* n->layers and n->width are given.  `step` 2: links are /31s; 4: /30s. */
static void number_links(struct network *n, unsigned int step)
{
	uint32_t next = 0;

	for (unsigned int l = 0; l + 1 < n->layers; l++) {
		for (unsigned int i = 0; i < n->width[l]; i++) {
			for (unsigned int j = 0; j < n->width[l + 1]; j++) {
				next += step == 4;
				n->near[l][i][j] = number(n, &next, l, i);
				n->far[l][i][j] = number(n, &next, l + 1, j);
				next += step == 4;
			}
		}
	}
}

static void any_network(struct network *n, struct random *r)
{
	*n = (struct network){ .layers = 2 + random_below(r, 6) };
	for (unsigned int l = 0; l < n->layers; l++)
		n->width[l] = l > 0 && l + 1 < n->layers ? 1 + random_below(r, 3) : 1;
	number_links(n, random_below(r, 2) ? 2 : 4);
}

static void diamonds(struct network *n, unsigned int count)
{
	*n = (struct network){ .layers = 2 * count + 1 };
	for (unsigned int l = 0; l < n->layers; l++)
		n->width[l] = l % 2 ? 3 : 1;
	number_links(n, 4);
}

/* A hop that answered with the address by which the flow came in. */
static void add_hop(char *way, uint32_t last_byte, bool is_silent)
{
	size_t len = strlen(way);

	if (is_silent)
		snprintf(way + len, WAY_LEN - len, "* ");
	else
		snprintf(way + len, WAY_LEN - len, "198.51.100.%u ", last_byte);
}

static unsigned int choose(struct random *r, unsigned int flow, unsigned int layer)
{
	if (r)
		return random_below(r, 100);
	return layer % 4 < 2 ? flow : flow / 3;
}

/* With `r` flows take any branch.  Without, nine flows pass all links of diamonds. */
static void wander(const struct network *n, struct random *r, enum trace_direction direction,
		   struct flows *f, unsigned int count)
{
	bool is_forward = direction == TRACE_FORWARD;

	for (unsigned int i = 0; i < count; i++) {
		unsigned int at = 0;

		strcpy(f->text[i], is_forward ? "192.0.2.1 " : "203.0.113.1 ");
		for (unsigned int l = 1; l < n->layers; l++) {
			unsigned int layer = is_forward ? l : n->layers - 1 - l;
			unsigned int next = choose(r, i, layer) % n->width[layer];

			add_hop(f->text[i],
				is_forward ? n->far[layer - 1][at][next] : n->near[layer][next][at],
				r && random_below(r, 12) == 0);
			at = next;
		}
		strcat(f->text[i], is_forward ? SERVER : CLIENT);
		f->ways[i] = f->text[i];
	}
	f->ways[count] = NULL;
}

static unsigned int router_of(const struct network *n, const struct addr *addr)
{
	unsigned int last = n->layers - 1;

	if (addr->bytes[12] == 198)
		return n->router_of[addr->bytes[15]];
	return addr->bytes[12] == 192 ? 1 : 1 + last * WIDTH_MAX;
}

static bool holds(const struct alias_set *set, const struct addr *addr)
{
	for (size_t i = 0; i < set->count; i++)
		if (addr_equal(&set->addrs[i], addr))
			return true;
	return false;
}

/* How many members of the set that flow passed. */
static unsigned int count_passed(const struct trace_record *trace, uint16_t flow,
				 const struct alias_set *set)
{
	unsigned int passed = 0;

	for (size_t i = 0; i < trace->probe_count; i++)
		passed += trace->probes[i].flow == flow && trace->probes[i].answered &&
			  holds(set, &trace->probes[i].from);
	return passed;
}

static void expect_no_two_on_a_trace(const struct alias_result *r, const struct trace_record *trace)
{
	for (size_t i = 0; i < r->set_count; i++)
		for (uint16_t flow = 33500; flow < 33500 + FLOWS_MAX; flow++)
			cr_assert_leq(count_passed(trace, flow, &r->sets[i]), 1);
}

static unsigned int count_wrong(const struct network *n, const struct alias_result *r)
{
	unsigned int wrong = 0;

	for (size_t i = 0; i < r->set_count; i++)
		for (size_t j = 1; j < r->sets[i].count; j++)
			wrong += router_of(n, &r->sets[i].addrs[j]) !=
				 router_of(n, &r->sets[i].addrs[0]);
	return wrong;
}

Test(alias_many, no_set_ever_has_two_addresses_of_a_trace)
{
	static struct record_draft there, back;
	static struct flows forward, reverse;
	const struct trace_record *traces[] = { &there.trace, &back.trace };
	struct random random = { .state = 7 };
	unsigned int wrong = 0, sets = 0;

	for (int round = 0; round < 2000; round++) {
		struct network n;
		struct alias_result r;

		any_network(&n, &random);
		wander(&n, &random, TRACE_FORWARD, &forward, 1 + random_below(&random, FLOWS_MAX));
		wander(&n, &random, TRACE_REVERSE, &reverse, 1 + random_below(&random, FLOWS_MAX));
		flows_draft(&there, TRACE_FORWARD, CLIENT, SERVER, forward.ways);
		flows_draft(&back, TRACE_REVERSE, SERVER, CLIENT, reverse.ways);
		cr_assert_eq(alias_resolve(traces, 2, false, &r), 0);
		expect_no_two_on_a_trace(&r, &there.trace);
		expect_no_two_on_a_trace(&r, &back.trace);
		wrong += count_wrong(&n, &r);
		sets += (unsigned int)r.set_count;
		alias_result_fini(&r);
	}
	/* Flows that go where they like, and silence here and there: it can't be all right. */
	cr_assert_gt(sets, 5000);
	cr_assert_lt(wrong * 100, sets, "%u sets, %u wrong members", sets, wrong);
}

/* Nothing but addresses side by side, in any order. */
static void babble(struct random *r, enum trace_direction direction, struct flows *f)
{
	unsigned int count = 1 + random_below(r, FLOWS_MAX);

	for (unsigned int i = 0; i < count; i++) {
		f->text[i][0] = '\0';
		for (unsigned int hops = random_below(r, 6); hops > 0; hops--)
			add_hop(f->text[i], random_below(r, 32), random_below(r, 12) == 0);
		strcat(f->text[i], direction == TRACE_FORWARD ? SERVER : CLIENT);
		f->ways[i] = f->text[i];
	}
	f->ways[count] = NULL;
}

Test(alias_many, nonsense_makes_no_set_with_two_addresses_of_a_trace)
{
	static struct record_draft there, back;
	static struct flows forward, reverse;
	const struct trace_record *traces[] = { &there.trace, &back.trace };
	struct random random = { .state = 11 };
	size_t sets = 0;

	for (int round = 0; round < 5000; round++) {
		struct alias_result r;

		babble(&random, TRACE_FORWARD, &forward);
		babble(&random, TRACE_REVERSE, &reverse);
		flows_draft(&there, TRACE_FORWARD, CLIENT, SERVER, forward.ways);
		flows_draft(&back, TRACE_REVERSE, SERVER, CLIENT, reverse.ways);
		cr_assert_eq(alias_resolve(traces, 2, false, &r), 0);
		expect_no_two_on_a_trace(&r, &there.trace);
		expect_no_two_on_a_trace(&r, &back.trace);
		sets += r.set_count;
		alias_result_fini(&r);
	}
	cr_assert_gt(sets, 500);
}

/* All of `count` diamonds, each router a set; returns the steps. */
static uint64_t resolve_diamonds(unsigned int count)
{
	static struct record_draft there, back;
	static struct flows forward, reverse;
	const struct trace_record *traces[] = { &there.trace, &back.trace };
	struct network n;
	struct alias_result r;
	uint64_t steps;

	diamonds(&n, count);
	wander(&n, NULL, TRACE_FORWARD, &forward, FLOWS_MAX);
	wander(&n, NULL, TRACE_REVERSE, &reverse, FLOWS_MAX);
	flows_draft(&there, TRACE_FORWARD, CLIENT, SERVER, forward.ways);
	flows_draft(&back, TRACE_REVERSE, SERVER, CLIENT, reverse.ways);
	cr_assert_eq(alias_resolve(traces, 2, false, &r), 0);
	cr_expect_eq(r.set_count, 4 * count + 1, "%zu sets of %u diamonds", r.set_count, count);
	cr_expect_eq(count_wrong(&n, &r), 0);
	cr_expect_not(r.is_partial);
	steps = r.steps;
	alias_result_fini(&r);
	return steps;
}

Test(alias_many, cost_grows_with_links_and_not_with_paths)
{
	uint64_t five = resolve_diamonds(5), ten = resolve_diamonds(10);

	cr_expect_leq(4 * ten, 9 * five, "%llu steps for five diamonds, %llu for ten",
		      (unsigned long long)five, (unsigned long long)ten);
	cr_expect_lt(ten, 20000);
	cr_expect_eq(resolve_diamonds(1) > 0, true);
}

Test(alias_many, too_many_addresses_are_refused)
{
	static struct vertex_record vertices[ALIAS_ADDRS_MAX + 2];
	struct trace_record trace = {
		.mode = TRACE_MDA,
		.src = draft_addr(CLIENT),
		.dst = draft_addr(SERVER),
		.vertices = vertices,
		.vertex_count = ALIAS_ADDRS_MAX,
	};
	const struct trace_record *traces[] = { &trace };
	struct alias_result r;

	for (uint32_t i = 1; i < ALIAS_ADDRS_MAX + 2; i++)
		vertices[i] = (struct vertex_record){
			.addr = addr_from_v4(be32_from(0xc6000000 + i)),
			.ttl = 1,
		};
	cr_assert_eq(alias_resolve(traces, 1, false, &r), 0);
	alias_result_fini(&r);
	trace.vertex_count++;
	cr_expect_eq(alias_resolve(traces, 1, false, &r), -E2BIG);
}
