// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/addr_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

const char *addr_to_text(const struct addr *a, char text[static ADDR_TEXT_LEN])
{
	if (addr_is_v4(a))
		inet_ntop(AF_INET, &a->bytes[12], text, ADDR_TEXT_LEN);
	else
		inet_ntop(AF_INET6, a->bytes, text, ADDR_TEXT_LEN);
	return text;
}

bool addr_from_text(const char *text, struct addr *ret_addr)
{
	struct addr v6;
	be32 v4;

	if (inet_pton(AF_INET, text, &v4) == 1) {
		*ret_addr = addr_from_v4(v4);
		return true;
	}
	if (inet_pton(AF_INET6, text, v6.bytes) == 1) {
		*ret_addr = v6;
		return true;
	}
	return false;
}

/* The bits of byte `index` that belong to a prefix of `len` bits. */
static uint8_t prefix_mask(uint8_t len, unsigned int index)
{
	unsigned int bits = len > index * 8 ? len - index * 8 : 0;

	return (uint8_t)(bits >= 8 ? 0xff : 0xff00 >> bits);
}

/* One to three digits, no sign, no blank. */
static bool prefix_len_from_text(const char *text, unsigned int max, unsigned int *ret_len)
{
	unsigned int len = 0;
	size_t digits = strspn(text, "0123456789");

	if (digits < 1 || digits > 3 || text[digits] != '\0')
		return false;
	for (size_t i = 0; i < digits; i++)
		len = len * 10 + (unsigned int)(text[i] - '0');
	if (len > max)
		return false;
	*ret_len = len;
	return true;
}

int prefix_from_text(const char *text, struct prefix *ret_prefix)
{
	struct prefix p;
	char base[ADDR_TEXT_LEN];
	const char *slash = strchr(text, '/');
	size_t base_len = slash ? (size_t)(slash - text) : strlen(text);
	unsigned int len;
	bool is_v4;

	if (base_len >= sizeof(base))
		return -EINVAL;
	memcpy(base, text, base_len);
	base[base_len] = '\0';
	if (!addr_from_text(base, &p.base))
		return -EINVAL;
	is_v4 = !strchr(base, ':');
	len = is_v4 ? 32 : 128;
	if (slash && !prefix_len_from_text(slash + 1, len, &len))
		return -EINVAL;
	p.len = (uint8_t)(is_v4 ? len + 96 : len);
	for (unsigned int i = 0; i < sizeof(p.base.bytes); i++)
		if (p.base.bytes[i] & ~prefix_mask(p.len, i))
			return -EDOM;
	*ret_prefix = p;
	return 0;
}

bool prefix_holds(const struct prefix *p, const struct addr *a)
{
	/* IPv4 addresses are stored inside ::/80, but are no part of it. */
	if (addr_is_v4(a) && p->len < 96)
		return false;
	for (unsigned int i = 0; i < sizeof(a->bytes); i++)
		if ((a->bytes[i] ^ p->base.bytes[i]) & prefix_mask(p->len, i))
			return false;
	return true;
}
