// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Internet checksum (RFC 1071): full, incremental (RFC 1624) and
 * compensating, that is, the payload word which makes a checksum come out as
 * wanted (the trick of Paris traceroute: Augustin et al., IMC 2006).
 *
 * Sums are kept over 16-bit words in the order of memory: the result is the
 * same in either byte order (RFC 1071 section 2 (B)).
 */
#pragma once

#include "wire/addr.h"
#include "wire/be.h"

/* A one's complement sum that is not folded yet.  Holds 64 KiB without overflow. */
struct csum {
	uint32_t words;
};

static inline struct csum csum_add16(struct csum sum, be16 word)
{
	return (struct csum){ sum.words + word.raw };
}

static inline struct csum csum_add32(struct csum sum, be32 word)
{
	return (struct csum){ sum.words + (word.raw & 0xffff) + (word.raw >> 16) };
}

/* An odd last byte counts as the first byte of a word. */
static inline struct csum csum_add(struct csum sum, const void *bytes, uint32_t len)
{
	const uint8_t *at = (const uint8_t *)bytes;
	uint16_t word;
	uint32_t i;

	for (i = 0; i + 1 < len; i += 2) {
		__builtin_memcpy(&word, at + i, sizeof(word));
		sum.words += word;
	}
	if (len & 1)
		sum.words += be16_from((uint16_t)(at[len - 1] << 8)).raw;
	return sum;
}

static inline struct csum csum_add_addr(struct csum sum, const struct addr *a)
{
	return csum_add(sum, a, sizeof(*a));
}

/* The pseudo header of either family: RFC 768, RFC 9293, RFC 8200 section 8.1.
 * ICMP over IPv4 has none; ICMPv6 has. */
static inline struct csum csum_pseudo(const struct addr *src, const struct addr *dst, uint8_t proto,
				      uint16_t l4_len)
{
	struct csum sum = { 0 };

	if (addr_is_v4(src)) {
		sum = csum_add32(sum, addr_to_v4(src));
		sum = csum_add32(sum, addr_to_v4(dst));
	} else {
		sum = csum_add_addr(sum, src);
		sum = csum_add_addr(sum, dst);
	}
	sum = csum_add16(sum, be16_from(proto));
	return csum_add16(sum, be16_from(l4_len));
}

static inline uint16_t csum_folded(struct csum sum)
{
	sum.words = (sum.words & 0xffff) + (sum.words >> 16);
	sum.words = (sum.words & 0xffff) + (sum.words >> 16);
	return (uint16_t)sum.words;
}

/* The value of the checksum field; the field itself counted as zero. */
static inline be16 csum_finish(struct csum sum)
{
	return (be16){ (uint16_t)~csum_folded(sum) };
}

/* The checksum after one 16-bit word changed: RFC 1624, equation 3. */
static inline be16 csum_replace(be16 checksum, be16 before, be16 after)
{
	struct csum sum = { (uint16_t)~checksum.raw };

	sum.words += (uint16_t)~before.raw;
	sum.words += after.raw;
	return csum_finish(sum);
}

/*
 * The word which, added to `sum` (everything but the checksum field and the
 * filler itself), makes the checksum come out as `wanted`.
 */
static inline be16 csum_filler(struct csum sum, be16 wanted)
{
	return csum_finish(csum_add16(sum, wanted));
}
