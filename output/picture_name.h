// SPDX-License-Identifier: GPL-2.0-or-later
/* File names made of targets, which may be any text; no two the same. */
#pragma once

#include <stddef.h>

struct picture_names;

int picture_names_new(const char *base, struct picture_names **ret_names);
/* Takes NULL. */
void picture_names_free(struct picture_names *n);

/* BASE, or BASE-TARGET for a target, or BASE-TARGET-2 if that was taken; without a
 * suffix.  The text is valid as long as the names.  NULL if memory is short. */
const char *picture_names_take(struct picture_names *n, const char *target);
/* How many were taken. */
size_t picture_names_count(const struct picture_names *n);
