// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tells the service manager how the server is: sd_notify(3)'s protocol, one
 * datagram a message to the socket that $NOTIFY_SOCKET names.  Where it names none
 * everything here does nothing.  docs/adr/0017 says why not libsystemd.
 */
#pragma once

#include <stdint.h>

/* Lines of the form NAME=VALUE.  What goes wrong is logged for developers only. */
void notify_send(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How often the manager wants to hear WATCHDOG=1, in nanoseconds; 0: never. */
uint64_t notify_watchdog_ns(void);
