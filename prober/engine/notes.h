// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The objects that answers of running traces carried, until their records are taken: slots
 * that are allocated once.  Most answers have none.
 */
#pragma once

#include <stdint.h>

struct notes;

/* For answers to `packets` packets at most; beyond a number that is enough for any network
 * known, none is kept.  Returns 0 or -ENOMEM. */
int notes_new(uint64_t packets, struct notes **ret_notes);
/* Takes NULL. */
void notes_free(struct notes *n);

/* Copies them.  Returns one more than the slot, or 0: nothing to keep, too long or no slot
 * left; the last two are counted. */
uint32_t notes_keep(struct notes *n, const uint8_t *objects, uint16_t len);
uint64_t notes_lost(const struct notes *n);

/* For a record: what is in the slot, valid until the release. */
const uint8_t *notes_take(struct notes *n, uint32_t slot, uint16_t *ret_len);
/* All slots taken since the last release are free. */
void notes_release(struct notes *n);
