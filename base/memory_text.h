// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts of any length that are printed into memory, by open_memstream(3). */
#pragma once

#include <stdio.h>

/*
 * Closes `out`, the stream that open_memstream(text, ...) returned.  Returns 0, and the
 * caller frees *text; or -ENOMEM where something of it is missing, and *text is NULL.
 */
int memory_text_end(FILE *out, char **text);
