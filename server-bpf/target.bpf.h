// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many sessions a target has: no target may have all of them.
 *
 * Counted by when they were opened, in spans of half a session's time.  A session
 * that is answered is taken out of its span; one that is not, runs out with it.  So
 * nothing has to come by for the count to go down, and it is too high only for
 * sessions that ended by age within the last half of that time.
 *
 * Targets share a count where a keyed hash says so, which nobody can foresee.
 */
#pragma once

#include "server-bpf/maps.bpf.h"
#include "server-bpf/siphash.bpf.h"

#define SPAN_NS	  (config.timeout_ns / 2 + 1)
#define SPANS_OLD 2 /* spans besides the current one in which a session can live */

/* Which count is this target's?  A host is one IPv4 address, or an IPv6 /64. */
static __always_inline uint32_t target_load_of(const struct addr *target)
{
	uint64_t words[2];

	__builtin_memcpy(words, target, sizeof(words));
	if (!addr_is_v4(target))
		words[1] = 0;
	return (uint32_t)siphash((const uint64_t *)config.secret, words, 2) & config.target_mask;
}

static __always_inline void target_turn(struct target_load *load, uint64_t span)
{
	uint64_t passed = span - load->span;

	/* Time that another CPU has seen already: not to be turned back. */
	if (span <= load->span)
		return;
	for (uint64_t i = 0; i < TARGET_SPANS; i++)
		if (i < passed)
			load->opened[(span - i) % TARGET_SPANS] = 0;
	load->span = span;
}

static __always_inline uint32_t target_sessions(const struct target_load *load)
{
	uint32_t sum = 0;

	for (uint64_t i = 0; i <= SPANS_OLD; i++)
		sum += load->opened[(load->span - i) % TARGET_SPANS];
	return sum;
}

/* Counts a session that is born now, if the target may have one more. */
static __always_inline bool target_enter(uint32_t index, uint64_t now_ns)
{
	struct target_load *load = bpf_map_lookup_elem(&target_loads, &index);
	uint64_t span = now_ns / SPAN_NS;
	bool has_room;

	if (!load)
		return false;
	bpf_spin_lock(&load->lock);
	target_turn(load, span);
	has_room = target_sessions(load) < config.sessions_per_target;
	if (has_room)
		load->opened[span % TARGET_SPANS]++;
	bpf_spin_unlock(&load->lock);
	return has_room;
}

/* Takes out a session that was born then and has ended before its time. */
static __always_inline void target_leave(uint32_t index, uint64_t born_ns)
{
	struct target_load *load = bpf_map_lookup_elem(&target_loads, &index);
	uint64_t span = born_ns / SPAN_NS;

	if (!load)
		return;
	bpf_spin_lock(&load->lock);
	if (load->span - span <= SPANS_OLD && load->opened[span % TARGET_SPANS])
		load->opened[span % TARGET_SPANS]--;
	bpf_spin_unlock(&load->lock);
}
