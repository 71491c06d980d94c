// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which header bits tell one probe from another, and prove that a reply
 * answers it.
 *
 * Routers return only the IP header and eight bytes for sure, and all that load
 * balancers hash must stay the same within a flow.  What remains:
 *
 *            id (16 bits)             keyed (who did not see the probe can't know)
 *   UDP      checksum                 IPv4 identification; payload, if quoted
 *   TCP      sequence, low half       sequence, high half; IPv4 identification
 *   ICMP     sequence                 identifier; IPv4 identification; payload
 *   request  identifier, and the IPv4 identification, which deployed servers
 *            copy into the probe they send
 *
 * The payload's last two bytes keep a checksum that carries something else right
 * (wire/checksum.h).  craft.c writes these fields, parse.c reads them, here is
 * what goes in and how it is judged.
 */
#pragma once

#include "prober/probe/parse.h"
#include "prober/probe/spec.h"

struct identity_key {
	uint8_t bytes[16];
};

/* Fills the key from the kernel's random numbers. */
void identity_key_random(struct identity_key *ret_key);

/*
 * Sets spec->tag and spec->icmp_id from the rest of the spec (SipHash-2-4).
 * `serial` tells traces apart, so that a reply to an earlier one of the same
 * flow does not match.
 */
void identity_seal(const struct identity_key *key, uint32_t serial, struct probe_spec *spec);

/* What stands in the IPv4 identification field of this packet. */
uint16_t identity_ipv4_id(const struct probe_spec *spec);

enum identity_verdict {
	IDENTITY_PROVEN,   /* a keyed value came back right, none came back wrong */
	IDENTITY_UNPROVEN, /* the reply has no room for one */
	IDENTITY_WRONG,
};

/* Does the reply, found by peer and id, answer this very probe? */
enum identity_verdict identity_judge(const struct probe_spec *spec, const struct reply *reply);
