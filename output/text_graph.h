// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A multipath trace as lines for people: for each TTL the vertices, how much of the
 * traffic each gets, and where it goes from there.
 *
 *	 2  203.0.113.1   50% 1.201 ms -> 203.0.113.9
 *	    *             50%          -> ~198.51.100.7
 *
 *	~	assumed: no flow was seen at both ends
 *	*	a hop that is there and silent
 *
 * The percentage is that of the flows seen at this TTL; where one is silent, of all
 * that were sent there.  Times are means; `+` and `?` as in text_trace.h.  A host name
 * or autonomous system that is known stands below its address.
 */
#pragma once

#include <stdio.h>

#include "output/record.h"

/* Long lines are broken before `width`.  Returns 0 or -ENOMEM. */
int text_print_graph(FILE *out, const struct trace_record *trace, int width);
