// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/notes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"

enum {
	NOTE_LEN = 200,	     /* a captured frame has no room for more */
	NOTES_MAX = 1 << 18, /* 52 MiB, of which is used what was needed at once */
};

struct note {
	uint32_t next; /* among those taken */
	uint16_t len;
	uint8_t bytes[NOTE_LEN];
};

struct notes {
	struct pool *slots;
	uint32_t taken; /* first of those to release; POOL_NONE: none */
	uint64_t lost;
};

int notes_new(uint64_t packets, struct notes **ret_notes)
{
	struct notes *n = calloc(1, sizeof(*n));
	int err = -ENOMEM;

	if (!n)
		goto fail;
	n->taken = POOL_NONE;
	err = pool_new(packets < NOTES_MAX ? (uint32_t)packets : NOTES_MAX, sizeof(struct note),
		       &n->slots);
	if (err)
		goto fail;
	*ret_notes = n;
	return 0;
fail:
	notes_free(n);
	return err;
}

void notes_free(struct notes *n)
{
	if (!n)
		return;
	pool_free(n->slots);
	free(n);
}

uint32_t notes_keep(struct notes *n, const uint8_t *objects, uint16_t len)
{
	struct note *note;
	uint32_t slot;

	if (len == 0)
		return 0;
	slot = len <= NOTE_LEN ? pool_take(n->slots) : POOL_NONE;
	if (slot == POOL_NONE) {
		n->lost++;
		return 0;
	}
	note = pool_at(n->slots, slot);
	note->len = len;
	memcpy(note->bytes, objects, len);
	return slot + 1;
}

uint64_t notes_lost(const struct notes *n)
{
	return n->lost;
}

const uint8_t *notes_take(struct notes *n, uint32_t slot, uint16_t *ret_len)
{
	struct note *note = pool_at(n->slots, slot);

	note->next = n->taken;
	n->taken = slot;
	*ret_len = note->len;
	return note->bytes;
}

void notes_release(struct notes *n)
{
	while (n->taken != POOL_NONE) {
		uint32_t slot = n->taken;

		n->taken = ((const struct note *)pool_at(n->slots, slot))->next;
		pool_give(n->slots, slot);
	}
}
