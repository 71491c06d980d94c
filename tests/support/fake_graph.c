// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_graph.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"

struct graph_range {
	char letter;
	unsigned int first, last;
};

static struct graph_range graph_read_range(const char **at)
{
	struct graph_range range = { .letter = **at };
	char *end;

	cr_assert(isalpha((unsigned char)range.letter) || range.letter == '@', "name: %s", *at);
	++*at;
	if (!isdigit((unsigned char)**at))
		return range;
	range.first = range.last = (unsigned int)strtoul(*at, &end, 10);
	if (end[0] == '.' && end[1] == '.')
		range.last = (unsigned int)strtoul(end + 2, &end, 10);
	*at = end;
	return range;
}

static struct addr graph_addr(char letter, unsigned int number)
{
	return addr_from_v4(be32_from(10u << 24 | (uint32_t)(uint8_t)letter << 16 | number));
}

size_t fake_graph_find(const struct fake_graph *g, const struct addr *a)
{
	for (size_t i = 0; i < g->count; i++)
		if (addr_equal(&g->nodes[i].addr, a))
			return i;
	return SIZE_MAX;
}

static size_t graph_node(struct fake_graph *g, char letter, unsigned int number)
{
	struct addr addr = graph_addr(letter, number);
	size_t at = fake_graph_find(g, &addr);

	if (at != SIZE_MAX)
		return at;
	cr_assert_lt(g->count, FAKE_NODES_MAX);
	g->nodes[g->count] = (struct fake_node){ .addr = addr, .is_end = letter == '@' };
	return g->count++;
}

static void graph_link(struct fake_graph *g, size_t near, size_t far, unsigned int weight)
{
	struct fake_node *n = &g->nodes[near];

	cr_assert_lt(n->ways, FAKE_WAYS_MAX);
	n->next[n->ways] = (uint8_t)far;
	n->weight[n->ways++] = (uint8_t)weight;
	n->weights += weight;
}

static const char *graph_read_links(struct fake_graph *g, const char *at)
{
	struct graph_range near = graph_read_range(&at);
	char kind = *at++;
	struct graph_range far = graph_read_range(&at);
	unsigned int weight = 1;

	cr_assert(kind == '-' || kind == '=', "links: %s", at - 1);
	if (*at == ':')
		weight = (unsigned int)strtoul(at + 1, (char **)&at, 10);
	for (unsigned int n = near.first; n <= near.last; n++)
		for (unsigned int f = far.first; f <= far.last; f++)
			if (kind == '-' || n - near.first == f - far.first)
				graph_link(g, graph_node(g, near.letter, n),
					   graph_node(g, far.letter, f), weight);
	return at;
}

static const char *graph_read_mark(struct fake_graph *g, const char *at)
{
	char mark = *at++;
	struct graph_range range = graph_read_range(&at);

	for (unsigned int i = range.first; i <= range.last; i++) {
		struct fake_node *n = &g->nodes[graph_node(g, range.letter, i)];

		n->is_per_packet |= mark == '!';
		n->is_silent |= mark == '*';
		n->is_limited |= mark == '?';
		n->refuses |= mark == '#';
	}
	return at;
}

void fake_graph_read(const char *text, struct fake_graph *ret_graph)
{
	ret_graph->count = 0;
	graph_node(ret_graph, 'S', 0);
	graph_node(ret_graph, '@', 0);
	while (*text) {
		if (*text == ' ')
			text++;
		else if (strchr("!*?#", *text))
			text = graph_read_mark(ret_graph, text);
		else
			text = graph_read_links(ret_graph, text);
	}
}

static uint64_t graph_hash(uint64_t seed, uint64_t node, uint64_t flow)
{
	struct random r = { seed + (node << 32) + (flow << 1) };

	r.state = random_u64(&r);
	return random_u64(&r);
}

static const struct fake_node *graph_step(const struct fake_graph *g, const struct fake_node *n,
					  uint64_t hash)
{
	uint32_t share = (uint32_t)((hash >> 32) * n->weights >> 32);
	unsigned int way = 0;

	while (share >= n->weight[way])
		share -= n->weight[way++];
	return &g->nodes[n->next[way]];
}

const struct fake_node *fake_graph_walk(const struct fake_graph *g, uint64_t seed, uint16_t flow,
					uint8_t ttl, struct random *dice, uint8_t *ret_left)
{
	const struct fake_node *n = &g->nodes[0];

	for (; ttl > 0 && n->ways && !n->refuses; ttl--) {
		uint64_t hash = graph_hash(seed, (uint64_t)(n - g->nodes), flow);

		n = graph_step(g, n, n->is_per_packet ? random_u64(dice) : hash);
	}
	if (ret_left)
		*ret_left = (uint8_t)(ttl + 1);
	return n;
}

void fake_graph_reach(const struct fake_graph *g, struct fake_reach *ret_reach)
{
	bool goes_on = true;

	memset(ret_reach, 0, sizeof(*ret_reach));
	ret_reach->at[0][0] = true;
	while (goes_on && ret_reach->last_ttl < 32) {
		uint8_t ttl = ret_reach->last_ttl++;

		goes_on = false;
		for (size_t i = 0; i < g->count; i++) {
			const struct fake_node *n = &g->nodes[i];

			if (!ret_reach->at[ttl][i] || n->refuses)
				continue;
			for (uint16_t w = 0; w < n->ways; w++) {
				const struct fake_node *to = &g->nodes[n->next[w]];

				ret_reach->at[ttl + 1][n->next[w]] = true;
				goes_on |= to->ways > 0 && !to->refuses;
			}
		}
	}
}

bool fake_graph_has_link(const struct fake_graph *g, size_t near, size_t far)
{
	const struct fake_node *n = &g->nodes[near];

	for (uint16_t w = 0; w < n->ways; w++)
		if (n->next[w] == far)
			return true;
	return false;
}
