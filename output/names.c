// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/names.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	LABEL_MAX = 63,
	SLOTS_FIRST = 64, /* a power of two, as is every later number of slots */
};

struct entry {
	struct addr addr; /* none: the slot is free */
	char *name;	  /* NULL: has none */
	int64_t looked_us;
};

/* Open addressing, at most half full. */
struct names {
	struct entry *slots;
	uint32_t slot_count;
	uint32_t count;
	uint32_t capacity;
	uint64_t seed;
};

int names_new(uint32_t capacity, uint64_t seed, struct names **ret_names)
{
	struct names *n = calloc(1, sizeof(*n));

	if (!n)
		return -ENOMEM;
	n->capacity = capacity;
	n->seed = seed;
	n->slot_count = SLOTS_FIRST;
	n->slots = calloc(n->slot_count, sizeof(*n->slots));
	if (!n->slots) {
		names_free(n);
		return -ENOMEM;
	}
	*ret_names = n;
	return 0;
}

void names_free(struct names *n)
{
	if (!n)
		return;
	for (uint32_t i = 0; n->slots && i < n->slot_count; i++)
		free(n->slots[i].name);
	free(n->slots);
	free(n);
}

/* Where the address is, or would go. */
static struct entry *find_slot(const struct names *n, const struct addr *addr)
{
	uint64_t high, low;

	memcpy(&high, addr->bytes, 8);
	memcpy(&low, addr->bytes + 8, 8);
	/* Odd constants of splitmix64. */
	high = (high ^ n->seed) * 0x9e3779b97f4a7c15u;
	high = (high ^ high >> 32 ^ low) * 0xbf58476d1ce4e5b9u;
	high = (high ^ high >> 29 ^ n->seed) * 0x94d049bb133111ebu;
	for (uint32_t at = (uint32_t)(high >> 32);; at++) {
		struct entry *e = &n->slots[at & (n->slot_count - 1)];

		if (addr_is_none(&e->addr) || addr_equal(&e->addr, addr))
			return e;
	}
}

static const struct entry *find(const struct names *n, const struct addr *addr)
{
	const struct entry *e = n && !addr_is_none(addr) ? find_slot(n, addr) : NULL;

	return e && !addr_is_none(&e->addr) ? e : NULL;
}

static int grow(struct names *n)
{
	struct names grown = *n;

	grown.slot_count *= 2;
	grown.slots = calloc(grown.slot_count, sizeof(*grown.slots));
	if (!grown.slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < n->slot_count; i++)
		if (!addr_is_none(&n->slots[i].addr))
			*find_slot(&grown, &n->slots[i].addr) = n->slots[i];
	free(n->slots);
	*n = grown;
	return 0;
}

int names_add(struct names *n, const struct addr *addr, const char *raw, int64_t looked_us)
{
	struct entry entry = { .addr = *addr, .looked_us = looked_us };
	char name[NAMES_TEXT_LEN];
	int err;

	assert(!addr_is_none(addr) && !names_has(n, addr));
	if (n->count >= n->capacity)
		return -ENOSPC;
	if (n->count >= n->slot_count / 2) {
		err = grow(n);
		if (err)
			return err;
	}
	if (raw && names_clean(raw, name)) {
		entry.name = strdup(name);
		if (!entry.name)
			return -ENOMEM;
	}
	*find_slot(n, addr) = entry;
	n->count++;
	return 0;
}

bool names_has(const struct names *n, const struct addr *addr)
{
	return find(n, addr) != NULL;
}

uint32_t names_left(const struct names *n)
{
	return n->capacity - n->count;
}

const char *names_find(const struct names *n, const struct addr *addr)
{
	const struct entry *e = find(n, addr);

	return e ? e->name : NULL;
}

bool names_find_time(const struct names *n, const struct addr *addr, int64_t *ret_looked_us)
{
	const struct entry *e = find(n, addr);

	if (!e || e->looked_us == 0)
		return false;
	*ret_looked_us = e->looked_us;
	return true;
}

/* By value, not by <ctype.h>: what a letter is must not depend on the locale. */
static bool clean_byte(char byte, char *ret_clean)
{
	if (byte >= 'A' && byte <= 'Z')
		byte = (char)(byte - 'A' + 'a');
	else if (!(byte >= 'a' && byte <= 'z') && !(byte >= '0' && byte <= '9') && byte != '-' &&
		 byte != '_')
		return false;
	*ret_clean = byte;
	return true;
}

/* One label, up to a dot or the end. */
static bool clean_label(const char *raw, size_t len, char *ret_label)
{
	if (len == 0 || len > LABEL_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!clean_byte(raw[i], &ret_label[i]))
			return false;
	return true;
}

bool names_clean(const char *raw, char ret_name[static NAMES_TEXT_LEN])
{
	size_t len = strnlen(raw, NAMES_TEXT_LEN + 1);
	char name[NAMES_TEXT_LEN];
	size_t label = 0, label_len = 0;

	if (len > 0 && raw[len - 1] == '.')
		len--;
	if (len == 0 || len >= NAMES_TEXT_LEN || raw[0] == '-')
		return false;
	for (label = 0; label <= len; label += label_len + 1) {
		const char *dot = memchr(raw + label, '.', len - label);

		label_len = dot ? (size_t)(dot - raw) - label : len - label;
		if (!clean_label(raw + label, label_len, name + label))
			return false;
		if (!dot)
			break;
		name[label + label_len] = '.';
	}
	name[len] = '\0';
	/* No top-level domain is a number (RFC 1123, section 2.1). */
	if (strspn(name + label, "0123456789") == label_len)
		return false;
	memcpy(ret_name, name, len + 1);
	return true;
}
