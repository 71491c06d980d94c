// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The unicast addresses of this host, in the map that the BPF program looks a
 * request's destination and source up in.  Kept true by the kernel's notices of
 * addresses that come and go; without them (the process is gone) the map stays as
 * it was.  Broadcast, anycast and loopback addresses are not in it.
 */
#pragma once

struct addresses;

/*
 * Fills the map, keys struct addr, values struct own_address, and listens for
 * changes.  `map` stays the caller's.  Returns 0, or -errno with one line logged.
 */
int addresses_open(int map, struct addresses **ret_addresses);
/* Takes NULL. */
void addresses_close(struct addresses *a);

/* Readable when addresses changed; owned by the object. */
int addresses_fd(const struct addresses *a);
/* Call it then.  Never blocks.  Returns 0, or -errno with one line logged and the map
 * as it was, or with some of what is new. */
int addresses_update(struct addresses *a);
