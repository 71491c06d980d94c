// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may ask: lists of prefixes, filled and replaced by access.c.
 *
 * Two generations of each list are kept.  User space fills the one that is not in
 * use and then turns `access_generation`, so that all lists change with one store.
 * A packet reads it once, and so sees the old ones or the new ones.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "server-bpf/maps.bpf.h"

struct access_trie {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(key_size, sizeof(struct access_key));
	__uint(value_size, sizeof(uint32_t));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, ACCESS_LIST_COUNT *ACCESS_GENERATIONS);
	__type(key, uint32_t);
	__array(values, struct access_trie);
} access_lists SEC(".maps");

uint32_t access_generation;

/* The lists that are in force now, for access_may_ask() and access_may_ask_indirect(). */
static __always_inline uint8_t access_in_force(void)
{
	return *(volatile uint32_t *)&access_generation % ACCESS_GENERATIONS;
}

/* A list that was not given holds everybody; an empty one holds nobody. */
static __noinline bool access_list_holds(enum access_list list, uint8_t generation,
					 const struct addr *source)
{
	uint32_t index = (uint32_t)generation * ACCESS_LIST_COUNT + (uint32_t)list;
	struct access_key key = { .len = ACCESS_KEY_BITS, .is_v4 = addr_is_v4(source) };
	void *trie;

	if (list >= ACCESS_LIST_COUNT || !config.access.listed[list])
		return true;
	trie = bpf_map_lookup_elem(&access_lists, &index);
	if (!trie)
		return false;
	key.addr = *source;
	return bpf_map_lookup_elem(trie, &key) != NULL;
}

/* May this source ask at all? */
static __always_inline bool access_may_ask(uint8_t generation, const struct addr *source)
{
	return access_list_holds(ACCESS_DIRECT, generation, source);
}

/* May a source that may ask also have a third host traced? */
static __always_inline bool access_may_ask_indirect(uint8_t generation, const struct addr *source)
{
	return access_list_holds(ACCESS_INDIRECT, generation, source);
}
