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

#include "server-bpf/event.bpf.h"
#include "server-bpf/maps.bpf.h"
#include "server-bpf/siphash.bpf.h"
#include "server-bpf/target.bpf.h"
#include "wire/headers.h"

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

/*
 * Ends the session of a slot that was claimed.  Only a session that got as far as
 * its birth has entries under its names: slot_give_back() leaves a slot to the hand
 * whose session has ended already, and that has target_load LOAD_NONE.
 */
#define LOAD_NONE  UINT32_MAX
#define PROTO_NONE 0 /* of a slot's request: there is none */
static __always_inline bool slot_release(struct session_slot *slot, uint32_t index)
{
	bool was_live = slot->target_load != LOAD_NONE;

	if (was_live) {
		bpf_map_delete_elem(&sessions, &slot->probe);
		bpf_map_delete_elem(&requests, &slot->request);
		slot->request.proto = PROTO_NONE;
		slot->target_load = LOAD_NONE;
	}
	slot_give_back(slot, index);
	return was_live;
}

static __always_inline bool is_over(uint64_t born_ns, uint64_t now_ns)
{
	return now_ns >= born_ns + config.timeout_ns;
}

/* Ends the session of the slot if its time is over.  True if so, by whomever. */
__noinline int slot_expire(uint32_t index, uint64_t now_ns)
{
	struct session_slot *slot = bpf_map_lookup_elem(&slots, &index);
	struct request_key request;
	uint64_t born_ns;

	if (!slot)
		return false;
	born_ns = *(volatile uint64_t *)&slot->born_ns;
	if (!born_ns || !is_over(born_ns, now_ns))
		return false;
	if (!slot_claim(slot, born_ns))
		return true;
	request = slot->request; /* once released, it may be another's */
	if (slot_release(slot, index))
		event_count(COUNT_EXPIRED, &request);
	return true;
}

static __always_inline void hand_step(uint64_t now_ns)
{
	slot_expire(__sync_fetch_and_add(&hand, 1) % config.sessions, now_ns);
}

/* Inline: one call less, each of which takes at least 32 bytes of the 512 of all. */
static __always_inline void hand_search(uint64_t now_ns)
{
#pragma clang loop unroll(disable)
	for (int i = 0; i < HAND_SEARCH; i++)
		hand_step(now_ns);
}

static __always_inline bool slot_take(uint64_t now_ns, uint32_t *ret_index)
{
	if (!bpf_map_pop_elem(&free_slots, ret_index))
		return true;
	hand_search(now_ns);
	return !bpf_map_pop_elem(&free_slots, ret_index);
}

/* What a session is opened for. */
struct session_wish {
	struct request_key request;
	struct addr asked;
	struct addr target;
};
_Static_assert(sizeof(struct session_wish) == 56, "no padding");

/*
 * Enters the session under an identifier that is nobody's yet, not even of another
 * client that has a probe under way to the same target.  The tries go on from a random
 * one by a random step.  False if all meet one that is: where a target has a fifth of
 * the 16-bit identifiers, once in 10^11.
 */
#define ID_TRIES 16
static __always_inline bool session_name(const struct session_wish *wish,
					 const struct session *fresh, struct probe_key *key)
{
	uint64_t words[3] = { fresh->born_ns };
	uint64_t random, step;

	__builtin_memcpy(&words[1], &wish->request.id, sizeof(words[1]));
	__builtin_memcpy(&words[2], &wish->target.bytes[8], sizeof(words[2]));
	random = siphash((const uint64_t *)config.secret, words, 3);
	step = random >> 32 | 1; /* odd: comes by all */
	for (int i = 0; i < ID_TRIES; i++) {
		key->id = key->proto == PROTO_TCP ? (uint32_t)random : (uint16_t)random;
		/* A UDP checksum of 0 would say that there is none. */
		if (key->id && !bpf_map_update_elem(&sessions, key, fresh, BPF_NOEXIST))
			return true;
		random += step;
	}
	return false;
}

enum session_verdict { SESSION_OPENED, SESSION_LIVE, SESSION_NO_SLOT, SESSION_TARGET_FULL };

static __always_inline enum session_verdict session_fill(const struct session_wish *wish,
							 const struct request_key *request,
							 const struct session *fresh, uint32_t load,
							 struct probe_key *key)
{
	struct session_slot *slot = bpf_map_lookup_elem(&slots, &fresh->slot);

	if (!slot)
		return SESSION_NO_SLOT;
	slot->target_load = LOAD_NONE;
	slot->request = *request; /* before others can find it: see request_is_live() */
	if (bpf_map_update_elem(&requests, request, &fresh->slot, BPF_NOEXIST)) {
		/* The same request on another CPU was faster. */
		slot->request.proto = PROTO_NONE;
		slot_give_back(slot, fresh->slot);
		return SESSION_LIVE;
	}
	if (!session_name(wish, fresh, key)) {
		bpf_map_delete_elem(&requests, request);
		slot->request.proto = PROTO_NONE;
		slot_give_back(slot, fresh->slot);
		return SESSION_TARGET_FULL;
	}
	slot->probe = *key;
	slot->asked = wish->asked;
	slot->target_load = load;
	/* An answer cannot come before this: the probe is not sent yet. */
	__sync_lock_test_and_set(&slot->born_ns, fresh->born_ns);
	return SESSION_OPENED;
}

static __always_inline bool request_equal(const struct request_key *a, const struct request_key *b)
{
	return addr_equal(&a->client, &b->client) && a->id.raw == b->id.raw && a->ttl == b->ttl &&
	       a->proto == b->proto && a->flow.raw == b->flow.raw && a->object.raw == b->object.raw;
}

/*
 * Is the same request under way already?  An entry whose slot is free or another's was
 * left behind: the kernel may refuse to delete one (EBUSY, before Linux 6.7) when the
 * map is in use on the same CPU.
 */
static __always_inline bool request_is_live(const struct request_key *request, uint64_t now_ns)
{
	uint32_t *found = bpf_map_lookup_elem(&requests, request);
	struct session_slot *slot;
	uint32_t index;

	if (!found)
		return false;
	index = *found;
	slot = bpf_map_lookup_elem(&slots, &index);
	if (slot && request_equal(&slot->request, request))
		return !slot_expire(index, now_ns);
	bpf_map_delete_elem(&requests, request);
	return false;
}

/* enum session_verdict.  Opens a session, and fills `ret_key`, whose protocol and target
 * the caller set. */
__noinline int session_open(const struct session_wish *wish, uint64_t now_ns,
			    struct probe_key *ret_key)
{
	struct session fresh = { .born_ns = now_ns };
	enum session_verdict verdict;
	struct request_key request;
	struct probe_key key;
	uint32_t load;

	if (!wish || !ret_key)
		return SESSION_NO_SLOT;
	request = wish->request; /* kernels before 6.2 take keys from the stack only */
	key = *ret_key;
	load = target_load_of(&wish->target);

	for (int i = 0; i < HAND_STEP; i++)
		hand_step(now_ns);
	if (request_is_live(&request, now_ns))
		return SESSION_LIVE;
	if (!target_enter(load, now_ns))
		return SESSION_TARGET_FULL;
	verdict = slot_take(now_ns, &fresh.slot) ? session_fill(wish, &request, &fresh, load, &key)
						 : SESSION_NO_SLOT;
	if (verdict != SESSION_OPENED)
		target_leave(load, now_ns);
	*ret_key = key;
	return verdict;
}

/* Ends a session before its time; its slot was claimed. */
static __always_inline void session_close(struct session_slot *slot, const struct session *s)
{
	target_leave(slot->target_load, s->born_ns);
	slot_release(slot, s->slot);
}

/* Ends the session of a probe that could not be sent, so that the client may ask again.
 * False if it has ended. */
__noinline int session_cancel(const struct probe_key *of)
{
	struct session_slot *slot;
	struct session *found;
	struct probe_key key;
	struct session s;

	if (!of)
		return false;
	key = *of;
	found = bpf_map_lookup_elem(&sessions, &key);
	if (!found)
		return false;
	s = *found;
	slot = bpf_map_lookup_elem(&slots, &s.slot);
	if (!slot || !slot_claim(slot, s.born_ns))
		return false;
	session_close(slot, &s);
	return true;
}

/* What an answer says of the probe that it answers. */
struct answer {
	struct probe_key probe;
	struct addr asked; /* where the probe came from */
	be16 flow;	   /* if it tells */
	uint8_t has_flow;
	uint8_t zero;
};
_Static_assert(sizeof(struct answer) == 44, "no padding");

/* A forger has to know these as well as the identifier. */
static __always_inline bool slot_fits(const struct session_slot *slot, const struct answer *a)
{
	return slot->probe.id == a->probe.id && slot->probe.proto == a->probe.proto &&
	       addr_equal(&slot->probe.target, &a->probe.target) &&
	       addr_equal(&slot->asked, &a->asked) &&
	       (!a->has_flow || a->flow.raw == slot->request.flow.raw);
}

/*
 * Finds the live session that an answer belongs to and ends it.  False if there is
 * none: then the packet is not ours.  The session's memory may become another's
 * while it is read: then the slot was claimed in between, and this claim fails.
 */
__noinline int session_answer(const struct answer *a, uint64_t now_ns, struct session_end *ret_end)
{
	struct session_slot *slot;
	struct session *found;
	struct probe_key key;
	struct session s;

	if (!a || !ret_end)
		return false;
	key = a->probe; /* kernels before 6.2 take keys from the stack only */
	found = bpf_map_lookup_elem(&sessions, &key);
	if (!found)
		return false;
	s = *found;
	slot = bpf_map_lookup_elem(&slots, &s.slot);
	if (!slot || is_over(s.born_ns, now_ns) || !slot_fits(slot, a) ||
	    !slot_claim(slot, s.born_ns))
		return false;
	ret_end->client = slot->request.client;
	ret_end->id = slot->request.id;
	ret_end->proto = slot->request.proto;
	ret_end->rtt_ns = now_ns - s.born_ns;
	session_close(slot, &s);
	return true;
}
