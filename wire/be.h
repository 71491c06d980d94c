// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Big-endian integers as types of their own.
 *
 * A be16 cannot be added to, compared with or assigned to a uint16_t: the
 * compiler refuses.  The functions below are the only doors between wire and
 * host order.  Compiled for the host and for BPF, hence nothing but <stdint.h>.
 */
#pragma once

#include <stdint.h>

/* clang-format off */
typedef struct { uint16_t raw; } be16;
typedef struct { uint32_t raw; } be32;
typedef struct { uint64_t raw; } be64;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BE_SWAP(bits, x) __builtin_bswap##bits(x)
#else
#define BE_SWAP(bits, x) (x)
#endif

static inline be16 be16_from(uint16_t host) { return (be16){ BE_SWAP(16, host) }; }
static inline be32 be32_from(uint32_t host) { return (be32){ BE_SWAP(32, host) }; }
static inline be64 be64_from(uint64_t host) { return (be64){ BE_SWAP(64, host) }; }

static inline uint16_t be16_to(be16 net) { return BE_SWAP(16, net.raw); }
static inline uint32_t be32_to(be32 net) { return BE_SWAP(32, net.raw); }
static inline uint64_t be64_to(be64 net) { return BE_SWAP(64, net.raw); }
/* clang-format on */
