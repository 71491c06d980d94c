// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts that come from files: to cut them up, and to show them to people. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Without the blanks at both ends; cuts the end off in place. */
char *text_trim(char *text);

/* Printable ASCII and nothing else; true for an empty text. */
bool text_is_plain(const char *text);

/*
 * Copies a text so that a terminal can print it: whatever is not printable ASCII
 * becomes \xHH, and what is too long for `size` (8 at least) ends in "...".
 * Returns `ret_shown`.
 */
const char *text_show(const char *text, char *ret_shown, size_t size);
