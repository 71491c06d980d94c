// SPDX-License-Identifier: GPL-2.0-or-later
/* Multipath traces, written down as the way of each flow. */
#pragma once

#include "tests/unit/records.h"

/*
 * Each text is a flow: the addresses that answered, hop by hop, "*" for none, without
 * the source.  All links that a flow passed are there, as proven; next to silence they
 * are assumed.
 */
void flows_draft(struct record_draft *d, enum trace_direction direction, const char *src,
		 const char *dst, const char *const *flows);
