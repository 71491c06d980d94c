// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/alias_space.h"

#include <stddef.h>

#include "base/container.h"

struct space {
	uint32_t base;
	uint8_t len;
	bool is_private;
};

/* The IANA special-purpose registry, as far as routers may answer with it. */
static const struct space spaces[] = {
	{ 0x00000000, 8, false },  /* 0.0.0.0/8 */
	{ 0x0a000000, 8, true },   /* 10.0.0.0/8 */
	{ 0x64400000, 10, true },  /* 100.64.0.0/10 */
	{ 0x7f000000, 8, false },  /* 127.0.0.0/8 */
	{ 0xa9fe0000, 16, false }, /* 169.254.0.0/16 */
	{ 0xac100000, 12, true },  /* 172.16.0.0/12 */
	{ 0xc0a80000, 16, true },  /* 192.168.0.0/16 */
	{ 0xe0000000, 3, false },  /* 224.0.0.0/3 */
};

bool alias_space_is_usable(uint32_t v4, bool with_private)
{
	for (size_t i = 0; i < ARRAY_LEN(spaces); i++)
		if ((v4 ^ spaces[i].base) >> (32 - spaces[i].len) == 0)
			return with_private && spaces[i].is_private;
	return true;
}
