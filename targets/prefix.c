// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/prefix.h"

void prefix_walk_start(struct prefix_walk *w, const struct prefix *p)
{
	*w = (struct prefix_walk){ .next = p->base, .last = p->base, .more = true };
	for (unsigned int bit = p->len; bit < 128; bit++)
		w->last.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}

static void addr_step(struct addr *a)
{
	for (int i = sizeof(a->bytes) - 1; i >= 0; i--)
		if (++a->bytes[i] != 0)
			return;
}

/* Ends by comparing with the last, not by counting: a /0 has 2^128 addresses, and
 * what follows the very last address would be the first. */
bool prefix_walk_next(struct prefix_walk *w, struct addr *ret_addr)
{
	if (!w->more)
		return false;
	*ret_addr = w->next;
	w->more = !addr_equal(&w->next, &w->last);
	if (w->more)
		addr_step(&w->next);
	return true;
}
