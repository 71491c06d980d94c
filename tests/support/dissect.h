// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A second decoder of reverse-traceroute packets, written from the description of
 * the protocol (docs/protocol.md) by byte offsets, to hold the prober's against.
 * Shares no header and no line with it but the result's structure.
 */
#pragma once

#include "prober/probe/parse.h"

/* Decodes an IP packet as the host sees it that sent the requests. */
enum parse_verdict dissect(const uint8_t *packet, size_t len, bool outgoing,
			   struct reply *ret_reply);

/* A big-endian number of up to eight bytes. */
uint64_t dissect_number(const uint8_t *at, size_t len);
