// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses that no probe is sent to on behalf of somebody else: those that are no
 * one host's, not global, or stand for an address of the other family (IANA's
 * special-purpose registries, RFC 6890).
 */
#pragma once

#include "wire/addr.h"

/* Do the first bits of both agree? */
static inline _Bool special_in(uint32_t head, uint32_t first, uint32_t bits)
{
	return (head ^ first) >> (32 - bits) == 0;
}

static inline _Bool special_v4(uint32_t a)
{
	return special_in(a, 0x00000000, 8) ||	/* this network */
	       special_in(a, 0x0a000000, 8) ||	/* private */
	       special_in(a, 0x64400000, 10) || /* behind a carrier's NAT */
	       special_in(a, 0x7f000000, 8) ||	/* loopback */
	       special_in(a, 0xa9fe0000, 16) || /* link-local */
	       special_in(a, 0xac100000, 12) || /* private */
	       special_in(a, 0xc0000000, 24) || /* protocol assignments */
	       special_in(a, 0xc0000200, 24) || /* documentation */
	       special_in(a, 0xc0586300, 24) || /* 6to4 relays, formerly */
	       special_in(a, 0xc0a80000, 16) || /* private */
	       special_in(a, 0xc6120000, 15) || /* benchmarks */
	       special_in(a, 0xc6336400, 24) || /* documentation */
	       special_in(a, 0xcb007100, 24) || /* documentation */
	       special_in(a, 0xe0000000, 3);	/* multicast, reserved, broadcast */
}

/* The first 32 bits decide: only 2000::/3 is global unicast. */
static inline _Bool special_v6(uint32_t head)
{
	return !special_in(head, 0x20000000, 3) ||
	       special_in(head, 0x20010000, 23) || /* protocol assignments: Teredo, ORCHID */
	       special_in(head, 0x20010db8, 32) || /* documentation */
	       special_in(head, 0x20020000, 16) || /* 6to4 */
	       special_in(head, 0x3fff0000, 20);   /* documentation */
}

static inline _Bool addr_is_special(const struct addr *a)
{
	be32 head;

	if (addr_is_v4(a))
		return special_v4(be32_to(addr_to_v4(a)));
	__builtin_memcpy(&head, a, sizeof(head));
	return special_v6(be32_to(head));
}
