// SPDX-License-Identifier: GPL-2.0-or-later
/* Where to listen, as somebody types it: an address and a port, or a port of this host's own
 * address.  No host names: they may mean something else tomorrow. */
#pragma once

#include <stdint.h>

#define LISTEN_HOST_LEN 64

/* "9435", "192.0.2.1:9435", "[2001:db8::1]:9435".  Returns 0 or -EINVAL. */
int listen_address(const char *text, char ret_host[static LISTEN_HOST_LEN], uint16_t *ret_port);
