// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two directions of a two-way trace end at different moments and are printed
 * together.  What ended first waits here, as text.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "output/record.h"

/* One direction, printed in each way that may be asked for. */
struct text_side {
	enum trace_direction direction;
	char *title;  /* of the pair */
	char *column; /* to stand beside the other */
	char *alone;  /* complete, with a heading of its own */
};

int text_side_init(struct text_side *side, const struct trace_record *trace);
/* For zeroed memory, too. */
void text_side_fini(struct text_side *side);

/* Side by side if that fits into `width` columns, else one under the other.  The
 * caller frees the text. */
int text_side_join(const struct text_side *a, const struct text_side *b, int width,
		   char **ret_text);

struct text_pairs;

int text_pairs_new(struct text_pairs **ret_pairs);
/* Takes NULL.  Forgets who still waits. */
void text_pairs_free(struct text_pairs *p);

/* Keeps the side until its partner comes; its texts move here if that worked. */
int text_pairs_add(struct text_pairs *p, uint64_t pair_id, struct text_side *side);
/* Moves the partner to *ret_side; false if it is still to come. */
bool text_pairs_take(struct text_pairs *p, uint64_t pair_id, struct text_side *ret_side);
/* Any one that waits; false if there is none. */
bool text_pairs_take_any(struct text_pairs *p, struct text_side *ret_side);
