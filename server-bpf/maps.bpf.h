// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration and maps.  Sizes that depend on -n are set by the loader. */
#pragma once

#include <linux/bpf.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

#include "server-bpf/shared.h"

const volatile struct server_config config;

/* Preallocated: a new session costs no memory and cannot fail for lack of it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct probe_key);
	__type(value, struct session);
} sessions SEC(".maps");

/* The slot of each live request. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct request_key);
	__type(value, uint32_t);
} requests SEC(".maps");

/* By a keyed hash of the target: target.bpf.h. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct target_load);
} target_loads SEC(".maps");

/* Kept by addresses.c. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct addr);
	__type(value, struct own_address);
} own_addresses SEC(".maps");

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

static __always_inline _Bool is_own_address(const struct addr *address)
{
	struct addr key = *address; /* kernels before 6.2 take keys from the stack only */

	return bpf_map_lookup_elem(&own_addresses, &key) != NULL;
}
