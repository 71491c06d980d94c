// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two directions of a two-way trace end at different moments and are shown
 * together.  What a sink made of the first waits here for the second.
 */
#pragma once

#include <stdint.h>

struct pairs;

/* `release` frees what still waits at the end. */
int pairs_new(void (*release)(void *side), struct pairs **ret_pairs);
/* Takes NULL. */
void pairs_free(struct pairs *p);

/* Keeps the side until its partner comes; owns it if that worked. */
int pairs_add(struct pairs *p, uint64_t pair_id, void *side);
/* The partner, which belongs to the caller now; NULL if it is still to come. */
void *pairs_take(struct pairs *p, uint64_t pair_id);
/* Any one that waits; NULL if there is none. */
void *pairs_take_any(struct pairs *p);
