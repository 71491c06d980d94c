// SPDX-License-Identifier: GPL-2.0-or-later
/* Where to listen, as somebody types it: an address and a port, or a port of this host's own
 * address.  No host names: they may mean something else tomorrow. */
#pragma once

#include <stdint.h>

#define LISTEN_HOST_LEN 64

/* "9435", "192.0.2.1:9435", "[2001:db8::1]:9435".  Port 0, of which the system makes one, is
 * refused unless `port_least` is 0.  Returns 0 or -EINVAL. */
int listen_address(const char *text, uint16_t port_least, char ret_host[static LISTEN_HOST_LEN],
		   uint16_t *ret_port);
