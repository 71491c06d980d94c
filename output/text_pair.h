// SPDX-License-Identifier: GPL-2.0-or-later
/* The two directions of a two-way trace, as text that waits for its partner. */
#pragma once

#include "output/record.h"

/* One direction, printed in each way that may be asked for. */
struct text_side {
	enum trace_direction direction;
	char *title;  /* of the pair */
	char *column; /* to stand beside the other */
	char *alone;  /* complete, with a heading of its own */
};

/* Its own lines are made for a terminal of `width` columns. */
int text_side_new(const struct trace_record *trace, int width, struct text_side **ret_side);
/* Takes NULL. */
void text_side_free(struct text_side *side);

/* Side by side if that fits into `width` columns, else one under the other.  The
 * caller frees the text. */
int text_side_join(const struct text_side *a, const struct text_side *b, int width,
		   char **ret_text);
