// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/inflight.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/pool.h"

/* Buckets to begin with; a power of two, and no fewer than identifiers in a row that are
 * neighbours. */
#define BUCKETS_LEAST 8u

struct inflight_entry {
	uint32_t next; /* in its bucket: 1 + slot in the pool; 0: the last */
	uint32_t host;
	uint32_t trace;
	uint16_t probe;
	uint16_t id;
};

struct inflight {
	struct pool *entries;
	uint32_t *heads;   /* of buckets, as `next` */
	uint32_t buckets;  /* in use */
	uint32_t half;	   /* the power of two below that, or equal to it */
	uint32_t capacity; /* entries and buckets at most */
};

int inflight_new(uint32_t capacity, struct inflight **ret_table)
{
	struct inflight *t = calloc(1, sizeof(*t));
	int err = -ENOMEM;

	if (!t)
		return err;
	t->capacity = capacity;
	t->buckets = t->half = BUCKETS_LEAST;
	t->heads = calloc((size_t)capacity + BUCKETS_LEAST, sizeof(*t->heads));
	if (t->heads)
		err = pool_new(capacity, sizeof(struct inflight_entry), &t->entries);
	if (err) {
		inflight_free(t);
		return err;
	}
	*ret_table = t;
	return 0;
}

void inflight_free(struct inflight *t)
{
	if (!t)
		return;
	pool_free(t->entries);
	free(t->heads);
	free(t);
}

/*
 * Eight identifiers in a row share a cache line of buckets: the probes to a host have
 * such, and are sent, answered and forgotten together.
 */
static uint32_t inflight_hash(uint32_t host, uint16_t id)
{
	uint64_t block = ((uint64_t)host << 16 | id) >> 3;

	block = (block ^ block >> 29) * 0x9e3779b97f4a7c15ull;
	return (uint32_t)(block >> 35) << 3 | (id & 7u);
}

/* The upper half of buckets is there only in part: who belongs to the rest is still with
 * its counterpart in the lower half. */
static uint32_t *inflight_head(const struct inflight *t, uint32_t hash)
{
	uint32_t bucket = hash & (2 * t->half - 1);

	if (bucket >= t->buckets)
		bucket -= t->half;
	return &t->heads[bucket];
}

static struct inflight_entry *inflight_at(const struct inflight *t, uint32_t link)
{
	return pool_at(t->entries, link - 1);
}

/* The link that leads to the entry; one of 0 if there is none. */
static uint32_t *inflight_link(const struct inflight *t, uint32_t host, uint16_t id)
{
	uint32_t *link = inflight_head(t, inflight_hash(host, id));

	while (*link) {
		struct inflight_entry *entry = inflight_at(t, *link);

		if (entry->host == host && entry->id == id)
			break;
		link = &entry->next;
	}
	return link;
}

/* One bucket more: it takes what is its own from its counterpart. */
static void inflight_split(struct inflight *t)
{
	uint32_t added = t->buckets;
	uint32_t *link = &t->heads[added - t->half];

	t->heads[added] = 0;
	while (*link) {
		struct inflight_entry *entry = inflight_at(t, *link);
		uint32_t moved = *link;

		if ((inflight_hash(entry->host, entry->id) & (2 * t->half - 1)) != added) {
			link = &entry->next;
			continue;
		}
		*link = entry->next;
		entry->next = t->heads[added];
		t->heads[added] = moved;
	}
	t->buckets++;
	if (t->buckets == 2 * t->half)
		t->half = t->buckets;
}

static struct inflight_entry *inflight_add(struct inflight *t, uint32_t host, uint16_t id)
{
	struct inflight_entry *entry;
	uint32_t *head;
	uint32_t slot;

	if (inflight_count(t) >= t->buckets && t->buckets < t->capacity)
		inflight_split(t);
	slot = pool_take(t->entries);
	assert(slot != POOL_NONE);
	head = inflight_head(t, inflight_hash(host, id));
	entry = pool_at(t->entries, slot);
	*entry = (struct inflight_entry){ .next = *head, .host = host, .id = id };
	*head = slot + 1;
	return entry;
}

void inflight_set(struct inflight *t, uint32_t host, uint16_t id, struct inflight_probe probe)
{
	uint32_t link = *inflight_link(t, host, id);
	struct inflight_entry *entry = link ? inflight_at(t, link) : inflight_add(t, host, id);

	assert(probe.probe <= UINT16_MAX);
	entry->trace = probe.trace;
	entry->probe = (uint16_t)probe.probe;
}

bool inflight_find(const struct inflight *t, uint32_t host, uint16_t id,
		   struct inflight_probe *ret_probe)
{
	uint32_t link = *inflight_link(t, host, id);
	const struct inflight_entry *entry;

	if (!link)
		return false;
	entry = inflight_at(t, link);
	*ret_probe = (struct inflight_probe){ entry->trace, entry->probe };
	return true;
}

void inflight_remove(struct inflight *t, uint32_t host, uint16_t id, struct inflight_probe probe)
{
	uint32_t *link = inflight_link(t, host, id);
	const struct inflight_entry *entry;
	uint32_t slot = *link - 1;

	if (!*link)
		return;
	entry = inflight_at(t, *link);
	if (entry->trace != probe.trace || entry->probe != probe.probe)
		return;
	*link = entry->next;
	pool_give(t->entries, slot);
}

uint32_t inflight_count(const struct inflight *t)
{
	return pool_taken(t->entries);
}
