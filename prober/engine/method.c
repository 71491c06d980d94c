// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/method.h"

#include "wire/headers.h"

/* A few round trips to the endpoint, the length of one. */
#define PATIENCE_ROUND_TRIPS 4
#define PATIENCE_LEAST_NS    (20 * NS_PER_MS)

mono method_patience(const struct trace *t, const struct engine_config *config, mono at)
{
	uint64_t patience_ns = PATIENCE_ROUND_TRIPS * t->check_rtt_ns + PATIENCE_LEAST_NS;

	return mono_after(at, patience_ns < config->timeout_ns ? patience_ns : config->timeout_ns);
}

bool method_is_destination(const struct trace *t, const struct addr *from)
{
	return addr_equal(from, trace_destination(t));
}

bool method_is_unreachable(const struct trace *t, uint16_t icmp)
{
	uint8_t type = (uint8_t)(icmp >> 8);

	if (addr_is_v4(&t->spec.dst))
		return type == ICMPV4_UNREACHABLE || type == ICMPV4_PARAMETER;
	return type == ICMPV6_UNREACHABLE || type == ICMPV6_TOO_BIG || type == ICMPV6_PARAMETER;
}
