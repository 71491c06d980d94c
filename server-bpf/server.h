// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process that stands behind the program in the kernel: loads and attaches it,
 * and then waits for signals in one event loop.  Packets never wait for it.
 */
#pragma once

#include "server-bpf/options.h"

struct server;

/*
 * Loads, configures and attaches.  `options` must outlive the server.  Returns 0, or
 * -errno with the reason logged: see loader.h, access.h and attach.h.
 */
int server_open(const struct server_options *options, struct server **ret_server);
/* Serves until a signal ends it: 0.  -ENODEV if the last interface is gone. */
int server_run(struct server *s);
/* Detaches from all interfaces, and prints the counters if there were any.  Takes NULL. */
void server_close(struct server *s);

/*
 * Does all that server_open() does but attach: loads the program, which the kernel
 * verifies, reads the lists, looks at the interfaces.  Prints what it found to
 * standard output.  Returns 0, or -errno with the reason logged.
 */
int server_try(const struct server_options *options);
