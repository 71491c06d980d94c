// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What to send: one packet, described.  Plain data; host byte order.
 *
 * A forward probe goes to the target with a small TTL.  A request goes to an
 * endpoint, which then sends the probe towards us.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "wire/headers.h"

/* Source port of forward UDP and TCP probes: the same for every probe, so that
 * a flow is the same in each campaign.  The deployed client uses it, too. */
#define PROBE_SOURCE_PORT 33434

/* Characters of a contact, at most. */
#define PROBE_CONTACT_MAX 64

struct probe_spec {
	struct addr src;
	struct addr dst;     /* the target, or the endpoint that is asked */
	struct addr toward;  /* requests: who gets the probe; none: we do */
	bool is_request;     /* asks `dst` for a probe; else a forward probe */
	uint8_t proto;	     /* enum ip_proto of the family, of the probe */
	uint8_t ttl;	     /* of the probe; a request with 0 is the support check */
	uint16_t flow;	     /* what load balancers hash: destination port, ICMP checksum */
	uint16_t id;	     /* tells the probes to one host apart; never 0 */
	uint32_t tag;	     /* keyed value, wherever there is room: identity.h */
	const char *contact; /* a URI that goes along where there is room; NULL: none */
	uint16_t icmp_id;    /* ICMP forward probes: keyed, the same for all of a flow */
};
