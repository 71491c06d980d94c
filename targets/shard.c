// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/shard.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

__extension__ typedef unsigned __int128 number;

/* The same in every run and everywhere. */
static const uint8_t key[crypto_shorthash_KEYBYTES] = "revprobe's share";

static number number_of(const struct addr *a)
{
	number n = 0;

	for (size_t i = 0; i < sizeof(a->bytes); i++)
		n = n << 8 | a->bytes[i];
	return n;
}

static struct addr address_of(number n)
{
	struct addr a;

	for (size_t i = sizeof(a.bytes); i-- > 0; n >>= 8)
		a.bytes[i] = (uint8_t)n;
	return a;
}

static uint64_t hash_of(const void *bytes, size_t len)
{
	uint8_t out[crypto_shorthash_BYTES];
	uint64_t hash = 0;

	crypto_shorthash(out, bytes, len, key);
	for (size_t i = 0; i < sizeof(out); i++)
		hash = hash << 8 | out[i]; /* the same on machines of either byte order */
	return hash;
}

static number last_of(const struct prefix *p)
{
	number all = ~(number)0;

	return number_of(&p->base) | (p->len == 0 ? all : p->len == 128 ? 0 : all >> p->len);
}

/* Where in its block the shard's address is. */
static uint32_t place_in(const struct shard *s, number block)
{
	struct addr bytes = address_of(block);

	if (s->count == 1)
		return 0;
	return (uint32_t)((hash_of(&bytes, sizeof(bytes)) % s->count + s->index) % s->count);
}

uint64_t shard_blocks(const struct shard *s, const struct prefix *p)
{
	number blocks = last_of(p) / s->count - number_of(&p->base) / s->count;

	return blocks >= UINT64_MAX ? UINT64_MAX : (uint64_t)blocks + 1;
}

bool shard_address(const struct shard *s, const struct prefix *p, uint64_t block,
		   struct addr *ret_addr)
{
	number at = number_of(&p->base) / s->count + block;
	number n = at * s->count + place_in(s, at);

	*ret_addr = address_of(n);
	return prefix_holds(p, ret_addr);
}

bool shard_has_address(const struct shard *s, const struct addr *a)
{
	number n = number_of(a);

	return n % s->count == place_in(s, n / s->count);
}

bool shard_has_name(const struct shard *s, const char *name)
{
	char lower[256];
	size_t len = strnlen(name, sizeof(lower));

	for (size_t i = 0; i < len; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	if (len > 0 && lower[len - 1] == '.')
		len--;
	return hash_of(lower, len) % s->count == s->index;
}
