// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends IP packets in batches over one AF_PACKET socket, on any interface; the
 * kernel puts the link header in front, so interfaces without one work alike.
 *
 * Where the next hop's link address is not known yet, the packet goes through a
 * raw IP socket: then the kernel resolves the neighbour and keeps the packet
 * meanwhile.  Needs CAP_NET_RAW.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "prober/net/route.h"

#define SENDER_PACKET_MAX 160 /* bytes, from the IP header on */

struct sender;

struct sender_stats {
	uint64_t sent;	   /* given to the kernel */
	uint64_t failed;   /* refused by the kernel, lost */
	uint64_t resolved; /* of the sent: through the raw IP socket */
	int last_errno;	   /* of the last that failed */
};

/* Logs what is wrong.  -EPERM without the capability. */
int sender_open(struct sender **ret_sender);
void sender_close(struct sender *s);

/*
 * Takes a copy of the packet into the batch, and sends the batch when it is
 * full.  -EAGAIN: the socket, or a queue behind it, has no room; the packet was not
 * taken: try again later.
 */
int sender_send(struct sender *s, const struct route *route, const void *packet, size_t len);

/* Sends what waits.  -EAGAIN if some of it still waits. */
int sender_flush(struct sender *s);

const struct sender_stats *sender_stats(const struct sender *s);
