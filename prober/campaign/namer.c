// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/namer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/names.h"
#include "output/record_copy.h"

/* Its addresses are numbered: both ends, then those of the probes. */
struct waiting {
	struct trace_record *record;
	size_t size;
	mono due;
	size_t ask;    /* the addresses before this one are known or asked for */
	size_t settle; /* nothing is awaited of the addresses before this one */
};

struct namer {
	struct namer_config config;
	struct addr *asked; /* by lookup; none: the lookup is free */
	uint32_t asked_count;
	struct waiting **room; /* the oldest first, so by `due`, too */
	uint32_t room_count;
	uint32_t asking; /* index of the oldest with an address to ask for; room_count: none */
	size_t room_bytes;
	bool is_stopped;
	struct namer_stats stats;
};

int namer_new(const struct namer_config *config, struct namer **ret_namer)
{
	struct namer *n = calloc(1, sizeof(*n));

	if (!n)
		return -ENOMEM;
	n->config = *config;
	n->asked = calloc(config->lookups, sizeof(*n->asked));
	n->room = calloc(config->room, sizeof(struct waiting *));
	if (!n->asked || !n->room) {
		namer_free(n);
		return -ENOMEM;
	}
	*ret_namer = n;
	return 0;
}

static void waiting_free(struct waiting *w)
{
	if (!w)
		return;
	free(w->record);
	free(w);
}

void namer_free(struct namer *n)
{
	if (!n)
		return;
	for (uint32_t i = 0; n->room && i < n->room_count; i++)
		waiting_free(n->room[i]);
	free(n->room);
	free(n->asked);
	free(n);
}

static size_t record_addr_count(const struct trace_record *r)
{
	return 2 + r->probe_count;
}

/* None where nobody answered. */
static const struct addr *record_addr(const struct trace_record *r, size_t index)
{
	if (index < 2)
		return index == 0 ? &r->src : &r->dst;
	return &r->probes[index - 2].from;
}

static bool namer_is_asked(const struct namer *n, const struct addr *addr)
{
	for (uint32_t i = 0; i < n->config.lookups; i++)
		if (addr_equal(&n->asked[i], addr))
			return true;
	return false;
}

/* Each lookup under way will need a place in the table. */
static bool namer_has_capacity(const struct namer *n)
{
	return n->asked_count < names_left(n->config.names);
}

static bool namer_awaits(const struct namer *n, const struct addr *addr)
{
	if (addr_is_none(addr) || names_has(n->config.names, addr))
		return false;
	return namer_has_capacity(n) || namer_is_asked(n, addr);
}

/* The first address from number `index` on of which something is awaited. */
static size_t namer_first_awaited(const struct namer *n, const struct trace_record *r, size_t index)
{
	while (index < record_addr_count(r) && !namer_awaits(n, record_addr(r, index)))
		index++;
	return index;
}

static void namer_deliver(struct namer *n, const struct trace_record *record, bool is_early)
{
	n->stats.early += is_early;
	n->config.deliver(n->config.sinks, record);
}

/* Few wait, and most that go are the oldest or the newest: moving pointers costs less
 * than a list would. */
static void namer_release(struct namer *n, uint32_t index, bool is_early)
{
	struct waiting *w = n->room[index];

	n->room_count--;
	n->room_bytes -= w->size;
	memmove(&n->room[index], &n->room[index + 1],
		(n->room_count - index) * sizeof(struct waiting *));
	if (n->asking > index)
		n->asking--;
	namer_deliver(n, w->record, is_early);
	waiting_free(w);
}

/* What is known of an address now: who waited for nothing else goes on. */
static void namer_settle(struct namer *n, struct addr addr, const char *raw, int64_t looked_us)
{
	uint32_t i = 0;

	if (!names_add(n->config.names, &addr, raw, looked_us)) {
		bool is_named = names_find(n->config.names, &addr);

		n->stats.named += is_named;
		n->stats.refused += raw && !is_named;
		n->stats.unanswered += looked_us == 0;
	}
	while (i < n->room_count) {
		struct waiting *w = n->room[i];

		if (addr_equal(record_addr(w->record, w->settle), &addr))
			w->settle = namer_first_awaited(n, w->record, w->settle + 1);
		if (w->settle == record_addr_count(w->record))
			namer_release(n, i, false);
		else
			i++;
	}
}

/* False if no record has an address that nobody has asked for. */
static bool namer_next_question(struct namer *n, struct addr *ret_addr)
{
	for (; n->asking < n->room_count; n->asking++) {
		struct waiting *w = n->room[n->asking];

		while (w->ask < record_addr_count(w->record)) {
			const struct addr *addr = record_addr(w->record, w->ask++);

			if (namer_awaits(n, addr) && !namer_is_asked(n, addr)) {
				*ret_addr = *addr;
				return true;
			}
		}
	}
	return false;
}

static uint32_t namer_free_lookup(const struct namer *n)
{
	uint32_t lookup = 0;

	while (!addr_is_none(&n->asked[lookup]))
		lookup++;
	return lookup;
}

static void namer_ask_more(struct namer *n)
{
	struct addr addr;

	while (n->asked_count < n->config.lookups && namer_next_question(n, &addr)) {
		uint32_t lookup = namer_free_lookup(n);

		n->stats.asked++;
		if (n->config.ask(n->config.resolver, lookup, &addr)) {
			namer_settle(n, addr, NULL, 0);
			continue;
		}
		n->asked[lookup] = addr;
		n->asked_count++;
	}
}

/* False without memory: then nobody waits. */
static bool namer_keep(struct namer *n, const struct trace_record *record, size_t awaited, mono now)
{
	size_t size = sizeof(struct waiting) + record_copy_size(record);
	struct waiting *w = calloc(1, sizeof(*w));

	if (!w || record_copy(record, &w->record)) {
		free(w);
		return false;
	}
	while (n->room_count > 0 &&
	       (n->room_count >= n->config.room || n->room_bytes + size > n->config.room_bytes))
		namer_release(n, 0, true);
	w->size = size;
	w->due = mono_after(now, n->config.patience_ns);
	w->ask = w->settle = awaited;
	n->room[n->room_count++] = w;
	n->room_bytes += size;
	return true;
}

void namer_add(struct namer *n, const struct trace_record *record, mono now)
{
	struct trace_record named = *record;
	size_t awaited;

	named.names = n->config.names;
	awaited = namer_first_awaited(n, &named, 0);
	if (awaited == record_addr_count(&named)) {
		namer_deliver(n, &named, false);
		return;
	}
	if (n->is_stopped || !namer_keep(n, &named, awaited, now))
		namer_deliver(n, &named, true);
	else
		namer_ask_more(n);
}

void namer_answer(struct namer *n, uint32_t lookup, const char *raw, int64_t looked_us)
{
	struct addr addr = n->asked[lookup];

	assert(!addr_is_none(&addr));
	n->asked[lookup] = (struct addr){ { 0 } };
	n->asked_count--;
	namer_settle(n, addr, raw, looked_us);
	namer_ask_more(n);
}

void namer_expire(struct namer *n, mono now)
{
	while (n->room_count > 0 && !mono_before(now, n->room[0]->due))
		namer_release(n, 0, true);
}

mono namer_deadline(const struct namer *n)
{
	return n->room_count > 0 ? n->room[0]->due : MONO_NEVER;
}

void namer_stop(struct namer *n)
{
	n->is_stopped = true;
	while (n->room_count > 0)
		namer_release(n, 0, true);
}

uint32_t namer_waiting(const struct namer *n)
{
	return n->room_count;
}

const struct namer_stats *namer_stats(const struct namer *n)
{
	return &n->stats;
}
