// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/inflight.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* Keys are host << 16 | id, and ids are never 0: so 0 marks an empty place. */
struct inflight_entry {
	uint64_t key;
	struct inflight_probe probe;
};

struct inflight {
	struct inflight_entry *entries;
	uint32_t mask;
	uint32_t count;
	uint32_t capacity;
};

int inflight_new(uint32_t capacity, struct inflight **ret_table)
{
	struct inflight *t = calloc(1, sizeof(*t));
	uint32_t places = 16;

	if (!t)
		return -ENOMEM;
	while (places / 2 < capacity) /* at most half full: short searches */
		places *= 2;
	t->entries = calloc(places, sizeof(*t->entries));
	if (!t->entries) {
		free(t);
		return -ENOMEM;
	}
	t->mask = places - 1;
	t->capacity = capacity;
	*ret_table = t;
	return 0;
}

void inflight_free(struct inflight *t)
{
	if (!t)
		return;
	free(t->entries);
	free(t);
}

static uint64_t inflight_key(uint32_t host, uint16_t id)
{
	return (uint64_t)host << 16 | id;
}

/*
 * Eight identifiers in a row share a place of two cache lines: the probes to a host
 * have such, and are sent, answered and forgotten together.  No more than eight, so
 * that a host with thousands is no wall that others must search along.
 */
static uint32_t inflight_home(const struct inflight *t, uint64_t key)
{
	uint64_t block = (key >> 3) * 0x9e3779b97f4a7c15ull >> 32;

	return (uint32_t)(block << 3 | (key & 7)) & t->mask;
}

/* Where the key is, or the empty place where it would be. */
static uint32_t inflight_place(const struct inflight *t, uint64_t key)
{
	uint32_t at = inflight_home(t, key);

	while (t->entries[at].key && t->entries[at].key != key)
		at = (at + 1) & t->mask;
	return at;
}

void inflight_set(struct inflight *t, uint32_t host, uint16_t id, struct inflight_probe probe)
{
	uint64_t key = inflight_key(host, id);
	struct inflight_entry *entry = &t->entries[inflight_place(t, key)];

	if (!entry->key) {
		assert(t->count < t->capacity);
		t->count++;
	}
	*entry = (struct inflight_entry){ key, probe };
}

bool inflight_find(const struct inflight *t, uint32_t host, uint16_t id,
		   struct inflight_probe *ret_probe)
{
	uint64_t key = inflight_key(host, id);
	const struct inflight_entry *entry = &t->entries[inflight_place(t, key)];

	if (!entry->key)
		return false;
	*ret_probe = entry->probe;
	return true;
}

/* Closes the hole: entries behind it that belong before it move up. */
static void inflight_close_hole(struct inflight *t, uint32_t hole)
{
	uint32_t at = hole;

	for (;;) {
		uint32_t home;

		at = (at + 1) & t->mask;
		if (!t->entries[at].key)
			break;
		home = inflight_home(t, t->entries[at].key);
		if (((at - home) & t->mask) < ((at - hole) & t->mask))
			continue;
		t->entries[hole] = t->entries[at];
		hole = at;
	}
	t->entries[hole].key = 0;
}

void inflight_remove(struct inflight *t, uint32_t host, uint16_t id, struct inflight_probe probe)
{
	uint32_t at = inflight_place(t, inflight_key(host, id));
	const struct inflight_entry *entry = &t->entries[at];

	if (!entry->key || entry->probe.trace != probe.trace || entry->probe.probe != probe.probe)
		return;
	inflight_close_hole(t, at);
	t->count--;
}

uint32_t inflight_count(const struct inflight *t)
{
	return t->count;
}
