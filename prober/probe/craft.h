// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A spec in, the bytes of an IP packet out.  Pure.
 *
 * Probes of one flow differ in TTL and identity only, and in what makes up for
 * it: every byte that a load balancer may hash is the same (Paris traceroute,
 * Augustin et al., IMC 2006).
 */
#pragma once

#include <stddef.h>

#include "prober/probe/spec.h"

/* The longest packet: an IPv6 request. */
#define CRAFT_MAX 160

/* Returns the packet's length in bytes. */
size_t craft_packet(const struct probe_spec *spec, uint8_t packet[static CRAFT_MAX]);
