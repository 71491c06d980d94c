// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration and maps.  Sizes that depend on -n are set by the loader. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "server-bpf/shared.h"

const volatile struct server_config config;

/* Preallocated: a new session costs no memory and cannot fail for lack of it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct session_key);
	__type(value, struct session);
} sessions SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct session_slot);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, 1);
	__uint(value_size, sizeof(uint32_t));
} free_slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTER_COUNT *FAMILY_COUNT);
	__type(key, uint32_t);
	__type(value, uint64_t);
} counters SEC(".maps");

static __always_inline void count(enum server_counter counter, _Bool is_v4)
{
	uint32_t key = (uint32_t)counter * FAMILY_COUNT + (is_v4 ? FAMILY_V4 : FAMILY_V6);
	uint64_t *value = bpf_map_lookup_elem(&counters, &key);

	if (value)
		(*value)++;
}
