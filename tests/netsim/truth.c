// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/netsim/truth.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- targets ------------------------------------------------------------------ */

#define NETS (1u << 24)

struct truth_targets truth_targets(const struct world *world)
{
	return (struct truth_targets){ .world = *world };
}

/* First octets with special addresses among them (RFC 6890), and those of routers. */
static bool truth_is_special(uint32_t addr)
{
	static const uint8_t octets[] = { 0, 10, 11, 100, 127, 169, 172, 192, 198, 203 };
	uint32_t first = addr >> 24;

	return first >= 224 || memchr(octets, (int)first, sizeof(octets));
}

bool truth_next_target(struct truth_targets *t, uint32_t *ret_target)
{
	while (t->next < NETS) {
		/* Multiplied by an odd number, modulo a power of two: each comes once. */
		uint32_t net = (t->next++ * 0x9e3779b1u + t->world.seed) % NETS;
		uint32_t addr = net << 8 | (1 + world_hash(&t->world, TOPIC_TARGET, net) % 254);

		if (truth_is_special(addr))
			continue;
		*ret_target = addr;
		return true;
	}
	return false;
}

/* --- paths --------------------------------------------------------------------- */

uint32_t truth_length(const struct truth_question *q, uint32_t target)
{
	return q->is_return ? world_return_length(&q->world, target)
			    : world_length(&q->world, target);
}

static struct world_node truth_node(const struct truth_question *q, uint32_t target, uint32_t ttl,
				    uint32_t flow)
{
	return q->is_return ? world_return(&q->world, target, q->client, ttl, flow)
			    : world_forward(&q->world, target, ttl, flow);
}

uint32_t truth_hop(const struct truth_question *q, uint32_t target, uint32_t ttl,
		   uint32_t ret_addrs[static WORLD_BRANCHES])
{
	uint32_t length = truth_length(q, target);
	uint32_t hop = q->is_return ? length - ttl : ttl;
	uint32_t src = q->is_return ? target : q->client;
	uint32_t dst = q->is_return ? q->client : target;
	struct world_node node =
		truth_node(q, target, ttl, world_flow(&q->world, src, dst, q->proto, q->word));
	uint32_t branches = 1;
	uint32_t count = 0;

	if (node.is_end) {
		ret_addrs[0] = node.addr;
		return q->is_return || !world_is_deaf(&q->world, target);
	}
	if (!q->has_word) {
		branches = world_branches(&q->world, hop);
		node.addr &= ~(uint32_t)(WORLD_BRANCHES - 1);
	}
	for (uint32_t branch = 0; branch < branches; branch++)
		if (!world_is_silent(&q->world, node.addr + branch))
			ret_addrs[count++] = node.addr + branch;
	return count;
}

/* --- the score ------------------------------------------------------------------ */

struct truth_entry {
	uint32_t target;		  /* 0: nobody's, the place is free */
	uint8_t found[WORLD_LONGEST + 1]; /* by TTL: a bit for each that may answer */
};

struct truth {
	struct truth_question question;
	struct truth_score score;
	struct truth_entry *entries; /* a hash table, at most half full */
	size_t mask;
};

static struct truth_entry *truth_entry(const struct truth *t, uint32_t target)
{
	size_t at = world_hash(&t->question.world, TOPIC_TARGET, target) & t->mask;

	while (t->entries[at].target && t->entries[at].target != target)
		at = (at + 1) & t->mask;
	return &t->entries[at];
}

static void truth_count(struct truth *t, uint32_t target)
{
	uint32_t addrs[WORLD_BRANCHES];

	t->score.targets++;
	for (uint32_t ttl = 1; ttl <= truth_length(&t->question, target); ttl++) {
		uint32_t count = truth_hop(&t->question, target, ttl, addrs);

		t->score.hops += count > 0;
		t->score.nodes += count;
	}
}

int truth_new(const struct truth_question *q, const uint32_t *targets, size_t count,
	      struct truth **ret_truth)
{
	struct truth *t = calloc(1, sizeof(*t));
	size_t places = 16;

	if (!t)
		return -ENOMEM;
	while (places / 2 < count)
		places *= 2;
	t->question = *q;
	t->mask = places - 1;
	t->entries = calloc(places, sizeof(*t->entries));
	if (!t->entries) {
		free(t);
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		truth_entry(t, targets[i])->target = targets[i];
		truth_count(t, targets[i]);
	}
	*ret_truth = t;
	return 0;
}

void truth_free(struct truth *t)
{
	if (!t)
		return;
	free(t->entries);
	free(t);
}

static bool truth_is_wrong(struct truth *t)
{
	t->score.wrong++;
	return false;
}

bool truth_judge(struct truth *t, uint32_t target, uint32_t ttl, uint32_t addr)
{
	struct truth_entry *entry = truth_entry(t, target);
	uint32_t length = truth_length(&t->question, target);
	uint32_t end = t->question.is_return ? t->question.client : target;
	uint32_t addrs[WORLD_BRANCHES];
	uint32_t count;

	t->score.lines++;
	if (!entry->target || entry->target != target) {
		t->score.foreign++;
		return false;
	}
	if (ttl > length && addr == end) {
		t->score.beyond++;
		return true;
	}
	if (ttl < 1 || ttl > length)
		return truth_is_wrong(t);
	count = truth_hop(&t->question, target, ttl, addrs);
	for (uint32_t i = 0; i < count; i++) {
		uint8_t bit = (uint8_t)(1u << i);

		if (addrs[i] != addr)
			continue;
		t->score.hops_found += !entry->found[ttl];
		t->score.nodes_found += !(entry->found[ttl] & bit);
		t->score.repeated += !!(entry->found[ttl] & bit);
		entry->found[ttl] |= bit;
		return true;
	}
	return truth_is_wrong(t);
}

struct truth_score truth_score(const struct truth *t)
{
	return t->score;
}
