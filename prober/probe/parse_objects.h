// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What ICMP errors carry behind the packet that they quote: objects (RFC 4884), such as
 * the MPLS labels that it came in with (RFC 4950).
 */
#pragma once

#include <stdbool.h>

#include "base/cursor.h"

struct icmp_hdr;
struct reply;

/*
 * `body` is all behind the ICMP header, captured as a whole.  If objects follow the quote,
 * they are in `reply` afterwards.  What is not sound from end to end counts as none: a quote
 * may look like anything.
 */
void parse_objects(const struct icmp_hdr *icmp, bool is_v4, struct cursor body,
		   struct reply *reply);
