// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_world.h"

#include <criterion/criterion.h>
#include <ctype.h>

#include "base/addr_text.h"
#include "wire/headers.h"

#define STEP_NS (10 * NS_PER_MS)

struct addr fake_addr(const char *text)
{
	struct addr a;

	cr_assert(addr_from_text(text, &a), "not an address: %s", text);
	return a;
}

struct addr fake_router(char letter, bool is_v4)
{
	struct addr a = fake_addr(is_v4 ? "192.0.2.0" : "2001:db8:7::");

	a.bytes[15] = (uint8_t)letter;
	return a;
}

static const struct fake_site *fake_site_of(const void *self, const struct addr *addr)
{
	const struct fake_sites *sites = self;

	for (size_t i = 0; i < sites->count; i++) {
		struct addr a = fake_addr(sites->sites[i].addr);

		if (addr_equal(&a, addr))
			return &sites->sites[i];
	}
	cr_assert_fail("a packet to nowhere");
	return NULL;
}

static struct fake_host fake_site_host(const void *self, const struct addr *addr)
{
	struct fake_host host = fake_site_of(self, addr)->host;

	if (!host.rtt_ns)
		host.rtt_ns = STEP_NS;
	return host;
}

static const char *fake_site_path(const struct fake_site *site, const struct fake_leg *leg)
{
	const char *path = leg->is_reverse ? site->reverse : site->forward;
	const char *odd = leg->is_reverse ? site->odd_reverse : site->odd_forward;
	const char *later = leg->is_reverse ? site->later_reverse : site->later_forward;

	if (later && !mono_before(leg->at, site->changes_at))
		return later;
	return odd && (leg->flow & 1) ? odd : path;
}

/* The word number `ttl`, counted from 1; NULL behind the last. */
static const char *fake_path_word(const char *path, uint8_t ttl)
{
	for (;; path++) {
		while (isspace((unsigned char)*path))
			path++;
		if (!*path)
			return NULL;
		if (--ttl == 0)
			return path;
		while (path[1] && !isspace((unsigned char)path[1]))
			path++;
	}
}

static void fake_hop_refuses(struct fake_hop *hop, bool is_v4, uint8_t v4_code, uint8_t v6_code)
{
	hop->kind = FAKE_UNREACHABLE;
	hop->icmp_type = is_v4 ? ICMPV4_UNREACHABLE : ICMPV6_UNREACHABLE;
	hop->icmp_code = is_v4 ? v4_code : v6_code;
}

static struct fake_hop fake_site_hop(const void *self, const struct fake_leg *leg, uint8_t ttl)
{
	const struct fake_site *site = fake_site_of(self, &leg->host);
	const char *word = fake_path_word(fake_site_path(site, leg), ttl);
	uint64_t step_ns = site->step_ns ? site->step_ns : STEP_NS;
	bool is_v4 = addr_is_v4(&leg->host);
	struct fake_hop hop = { .rtt_ns = site->base_ns + ttl * step_ns,
				.addr = leg->end,
				.kind = FAKE_END };

	if (!word || *word == '@')
		return hop;
	hop.addr = fake_router(*word, is_v4);
	hop.kind = *word == '*' ? FAKE_SILENT : FAKE_ROUTER;
	if (word[1] == '?')
		hop.kind = FAKE_LIMITED;
	else if (word[1] == '!')
		fake_hop_refuses(&hop, is_v4, 1, 3);
	else if (word[1] == '#')
		fake_hop_refuses(&hop, is_v4, ICMPV4_CODE_ADMIN, ICMPV6_CODE_ADMIN);
	return hop;
}

struct fake_world fake_world_of(const struct fake_sites *sites)
{
	return (struct fake_world){ .self = sites, .hop = fake_site_hop, .host = fake_site_host };
}
