// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/host.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/pool.h"

/* Without a limit: then the counter comes round in 6.5 seconds, which is longer than
 * the session of a server. */
#define ID_GAP_LEAST_NS (100 * NS_PER_US)

struct hosts {
	struct pool *pool;
	struct heap *leaving;
	struct host_answered_id *recycled; /* by slot; untouched where nobody is asked */
	uint32_t *buckets;		   /* first slot of each chain */
	uint32_t bucket_mask;
	uint64_t seed; /* of the table's order, and of where identifiers start */
	uint64_t id_gap_ns;
};

uint64_t host_hash(const struct addr *a, uint64_t seed)
{
	uint64_t high;
	uint64_t low;

	memcpy(&high, a->bytes, sizeof(high));
	memcpy(&low, a->bytes + 8, sizeof(low));
	low ^= (high ^ seed) * 0x9e3779b97f4a7c15ull;
	/* The finaliser of MurmurHash3 (public domain). */
	low = (low ^ low >> 33) * 0xff51afd7ed558ccdull;
	low = (low ^ low >> 33) * 0xc4ceb9fe1a85ec53ull;
	return low ^ low >> 33;
}

static uint32_t *hosts_bucket(const struct hosts *t, const struct addr *a)
{
	return &t->buckets[host_hash(a, t->seed) & t->bucket_mask];
}

int hosts_new(uint32_t capacity, uint64_t seed, uint64_t gap_ns, struct hosts **ret_hosts)
{
	struct hosts *t = calloc(1, sizeof(*t));
	uint32_t buckets = 16;
	int err = -ENOMEM;

	if (!t)
		goto fail;
	while (buckets < capacity)
		buckets *= 2;
	t->seed = seed;
	t->id_gap_ns = gap_ns > ID_GAP_LEAST_NS ? gap_ns : ID_GAP_LEAST_NS;
	t->bucket_mask = buckets - 1;
	t->buckets = malloc(buckets * sizeof(*t->buckets));
	if (!t->buckets)
		goto fail;
	memset(t->buckets, 0xff, buckets * sizeof(*t->buckets)); /* POOL_NONE */
	err = pool_new(capacity, sizeof(struct host), &t->pool);
	if (err)
		goto fail;
	err = heap_new(capacity, &t->leaving);
	if (err)
		goto fail;
	err = -ENOMEM;
	t->recycled = calloc((size_t)capacity * HOST_RECYCLED_MAX, sizeof(*t->recycled));
	if (!t->recycled)
		goto fail;
	*ret_hosts = t;
	return 0;
fail:
	hosts_free(t);
	return err;
}

void hosts_free(struct hosts *t)
{
	if (!t)
		return;
	pool_free(t->pool);
	heap_free(t->leaving);
	free(t->buckets);
	free(t->recycled);
	free(t);
}

bool hosts_has_room(const struct hosts *t, uint32_t count)
{
	return pool_left(t->pool) >= count;
}

struct host *hosts_at(const struct hosts *t, uint32_t slot)
{
	return pool_at(t->pool, slot);
}

struct host *hosts_find(const struct hosts *t, const struct addr *a)
{
	uint32_t slot = *hosts_bucket(t, a);

	while (slot != POOL_NONE) {
		struct host *host = hosts_at(t, slot);

		if (addr_equal(&host->addr, a))
			return host;
		slot = host->chain;
	}
	return NULL;
}

struct host *hosts_acquire(struct hosts *t, const struct addr *a, mono now)
{
	uint32_t *bucket = hosts_bucket(t, a);
	struct host *host = hosts_find(t, a);
	uint32_t slot;

	if (host) {
		host->traces++;
		heap_remove(t->leaving, &host->leave);
		return host;
	}
	slot = pool_take(t->pool);
	assert(slot != POOL_NONE);
	host = hosts_at(t, slot);
	host->addr = *a;
	host->slot = slot;
	host->recycled = t->recycled + (size_t)slot * HOST_RECYCLED_MAX;
	host->traces = 1;
	host->chain = *bucket;
	*bucket = slot;
	TAILQ_INIT(&host->waiting);
	/* Clients that all start at 1 meet behind a NAT: start somewhere. */
	host->next_id = (uint16_t)((host_hash(a, t->seed) >> 48) + now.ns / t->id_gap_ns);
	return host;
}

void hosts_release(struct hosts *t, struct host *host, mono until)
{
	assert(host->traces > 0);
	if (--host->traces == 0)
		heap_set(t->leaving, &host->leave, until);
}

static void hosts_forget(struct hosts *t, struct host *host)
{
	uint32_t *link = hosts_bucket(t, &host->addr);

	while (*link != host->slot)
		link = &hosts_at(t, *link)->chain;
	*link = host->chain;
	pool_give(t->pool, host->slot);
}

void hosts_expire(struct hosts *t, mono now)
{
	struct heap_node *first;

	while ((first = heap_first(t->leaving)) && !mono_before(now, first->due)) {
		heap_remove(t->leaving, first);
		hosts_forget(t, CONTAINER_OF(first, struct host, leave));
	}
}

mono hosts_next_expiry(const struct hosts *t)
{
	const struct heap_node *first = heap_first(t->leaving);

	return first ? first->due : MONO_NEVER;
}

static bool host_take_recycled(struct host *host, mono now, uint64_t quiet_ns, uint16_t *ret_id)
{
	for (uint8_t i = host->recycled_count; i-- > 0;) {
		struct host_answered_id *answered = &host->recycled[i];

		if (mono_since(answered->at, now) < quiet_ns)
			continue;
		*ret_id = answered->id;
		memmove(answered, answered + 1,
			(size_t)(host->recycled_count - i - 1) * sizeof(*answered));
		host->recycled_count--;
		return true;
	}
	return false;
}

uint16_t host_take_id(struct host *host, bool recycle, mono now, uint64_t quiet_ns)
{
	uint16_t id;

	if (recycle && host_take_recycled(host, now, quiet_ns, &id))
		return id;
	if (++host->next_id == 0)
		host->next_id = 1;
	return host->next_id;
}

void host_give_id(struct host *host, uint16_t id, mono now)
{
	/* Full: the oldest is forgotten; the counter comes by it again some day. */
	if (host->recycled_count == HOST_RECYCLED_MAX) {
		memmove(&host->recycled[0], &host->recycled[1],
			(HOST_RECYCLED_MAX - 1) * sizeof(host->recycled[0]));
		host->recycled_count--;
	}
	host->recycled[host->recycled_count++] = (struct host_answered_id){ now, id };
}
