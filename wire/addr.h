// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An address of either family: 16 bytes, IPv4 stored as ::ffff:a.b.c.d
 * (RFC 4291 section 2.5.5.2), which is also how the reverse-traceroute
 * response carries it.  Above the parser nothing branches on the family.
 */
#pragma once

#include "wire/be.h"

/* Laid over packet bytes: alignment 1, and allowed to alias them. */
#define WIRE __attribute__((packed, may_alias))

struct WIRE addr {
	uint8_t bytes[16];
};
_Static_assert(sizeof(struct addr) == 16, "RFC 4291");

static inline struct addr addr_from_v4(be32 v4)
{
	struct addr a = { .bytes = { [10] = 0xff, [11] = 0xff } };

	__builtin_memcpy(&a.bytes[12], &v4, sizeof(v4));
	return a;
}

/* The last four bytes; meaningful only where addr_is_v4(). */
static inline be32 addr_to_v4(const struct addr *a)
{
	be32 v4;

	__builtin_memcpy(&v4, &a->bytes[12], sizeof(v4));
	return v4;
}

static inline _Bool addr_is_v4(const struct addr *a)
{
	uint64_t high;
	uint32_t mid;

	__builtin_memcpy(&high, &a->bytes[0], sizeof(high));
	__builtin_memcpy(&mid, &a->bytes[8], sizeof(mid));
	return high == 0 && mid == be32_from(0xffff).raw;
}

static inline _Bool addr_equal(const struct addr *a, const struct addr *b)
{
	uint64_t a_high, a_low, b_high, b_low;

	__builtin_memcpy(&a_high, &a->bytes[0], 8);
	__builtin_memcpy(&a_low, &a->bytes[8], 8);
	__builtin_memcpy(&b_high, &b->bytes[0], 8);
	__builtin_memcpy(&b_low, &b->bytes[8], 8);
	return a_high == b_high && a_low == b_low;
}

/* All sixteen bytes zero: "no address".  The IPv6 unspecified address, too. */
static inline _Bool addr_is_none(const struct addr *a)
{
	static const struct addr none;

	return addr_equal(a, &none);
}
