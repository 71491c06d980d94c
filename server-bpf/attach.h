// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One program on the tc ingress hook of one interface.
 *
 * A server that runs holds an abstract socket named after the interface, in the
 * interface's network namespace: the kernel frees it with the process, so a
 * filter without its socket was left by a crash and is taken over, while a live
 * server's filter is not.  Detaching removes the filter, and the clsact qdisc if
 * this attachment made it and nobody else put a filter there since.
 */
#pragma once

struct attachment;

/*
 * Returns 0, or -errno with one line logged: -ENODEV no such interface,
 * -EBUSY another server runs there, -EOPNOTSUPP not an Ethernet interface.
 */
int attach_open(const char *interface, int program, struct attachment **ret_attachment);
/* Takes NULL. */
void attach_close(struct attachment *a);
