// SPDX-License-Identifier: GPL-2.0-or-later
/* A trace as a record of warts: `trace` for one path, `tracelb` for multipath. */
#pragma once

#include "output/record.h"
#include "output/warts_record.h"

/* By the numbers of their records in the file. */
struct warts_ids {
	uint32_t list;
	uint32_t cycle;
};

/* Fill a record from its beginning to its end.  Return as warts_end(). */
int warts_trace(struct warts_record *r, const struct trace_record *trace, struct warts_ids ids);
int warts_tracelb(struct warts_record *r, const struct trace_record *trace, struct warts_ids ids);

/* ICMP type and code of an answer, type * 256 + code.  Servers don't tell them: then what
 * is usual there.  false: it was no ICMP message, but a TCP segment. */
bool warts_icmp(const struct trace_record *trace, const struct probe_record *p, uint16_t *ret_icmp);
/* Microseconds; 0 where there is none. */
uint32_t warts_rtt(const struct probe_record *p);
/* Which direction a record is of: readers show it as the user's number. */
uint32_t warts_user(const struct trace_record *trace);
