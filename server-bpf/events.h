// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads what the program tells the log (event.bpf.h), as lines.  The program wakes
 * nobody, so whoever owns this must drain it every so often.
 */
#pragma once

#include <stddef.h>

#include "server-bpf/shared.h"

#define EVENTS_DRAIN_MS 100
/* What the ring holds in that time: a burst, and some. */
#define EVENTS_RING_BYTES 131072
#define EVENTS_PPS	  100
#define EVENTS_BURST	  1000

struct events;

/* Reads the ring buffer map `fd`, which stays the caller's.  Returns 0 or -errno. */
int events_open(int fd, struct events **ret_events);
/* Takes NULL. */
void events_close(struct events *e);
/* Logs what is there. */
void events_drain(struct events *e);

/* One event as a line, without a newline; returns `text`. */
const char *event_to_text(const struct server_event *event, char *text, size_t size);
