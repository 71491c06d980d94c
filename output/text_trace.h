// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One trace as lines for people, in two widths: the lines of traceroute(8), and
 * a grid that is narrow enough to stand beside another.
 *
 *	*	no answer
 *	+	no answer, but the probe was seen to arrive at its destination
 *	?	an answer without a round trip time
 *	!N !H !P !F !S !X !V !C	unreachable: network, host, protocol, fragmentation
 *		needed, source route, prohibited, precedence violation and cut-off
 *	!<c> !<t-c>	unreachable with code c, or another ICMP type and code
 *
 *	<MPLS:L=16,E=0,S=1,T=1>	the labels that the probe had where it ended (RFC 4950),
 *		once for answers that say the same
 *
 * A line each TTL up to the end of the path, counted from where probes start: in
 * a reverse trace that is the endpoint.  A host name that is known stands before the
 * address, its autonomous system behind it; in the grid both are below.  Errors stay in
 * the stream.
 */
#pragma once

#include <stdio.h>

#include "output/record.h"

/* The name a user gave, and the address: no byte of it can steer a terminal. */
void text_print_target(FILE *out, const struct trace_record *trace);
/* "udp", "tcp", "icmp". */
const char *text_proto_name(const struct trace_record *trace);

/* "flow 33500"; multipath: the bound of its certainty. */
void text_print_mode(FILE *out, const struct trace_record *trace);

/* What is known of an address, system and name, as a line of its own below it, no longer than
 * `width`: a column must leave room for the one beside it.  Cut off is the front of the name:
 * its end tells whose router it is, and which one of theirs the address tells. */
void text_print_known(FILE *out, const struct trace_record *trace, const struct addr *addr,
		      int width);

void text_print_heading(FILE *out, const struct trace_record *trace);
void text_print_hops(FILE *out, const struct trace_record *trace);
void text_print_grid(FILE *out, const struct trace_record *trace);
/* Why it ended, unless it is completed. */
void text_print_ending(FILE *out, const struct trace_record *trace);
/* ", 7 hops", if the far end was reached. */
void text_print_length(FILE *out, const struct trace_record *trace);
/* Decimals with which a time in milliseconds has five characters, up to 100 seconds. */
int text_ms_digits(uint64_t ns);
