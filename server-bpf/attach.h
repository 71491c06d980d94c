// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One program on the tc ingress hook of one interface.
 *
 * A server that runs holds the interface's lock (lock.h): a filter without it was left
 * by a crash and is taken over, while a live server's filter is not.  Detaching removes the filter,
 * and the clsact qdisc if this attachment made it and nobody else put a filter there since.
 */
#pragma once

#include <stdbool.h>

struct attachment;

/* File descriptors, which stay the caller's. */
struct attach_programs {
	int ethernet; /* for interfaces whose packets have an Ethernet header */
	int plain;    /* for those whose packets begin with the IP header */
};

/*
 * Returns 0, or -errno with one line logged: -ENODEV no such interface,
 * -EBUSY another server runs there, -EOPNOTSUPP an interface of an unknown kind.
 */
int attach_open(const char *interface, const struct attach_programs *programs,
		struct attachment **ret_attachment);
/* Takes NULL. */
void attach_close(struct attachment *a);

/* Could that interface be served?  0, or -errno with one line logged. */
int attach_check(const char *interface);
/* As it was named. */
const char *attach_name(const struct attachment *a);
/* False once the interface is gone: deleted, or moved to another namespace.  Then
 * the filter is gone as well, and closing touches nothing in the kernel. */
bool attach_is_alive(const struct attachment *a);
