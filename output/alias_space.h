// SPDX-License-Identifier: GPL-2.0-or-later
/* Which IPv4 space tells routers apart. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Host order.  Never for what no router has (loopback, link-local, multicast …); for
 * private and shared space (RFC 1918, RFC 6598) where asked. */
bool alias_space_is_usable(uint32_t v4, bool with_private);
