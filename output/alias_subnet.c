// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/alias_subnet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Up to /30 the first and the last address are no router's. */
static uint32_t count_usable(uint8_t len)
{
	uint32_t all = UINT32_C(1) << (32 - len);

	return len == 31 ? all : all - 2;
}

static bool is_usable(uint32_t v4, uint8_t len)
{
	uint32_t hosts = (UINT32_C(1) << (32 - len)) - 1;

	return len == 31 || ((v4 & hosts) != 0 && (v4 & hosts) != hosts);
}

/* Accuracy: a path enters a subnet once, so its addresses are neighbours at most. */
static bool is_accurate(const struct alias_map *m, struct alias_subnet *s)
{
	uint32_t end = s->first + s->seen;

	s->is_clean = true;
	for (uint32_t i = s->first; i < end; i++) {
		if (!is_usable(m->nodes[i].v4, s->len) || !m->nodes[i].is_numbered)
			return false;
		for (uint32_t j = i + 1; j < end; j++) {
			if (alias_bits_get(&m->far, i, j))
				return false;
			if (alias_bits_get(&m->together, i, j))
				s->is_clean = false;
		}
	}
	return true;
}

/* Completeness: half of it; of /30 and /31 both, which two are anyway. */
static bool is_complete(const struct alias_subnet *s)
{
	return s->seen >= 2 && 2 * s->seen >= s->usable;
}

static int compare_subnets(const void *left, const void *right)
{
	const struct alias_subnet *a = left, *b = right;
	int a_part = a->seen * b->usable, b_part = b->seen * a->usable;

	if (a_part != b_part)
		return a_part > b_part ? -1 : 1;
	if (a->len != b->len)
		return a->len > b->len ? -1 : 1;
	return a->base < b->base ? -1 : a->base > b->base;
}

/*
 * Where links are /31s, the inner ends of two neighbours look like a /30.  An address
 * that no /30 could have, in the same /24, tells that there are others than /30s.
 */
static bool is_doubtful(const struct alias_map *m, const struct alias_subnet *s)
{
	uint32_t i = s->first;

	while (i > 0 && (m->nodes[i - 1].v4 ^ s->base) >> 8 == 0)
		i--;
	for (; i < m->count && (m->nodes[i].v4 ^ s->base) >> 8 == 0; i++)
		if (!is_usable(m->nodes[i].v4, 30))
			return true;
	return false;
}

static void find_of_length(struct alias_subnets *s, const struct alias_map *m, int length)
{
	uint8_t len = (uint8_t)length;
	uint32_t end;

	for (uint32_t i = 0; i < m->count; i = end) {
		uint32_t base = m->nodes[i].v4 >> (32 - len) << (32 - len);
		struct alias_subnet subnet = { .base = base, .first = i, .len = len };

		for (end = i; end < m->count && (m->nodes[end].v4 ^ base) >> (32 - len) == 0;)
			end++;
		if (end - i > count_usable(len))
			continue; /* with addresses that are none */
		subnet.seen = (uint8_t)(end - i);
		subnet.usable = (uint8_t)count_usable(len);
		if (!is_complete(&subnet) || !is_accurate(m, &subnet))
			continue;
		subnet.is_doubtful = len == 30 && is_doubtful(m, &subnet);
		/* A LAN is large; chance alone finds some of its addresses. */
		if (len >= 30 || subnet.is_clean)
			s->items[s->count++] = subnet;
	}
}

int alias_subnets_init(struct alias_subnets *s, const struct alias_map *m)
{
	memset(s, 0, sizeof(*s));
	/* A subnet has two nodes at least, and a node one subnet of each length. */
	s->items = malloc(((size_t)m->count * ALIAS_LENS / 2 + 1) * sizeof(*s->items));
	s->of_node = malloc((m->count + 1) * sizeof(*s->of_node));
	if (!s->items || !s->of_node) {
		alias_subnets_fini(s);
		return -ENOMEM;
	}
	for (int len = ALIAS_LEN_MIN; len <= ALIAS_LEN_MAX; len++)
		find_of_length(s, m, len);
	qsort(s->items, s->count, sizeof(*s->items), compare_subnets);
	memset(s->of_node, 0xff, (m->count + 1) * sizeof(*s->of_node));
	for (uint32_t i = 0; i < s->count; i++)
		for (uint32_t j = 0; j < s->items[i].seen; j++)
			s->of_node[s->items[i].first + j][s->items[i].len - ALIAS_LEN_MIN] = i;
	return 0;
}

void alias_subnets_fini(struct alias_subnets *s)
{
	free(s->items);
	free(s->of_node);
	memset(s, 0, sizeof(*s));
}

/* The one of that length, or ALIAS_NO_SUBNET. */
static uint32_t shared_of_length(const struct alias_subnets *s, uint32_t one, uint32_t two,
				 uint32_t index)
{
	uint32_t subnet = s->of_node[one][index];

	return subnet == s->of_node[two][index] ? subnet : ALIAS_NO_SUBNET;
}

bool alias_subnets_part(const struct alias_subnets *s, uint32_t one, uint32_t two, uint32_t last,
			bool or_clean)
{
	for (uint32_t i = 0; i < ALIAS_LENS; i++) {
		uint32_t subnet = shared_of_length(s, one, two, i);

		if (subnet != ALIAS_NO_SUBNET && !s->items[subnet].is_refuted &&
		    (subnet <= last || (or_clean && s->items[subnet].is_clean)))
			return true;
	}
	return false;
}

void alias_subnets_refute(struct alias_subnets *s, uint32_t one, uint32_t two)
{
	for (uint32_t i = 0; i < ALIAS_LENS; i++) {
		uint32_t subnet = shared_of_length(s, one, two, i);

		if (subnet != ALIAS_NO_SUBNET)
			s->items[subnet].is_refuted = true;
	}
}

uint32_t alias_subnets_shared(const struct alias_subnets *s, uint32_t one, uint32_t two)
{
	uint32_t best = ALIAS_NO_SUBNET;

	for (uint32_t i = 0; i < ALIAS_LENS; i++) {
		uint32_t subnet = shared_of_length(s, one, two, i);

		/* The numbers are in the order of completeness; none is the greatest. */
		if (subnet < best && !s->items[subnet].is_refuted)
			best = subnet;
	}
	return best;
}

bool alias_subnets_is_part(const struct alias_subnets *s, uint32_t subnet)
{
	const struct alias_subnet *part = &s->items[subnet];

	if (part->is_refuted)
		return true;
	for (uint8_t len = ALIAS_LEN_MIN; len < part->len; len++) {
		uint32_t other = s->of_node[part->first][len - ALIAS_LEN_MIN];

		if (other != ALIAS_NO_SUBNET && s->items[other].is_clean &&
		    !s->items[other].is_refuted && s->items[other].seen > part->seen)
			return true;
	}
	return false;
}
