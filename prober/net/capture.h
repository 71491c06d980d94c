// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel sees, by libpcap, on every interface: a reply may come in by
 * another one than its probe left by.  A kernel filter passes only what can be
 * ours, our own packets among it: so that both ends of a round trip are stamped
 * by the kernel.  Needs CAP_NET_RAW.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct capture;

/* At least one direction and one protocol. */
struct capture_config {
	bool forward;	      /* what forward probes bring back */
	bool reverse;	      /* responses of servers, and their probes as they arrive */
	bool udp, tcp, icmp;  /* protocols of the probes */
	uint16_t source_port; /* of forward UDP and TCP probes */
	bool immediate;	      /* deliver each packet at once; else within a millisecond,
			       * at a tenth of the cost */
	uint32_t buffer_bytes;
};

struct capture_stats {
	uint64_t received; /* passed the kernel's filter */
	uint64_t dropped;  /* of those: no room in the buffer */
};

/* One frame, in LINKTYPE_LINUX_SLL2; valid until the handler returns. */
typedef void capture_handler(void *arg, const uint8_t *frame, size_t len, mono at);

int capture_open(const struct capture_config *config, struct capture **ret_capture);
void capture_close(struct capture *c);

/* Readable when there is something to drain. */
int capture_fd(const struct capture *c);

/* Hands over at most `budget` frames.  Returns how many, or -errno. */
int capture_drain(struct capture *c, int budget, capture_handler *handler, void *arg);

void capture_get_stats(const struct capture *c, struct capture_stats *ret_stats);

/* The filter's text for this configuration, for tests and debugging. */
void capture_filter_text(const struct capture_config *config, char *text, size_t size);
