// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/bandwidth.h"

#include "prober/options.h"
#include "prober/probe/craft.h"
#include "wire/headers.h"

static size_t length_of(const struct prober_options *o, bool is_v4, bool is_request)
{
	const uint8_t protos[] = {
		[PROTOCOL_UDP] = PROTO_UDP,
		[PROTOCOL_TCP] = PROTO_TCP,
		[PROTOCOL_ICMP] = is_v4 ? PROTO_ICMP : PROTO_ICMPV6,
	};
	struct addr any = { 0 };
	uint8_t packet[CRAFT_MAX];

	if (is_v4)
		any = addr_from_v4(be32_from(0));
	return craft_packet(&(struct probe_spec){ .src = any,
						  .dst = any,
						  .is_request = is_request,
						  .proto = protos[o->protocol],
						  .ttl = 1,
						  .flow = 1,
						  .id = 1,
						  .contact = o->contact },
			    packet);
}

static size_t longest(const struct prober_options *o, bool is_request)
{
	size_t v4 = o->v6 ? 0 : length_of(o, true, is_request);
	size_t v6 = o->v4 ? 0 : length_of(o, false, is_request);

	return v4 > v6 ? v4 : v6;
}

uint32_t bandwidth_pps(const struct prober_options *o, uint64_t bits_per_second)
{
	size_t probe = o->direction == DIRECTION_REVERSE ? 0 : longest(o, false);
	size_t request = o->direction == DIRECTION_FORWARD ? 0 : longest(o, true);
	size_t most = sizeof(struct eth_hdr) + (probe > request ? probe : request);
	uint64_t pps = bits_per_second / 8 / most;

	if (pps == 0)
		return 1;
	return pps > UINT32_MAX ? UINT32_MAX : (uint32_t)pps;
}
