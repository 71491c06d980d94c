// SPDX-License-Identifier: GPL-2.0-or-later
/* FNV-1a with 64 bits: the same everywhere and for ever.  Not for hash tables of what
 * strangers may choose. */
#pragma once

#include <stdint.h>

#define FNV_START UINT64_C(0xcbf29ce484222325)

/* Goes on from `hash`. */
uint64_t fnv_text(uint64_t hash, const char *text);
