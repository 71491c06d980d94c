// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions: one probe that waits for its answer.
 *
 * The number of sessions is the number of slots, allocated at start.  A session
 * ends when it is answered, or when the hand comes by after its time.  Each
 * request moves the hand on by HAND_STEP slots, so a table of n slots is walked
 * once every n / HAND_STEP requests at the latest; a request that finds no free
 * slot moves it HAND_SEARCH further before it gives up.  Nothing depends on a
 * timer or on user space, so a flood leaves nothing behind: docs/adr/0008.
 *
 * Ownership of a slot passes by compare-and-swap on its birth stamp; between the
 * swap and the hand-back to the stack nobody else can touch slot or session.
 */
#pragma once

#include "server-bpf/maps.bpf.h"

#define HAND_STEP   2
#define HAND_SEARCH 64

static uint32_t hand;

/* Takes the slot from the session born at that moment.  True for one caller only. */
static __always_inline bool slot_claim(struct session_slot *slot, uint64_t born_ns)
{
	return __sync_val_compare_and_swap(&slot->born_ns, born_ns, 0) == born_ns;
}

static __always_inline void slot_give_back(struct session_slot *slot, uint32_t index)
{
	/* The push fails only under lock contention in the kernel.  Then leave the
	 * slot to the hand: born at 1 ns after boot, it is too old for anybody. */
	if (bpf_map_push_elem(&free_slots, &index, 0))
		slot->born_ns = 1;
}

/* Looks at the next slot in turn and ends its session if its time is over. */
static __noinline void hand_step(uint64_t now_ns)
{
	uint32_t index = __sync_fetch_and_add(&hand, 1) % config.sessions;
	struct session_slot *slot = bpf_map_lookup_elem(&slots, &index);
	struct session *session;
	uint64_t born_ns;
	bool is_v4;

	if (!slot)
		return;
	born_ns = *(volatile uint64_t *)&slot->born_ns;
	if (!born_ns || now_ns < born_ns + config.timeout_ns || !slot_claim(slot, born_ns))
		return;
	session = bpf_map_lookup_elem(&sessions, &slot->key);
	is_v4 = addr_is_v4(&slot->key.peer);
	if (session && session->slot == index && session->born_ns == born_ns) {
		bpf_map_delete_elem(&sessions, &slot->key);
		count(COUNT_EXPIRED, is_v4);
	}
	slot_give_back(slot, index);
}

static __always_inline bool session_has_expired(const struct session *s, uint64_t now_ns)
{
	return now_ns >= s->born_ns + config.timeout_ns;
}

enum session_verdict { SESSION_OPENED, SESSION_LIVE, SESSION_NO_SLOT };

static __always_inline bool slot_take(uint64_t now_ns, uint32_t *ret_index)
{
	if (!bpf_map_pop_elem(&free_slots, ret_index))
		return true;
	for (int i = 0; i < HAND_SEARCH; i++)
		hand_step(now_ns);
	return !bpf_map_pop_elem(&free_slots, ret_index);
}

/*
 * Ends the session if nobody else does at this moment.  Its memory may have become
 * another session's between finding and reading it: then the slot names that one.
 */
static __always_inline bool session_close(const struct session_key *key, const struct session *s)
{
	struct session_slot *slot = bpf_map_lookup_elem(&slots, &s->slot);

	if (!slot || slot->key.id.raw != key->id.raw || !addr_equal(&slot->key.peer, &key->peer) ||
	    !slot_claim(slot, s->born_ns))
		return false;
	bpf_map_delete_elem(&sessions, key);
	slot_give_back(slot, s->slot);
	return true;
}

static __always_inline enum session_verdict session_open(const struct session_key *key,
							 uint8_t proto, uint64_t now_ns)
{
	struct session fresh = { .born_ns = now_ns, .proto = proto };
	struct session_slot *slot;
	struct session *old;

	for (int i = 0; i < HAND_STEP; i++)
		hand_step(now_ns);
	old = bpf_map_lookup_elem(&sessions, key);
	if (old) {
		struct session ended = *old;

		if (!session_has_expired(&ended, now_ns) || !session_close(key, &ended))
			return SESSION_LIVE;
		count(COUNT_EXPIRED, addr_is_v4(&key->peer));
	}
	if (!slot_take(now_ns, &fresh.slot))
		return SESSION_NO_SLOT;
	slot = bpf_map_lookup_elem(&slots, &fresh.slot);
	if (!slot)
		return SESSION_NO_SLOT;
	slot->key = *key;
	if (bpf_map_update_elem(&sessions, key, &fresh, BPF_NOEXIST)) {
		/* The same request on another CPU was faster. */
		slot_give_back(slot, fresh.slot);
		return SESSION_LIVE;
	}
	*(volatile uint64_t *)&slot->born_ns = now_ns; /* from here on the hand may end it */
	return SESSION_OPENED;
}

/*
 * Finds the live session that an answer belongs to and ends it.  False if there
 * is none: then the packet is not ours.
 */
static __always_inline bool session_answer(const struct session_key *key, uint8_t proto,
					   uint64_t now_ns, uint64_t *ret_rtt_ns)
{
	struct session *found = bpf_map_lookup_elem(&sessions, key);
	struct session s;

	if (!found)
		return false;
	s = *found;
	if (s.proto != proto || session_has_expired(&s, now_ns) || !session_close(key, &s))
		return false;
	*ret_rtt_ns = now_ns - s.born_ns;
	return true;
}
