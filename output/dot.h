// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A trace, or the two directions of a pair, as Graphviz DOT: a cluster each, black
 * edges where flows prove a link and orange ones where it is assumed.  The same
 * records give the same bytes.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "output/record.h"
#include "output/sink.h"

/* One direction, as long as its partner is to come. */
struct dot_side;

/* `merge`: vertices with the same address become one, see graph_merge(). */
int dot_side_new(const struct trace_record *trace, bool merge, struct dot_side **ret_side);
/* Takes NULL. */
void dot_side_free(struct dot_side *side);

/* What is known of the addresses. */
struct dot_known {
	struct sink_names names;
	const struct alias_result *aliases; /* NULL: none */
	struct asn_db *asn;		    /* NULL: none */
};

/* Vertices with addresses of one router become one, see graph_merge_as().  Returns 0 or
 * -ENOMEM, and then all is as it was. */
int dot_side_join(struct dot_side *side, const struct alias_result *aliases);

/* `b` is NULL for a trace alone.  Whether `out` took it all is for the caller to ask. */
void dot_print(FILE *out, const struct dot_side *a, const struct dot_side *b,
	       const struct dot_known *known);

/* What may stand between double quotes and means what it says: no byte of it ends
 * the string, starts an escape or an entity, or steers a terminal. */
void dot_print_text(FILE *out, const char *text);
