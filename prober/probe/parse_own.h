// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets that we sent ourselves: seen as they leave, or quoted in an ICMP
 * error, then perhaps cut behind the first eight bytes of their payload.
 */
#pragma once

#include "base/cursor.h"
#include "prober/probe/parse.h"

/* Fills peer, proto, is_request, flow, id, quoted_ttl and the keyed values from
 * the IP packet under the cursor. */
enum parse_verdict parse_own(struct cursor *c, struct reply *reply);
