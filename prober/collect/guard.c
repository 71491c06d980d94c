// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/collect/guard.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	SETS = 1024,
	WAYS = 4,
	NET_LEN = 8, /* bytes of an IPv6 address that are a network's */
};

/* GCRA: each failure is worth GUARD_FORGIVE_NS, and `until` is when all are forgiven. */
struct entry {
	struct addr who;
	mono until;
};

struct guard {
	uint8_t key[crypto_shorthash_KEYBYTES];
	struct entry table[SETS][WAYS];
};

int guard_new(struct guard **ret_guard)
{
	struct guard *g = calloc(1, sizeof(*g));

	if (!g)
		return -ENOMEM;
	crypto_shorthash_keygen(g->key);
	*ret_guard = g;
	return 0;
}

void guard_free(struct guard *g)
{
	free(g);
}

static struct addr network_of(const struct addr *who)
{
	struct addr net = *who;

	if (!addr_is_v4(who))
		memset(net.bytes + NET_LEN, 0, sizeof(net.bytes) - NET_LEN);
	return net;
}

static size_t set_of(const struct guard *g, const struct addr *net)
{
	uint8_t hash[crypto_shorthash_BYTES];
	uint64_t number;

	crypto_shorthash(hash, net->bytes, sizeof(net->bytes), g->key);
	memcpy(&number, hash, sizeof(number));
	return number % SETS;
}

mono guard_open_at(const struct guard *g, const struct addr *who, mono now)
{
	struct addr net = network_of(who);
	const struct entry *set = g->table[set_of(g, &net)];

	for (size_t i = 0; i < WAYS; i++) {
		uint64_t allowed = (GUARD_FAILURES - 1) * GUARD_FORGIVE_NS;

		if (!addr_equal(&set[i].who, &net) || mono_since(now, set[i].until) <= allowed)
			continue;
		return (mono){ set[i].until.ns - allowed };
	}
	return now;
}

void guard_fail(struct guard *g, const struct addr *who, mono now)
{
	struct addr net = network_of(who);
	struct entry *set = g->table[set_of(g, &net)], *mine = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (addr_equal(&set[i].who, &net)) {
			mine = &set[i];
			break;
		}
		if (mono_before(set[i].until, mine->until))
			mine = &set[i];
	}
	if (!addr_equal(&mine->who, &net) || mono_before(mine->until, now))
		*mine = (struct entry){ net, now };
	mine->until = mono_after(mine->until, GUARD_FORGIVE_NS);
}
