// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How often a request is served: token buckets by source prefix, by target prefix
 * and for all together; and whether a request pays for what it causes.
 *
 * A bucket is one number: the moment at which all that was taken from it is paid
 * for at the configured rate (the virtual scheduling of ITU-T I.371, annex A).  It
 * is full when that moment has passed, and empty when it lies the whole burst
 * ahead.  One compare-and-swap takes a token, so CPUs need no lock.
 *
 * A prefix without a bucket, or that took nothing from it for as long as a session
 * lives, is a newcomer.  Sources can be forged, each one new: so newcomers share a
 * bucket of their own, which lets in fewer than would fill the sessions, and an
 * address that finds it empty is remembered by a mark and let in when it asks again,
 * from a second bucket of that size: clients do ask again, and forgers of random
 * sources only by chance.  (By its address: a flood meets the same network again
 * within seconds.)  Refused newcomers get no bucket, so they do not push out those who
 * have one; and those who were let in are forgotten, or a flood that lasts would be
 * known everywhere: docs/adr/0016.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "server-bpf/maps.bpf.h"
#include "wire/revtr.h"

#define BUCKET_TRIES 16 /* each one lost means that another CPU got a token */

/* The moment described above, by prefix. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct addr);
	__type(value, uint64_t);
} limit_sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct addr);
	__type(value, uint64_t);
} limit_targets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LIMIT_SHARED_COUNT);
	__type(key, uint32_t);
	__type(value, uint64_t);
} limit_shared SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct limit_marks);
} limit_marks SEC(".maps");

/* Takes a token; false if there is none. */
static __always_inline bool bucket_take(uint64_t *paid_ns, const volatile struct limit_rate *rate,
					uint64_t now_ns)
{
	for (int i = 0; i < BUCKET_TRIES; i++) {
		uint64_t paid = *(volatile uint64_t *)paid_ns;
		uint64_t from = paid > now_ns ? paid : now_ns;

		if (from - now_ns > rate->room_ns)
			return false;
		if (__sync_val_compare_and_swap(paid_ns, paid, from + rate->gap_ns) == paid)
			return true;
	}
	return false;
}

static __always_inline bool limit_take_shared(enum limit_shared which,
					      const volatile struct limit_rate *rate,
					      uint64_t now_ns)
{
	uint32_t index = which;
	uint64_t *paid_ns;

	if (!rate->gap_ns)
		return true;
	paid_ns = bpf_map_lookup_elem(&limit_shared, &index);
	return paid_ns && bucket_take(paid_ns, rate, now_ns);
}

/* What one network has at the least: /24, /48. */
static __always_inline struct addr limit_prefix(const struct addr *a)
{
	struct addr prefix = *a;

	if (addr_is_v4(a))
		prefix.bytes[15] = 0;
	else
		__builtin_memset(&prefix.bytes[6], 0, sizeof(prefix.bytes) - 6);
	return prefix;
}

/* Keyed by a secret; the rounds are those of splitmix64 (Steele, Lea, Flood 2014). */
static __always_inline uint64_t limit_hash(const struct addr *a)
{
	uint64_t halves[2];
	uint64_t hash = config.limit.seed;

	__builtin_memcpy(halves, a->bytes, sizeof(halves));
	for (int i = 0; i < 2; i++) {
		hash = (hash ^ halves[i]) * 0xbf58476d1ce4e5b9ull;
		hash = (hash ^ hash >> 27) * 0x94d049bb133111ebull;
		hash ^= hash >> 31;
	}
	return hash;
}

/* Leaves the mark of this address, and says whether it was there. */
static __always_inline bool limit_is_marked(const struct addr *source)
{
	uint64_t hash = limit_hash(source);
	uint32_t index = (uint32_t)(hash >> 16) % LIMIT_MARK_SETS;
	uint16_t mark = (uint16_t)hash | 1; /* 0 is a place that nobody used */
	struct limit_marks *set = bpf_map_lookup_elem(&limit_marks, &index);
	uint16_t *place;
	uint16_t old;

	if (!set)
		return false;
	place = &set->marks[hash >> 59];
	old = *(volatile uint16_t *)place;
	*(volatile uint16_t *)place = mark;
	return old == mark;
}

/* Both buckets of newcomers; for the second it has to have asked before. */
static __noinline bool limit_admits_newcomer(const struct addr *source, uint64_t now_ns)
{
	return limit_take_shared(LIMIT_NEWCOMERS, &config.limit.newcomers, now_ns) ||
	       (limit_is_marked(source) &&
		limit_take_shared(LIMIT_MARKED, &config.limit.newcomers, now_ns));
}

/* Whether the prefix of this bucket took from it within the life of a session. */
static __always_inline bool bucket_is_in_use(const uint64_t *paid_ns, uint64_t now_ns)
{
	return *(const volatile uint64_t *)paid_ns + config.timeout_ns > now_ns;
}

static __always_inline enum server_counter limit_judge_source(const struct addr *source,
							      uint64_t now_ns)
{
	struct addr prefix = limit_prefix(source);
	uint64_t first_paid_ns = now_ns + config.limit.source.gap_ns;
	uint64_t *paid_ns = bpf_map_lookup_elem(&limit_sources, &prefix);

	if (!(paid_ns && bucket_is_in_use(paid_ns, now_ns)) &&
	    !limit_admits_newcomer(source, now_ns))
		return COUNT_NEWCOMER_LIMIT;
	if (paid_ns)
		return bucket_take(paid_ns, &config.limit.source, now_ns) ? COUNT_REQUEST
									  : COUNT_SOURCE_LIMIT;
	/* Where it fails another CPU was faster, or memory is short: served all the same. */
	bpf_map_update_elem(&limit_sources, &prefix, &first_paid_ns, BPF_NOEXIST);
	return COUNT_REQUEST;
}

/*
 * May a request of this source be served now?  COUNT_REQUEST, or the reason not to.
 * Not static, so that the verifier looks at it by itself: hence it asks for NULL.
 */
enum server_counter limit_judge(const struct addr *source, uint64_t now_ns);
__noinline enum server_counter limit_judge(const struct addr *source, uint64_t now_ns)
{
	if (!source)
		return COUNT_TOTAL_LIMIT;
	if (config.limit.source.gap_ns) {
		enum server_counter verdict = limit_judge_source(source, now_ns);

		if (verdict != COUNT_REQUEST)
			return verdict;
	}
	if (!limit_take_shared(LIMIT_TOTAL, &config.limit.total, now_ns))
		return COUNT_TOTAL_LIMIT;
	return COUNT_REQUEST;
}

/* May a third host be probed now, whoever asks?  If not: COUNT_TARGET_LIMIT. */
static __always_inline bool limit_allows_target(const struct addr *target, uint64_t now_ns)
{
	struct addr prefix = limit_prefix(target);
	uint64_t paid_ns = now_ns + config.limit.target.gap_ns;
	uint64_t *found;

	if (!config.limit.target.gap_ns)
		return true;
	found = bpf_map_lookup_elem(&limit_targets, &prefix);
	if (found)
		return bucket_take(found, &config.limit.target, now_ns);
	bpf_map_update_elem(&limit_targets, &prefix, &paid_ns, BPF_NOEXIST);
	return true;
}

/*
 * Is a request of this length, without its IP header, as long as all that serving it
 * sends to one host?  To the client that is probe and response; of an indirect trace
 * only the response, and the probe, which is shorter, to the target.
 */
static __always_inline bool padding_suffices(const struct packet *p, uint8_t proto,
					     bool is_indirect)
{
	uint32_t least = is_indirect ? REVTR_ANSWER_LEN : revtr_padded_len(p->is_v4, proto);

	return !config.limit.require_padding || p->l4_len >= least;
}
