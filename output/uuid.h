// SPDX-License-Identifier: GPL-2.0-or-later
/* Names that nobody else gives: RFC 9562, version 4, random. */
#pragma once

#define UUID_TEXT_LEN 37 /* with its NUL */

/* sodium_init() was called. */
void uuid_make(char text[static UUID_TEXT_LEN]);
