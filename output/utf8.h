// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text from outside, host names above all, may be any bytes; JSON is UTF-8
 * (RFC 8259 section 8.1).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The character at `at`, and how many bytes it takes; 0: those are none.  `at` ends with NUL. */
size_t utf8_decode(const char *at, uint32_t *ret_character);

/*
 * A copy in which U+FFFD stands for each byte that belongs to no character
 * (RFC 3629: no overlong forms, no surrogates).  The caller frees it; NULL: no memory.
 */
char *utf8_repair(const char *bytes);
