// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/fnv.h"

uint64_t fnv_text(uint64_t hash, const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		hash = (hash ^ *c) * UINT64_C(0x100000001b3);
	return hash;
}
