// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/host.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/addr_text.h"
#include "tests/support/random.h"

#define HOSTS  100
#define GAP_NS (20 * NS_PER_MS)

static const mono start = { 1000 * NS_PER_S };

static struct addr address(uint32_t number)
{
	return addr_from_v4(be32_from(0xc6336400 + number));
}

static struct hosts *table(uint32_t capacity)
{
	struct hosts *t;

	cr_assert_eq(hosts_new(capacity, 42, GAP_NS, &t), 0);
	return t;
}

Test(host, every_host_is_found_again)
{
	struct hosts *t = table(HOSTS);
	struct host *made[HOSTS];

	for (uint32_t i = 0; i < HOSTS; i++) {
		struct addr a = address(i);

		cr_assert_null(hosts_find(t, &a));
		made[i] = hosts_acquire(t, &a, start);
		for (uint32_t j = 0; j <= i; j++) {
			struct addr b = address(j);

			cr_assert_eq(hosts_find(t, &b), made[j], "host %u of %u", j, i);
			cr_assert_eq(hosts_at(t, made[j]->slot), made[j]);
		}
	}
	cr_assert(!hosts_has_room(t, 1));
	cr_assert(hosts_has_room(t, 0));
	hosts_free(t);
}

Test(host, lives_until_its_time_after_the_last_trace)
{
	struct hosts *t = table(2);
	struct addr a = address(1);
	struct host *host = hosts_acquire(t, &a, start);

	cr_assert_eq(hosts_acquire(t, &a, start), host, "shared by all traces");
	hosts_release(t, host, (mono){ 100 });
	cr_assert_eq(hosts_next_expiry(t).ns, MONO_NEVER.ns);
	hosts_expire(t, (mono){ 1000 });
	cr_assert_eq(hosts_find(t, &a), host, "one trace still uses it");
	hosts_release(t, host, (mono){ 2000 });
	cr_assert_eq(hosts_next_expiry(t).ns, 2000);
	hosts_expire(t, (mono){ 1999 });
	cr_assert_eq(hosts_find(t, &a), host, "its time has not come");
	cr_assert(!hosts_has_room(t, 2));
	hosts_expire(t, (mono){ 2000 });
	cr_assert_null(hosts_find(t, &a));
	cr_assert(hosts_has_room(t, 2));
	hosts_free(t);
}

Test(host, keeps_its_pace_from_trace_to_trace)
{
	struct pace_limit limit = { NS_PER_MS, 0, 1 };
	struct hosts *t = table(2);
	struct addr a = address(1);
	struct host *host = hosts_acquire(t, &a, start);

	pace_spend(&host->pace, &limit, (mono){ 5000 });
	hosts_release(t, host, (mono){ 5000 + NS_PER_MS });
	host = hosts_acquire(t, &a, start);
	cr_assert_eq(pace_ready_at(&host->pace, &limit, (mono){ 5001 }).ns, 5000 + NS_PER_MS);
	hosts_expire(t, (mono){ 10 * NS_PER_S });
	cr_assert_eq(hosts_find(t, &a), host, "it does not leave any more");
	hosts_free(t);
}

Test(host, random_comings_and_goings_match_a_plain_table)
{
	struct hosts *t = table(HOSTS);
	uint32_t traces[HOSTS] = { 0 };
	uint64_t until[HOSTS] = { 0 }; /* 0: not there */
	struct random r = { 18 };

	for (uint64_t now = 1; now < 30000; now++) {
		uint32_t i = random_below(&r, HOSTS);
		struct addr a = address(i);

		if (random_below(&r, 2)) {
			hosts_acquire(t, &a, start);
			traces[i]++;
			until[i] = UINT64_MAX;
		} else if (traces[i] > 0) {
			traces[i]--;
			hosts_release(t, hosts_find(t, &a), (mono){ now + 20 });
			if (traces[i] == 0)
				until[i] = now + 20;
		}
		hosts_expire(t, (mono){ now });
		for (i = 0; i < HOSTS; i++) {
			a = address(i);
			if (until[i] <= now)
				until[i] = 0;
			cr_assert_eq(hosts_find(t, &a) != NULL, until[i] != 0,
				     "moment %lu, host %u", (unsigned long)now, i);
		}
	}
	hosts_free(t);
}

Test(host, hosts_start_at_different_identifiers)
{
	struct hosts *t = table(HOSTS);
	uint16_t first[HOSTS];
	uint32_t same = 0;

	for (uint32_t i = 0; i < HOSTS; i++) {
		struct addr a = address(i);

		first[i] = host_take_id(hosts_acquire(t, &a, start), false, (mono){ 1 }, 0);
		for (uint32_t j = 0; j < i; j++)
			same += first[i] == first[j];
	}
	cr_assert_leq(same, 2);
	hosts_free(t);
}

/* 4096 neighbours, counted up in any two bytes, into 4096 places. */
static uint32_t crowded(const char *base, int byte)
{
	static uint8_t places[4096];
	uint32_t most = 0;

	memset(places, 0, sizeof(places));
	for (uint32_t i = 0; i < 4096; i++) {
		struct addr a;
		uint64_t place;

		cr_assert(addr_from_text(base, &a));
		a.bytes[byte] = (uint8_t)i;
		a.bytes[byte - 1] ^= (uint8_t)(i >> 8);
		place = host_hash(&a, 42) % 4096;
		if (++places[place] > most)
			most = places[place];
	}
	return most;
}

Test(host, neighbours_are_spread_over_the_table)
{
	for (int byte = 13; byte < 16; byte++)
		cr_assert_leq(crowded("198.51.100.0", byte), 12, "IPv4, byte %d", byte);
	for (int byte = 1; byte < 16; byte++)
		cr_assert_leq(crowded("2001:db8::1", byte), 12, "IPv6, byte %d", byte);
}

/* --- identifiers ------------------------------------------------------------- */

static struct host *one_host(struct hosts **ret_table)
{
	struct addr a = address(1);

	*ret_table = table(1);
	return hosts_acquire(*ret_table, &a, start);
}

Test(host, identifiers_are_never_zero_and_repeat_after_all_others)
{
	static bool seen[UINT16_MAX + 1];
	struct hosts *t;
	struct host *host = one_host(&t);
	uint16_t first = host_take_id(host, false, (mono){ 1 }, 0);

	seen[first] = true;
	for (int i = 1; i < UINT16_MAX; i++) {
		uint16_t id = host_take_id(host, i % 2, (mono){ 1 }, 0);

		cr_assert_neq(id, 0);
		cr_assert(!seen[id], "%u comes twice", id);
		seen[id] = true;
	}
	cr_assert_eq(host_take_id(host, false, (mono){ 1 }, 0), first);
	hosts_free(t);
}

Test(host, the_identifier_answered_last_is_used_first_once_it_is_quiet)
{
	struct hosts *t;
	struct host *host = one_host(&t);
	uint16_t a = host_take_id(host, true, (mono){ 0 }, 50);
	uint16_t b = host_take_id(host, true, (mono){ 0 }, 50);
	uint16_t fresh;

	host_give_id(host, a, (mono){ 100 });
	host_give_id(host, b, (mono){ 120 });
	fresh = host_take_id(host, true, (mono){ 149 }, 50);
	cr_assert(fresh != a && fresh != b, "none is quiet yet");
	cr_assert_eq(host_take_id(host, true, (mono){ 150 }, 50), a, "b is not quiet yet");
	host_give_id(host, a, (mono){ 160 });
	cr_assert_eq(host_take_id(host, true, (mono){ 1000 }, 50), a);
	cr_assert_eq(host_take_id(host, true, (mono){ 1000 }, 50), b);
	fresh = host_take_id(host, true, (mono){ 1000 }, 50);
	cr_assert(fresh != a && fresh != b, "each is used once");
	hosts_free(t);
}

Test(host, forward_probes_take_no_used_identifier)
{
	struct hosts *t;
	struct host *host = one_host(&t);
	uint16_t a = host_take_id(host, false, (mono){ 0 }, 0);

	host_give_id(host, a, (mono){ 0 });
	cr_assert_neq(host_take_id(host, false, (mono){ 1000 }, 0), a);
	hosts_free(t);
}

/* Requests, some of which are never answered: whatever comes, no identifier may
 * be out twice at a time.  65 535 are enough for those that wait. */
Test(host, no_identifier_is_out_twice)
{
	static bool out[UINT16_MAX + 1];
	static uint16_t waiting[1000];
	struct random r = { 19 };
	struct hosts *t;
	struct host *host = one_host(&t);

	for (uint64_t now = 1; now < 300000; now++) {
		uint32_t i = random_below(&r, 1000);
		uint16_t id = waiting[i];

		if (id) {
			out[id] = false;
			if (random_below(&r, 3) == 0) /* answered; else given up */
				host_give_id(host, id, (mono){ now });
		}
		id = host_take_id(host, true, (mono){ now }, 20);
		cr_assert(!out[id], "moment %lu: %u is out already", (unsigned long)now, id);
		out[id] = true;
		waiting[i] = id;
	}
	hosts_free(t);
}

Test(host, forgets_the_oldest_of_too_many_used_identifiers)
{
	struct hosts *t;
	struct host *host = one_host(&t);
	uint16_t id[HOST_RECYCLED_MAX + 1];

	for (int i = 0; i <= HOST_RECYCLED_MAX; i++)
		id[i] = host_take_id(host, false, (mono){ 0 }, 0);
	for (int i = 0; i <= HOST_RECYCLED_MAX; i++)
		host_give_id(host, id[i], (mono){ (uint64_t)i });
	for (int i = HOST_RECYCLED_MAX; i > 0; i--)
		cr_assert_eq(host_take_id(host, true, (mono){ 1000 }, 0), id[i]);
	cr_assert_neq(host_take_id(host, true, (mono){ 1000 }, 0), id[0]);
	hosts_free(t);
}

/* As fast as packets may go, and forgotten again and again: no identifier twice. */
Test(host, identifiers_go_on_where_a_forgotten_host_had_been)
{
	static bool seen[UINT16_MAX + 1];
	struct addr a = address(1);
	struct hosts *t;
	struct host *host = one_host(&t);
	mono now = start;

	for (int i = 0; i < 1000; i++) {
		uint16_t id = host_take_id(host, false, now, 0);

		cr_assert(!seen[id], "%u comes twice", id);
		seen[id] = true;
		now = mono_after(now, GAP_NS);
		if (i % 7)
			continue;
		hosts_release(t, host, now);
		hosts_expire(t, now);
		cr_assert_null(hosts_find(t, &a));
		host = hosts_acquire(t, &a, now);
	}
	hosts_free(t);
}
