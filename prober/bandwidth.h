// SPDX-License-Identifier: GPL-2.0-or-later
/* --bandwidth as a rate of packets. */
#pragma once

#include <stdint.h>

struct prober_options;

/*
 * Packets a second that are no more than so many bits a second on Ethernet, its header
 * included, whichever of its packets the run sends: as if each were the longest.  At least 1.
 */
uint32_t bandwidth_pps(const struct prober_options *o, uint64_t bits_per_second);
