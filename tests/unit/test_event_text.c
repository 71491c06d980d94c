// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/events.h"

#include <criterion/criterion.h>

#include "base/addr_text.h"
#include "server-bpf/counters.h"
#include "wire/headers.h"

static void expect_text(struct server_event event, const char *client, const char *hop,
			const char *want)
{
	char text[256];

	cr_assert(addr_from_text(client, &event.client));
	cr_assert(!hop || addr_from_text(hop, &event.hop));
	cr_expect_str_eq(event_to_text(&event, text, sizeof(text)), want, "%s", text);
}

Test(event_text, says_what_happened_to_whom)
{
	expect_text((struct server_event){ .what = COUNT_SOURCE_LIMIT,
					   .id = be16_from(7),
					   .proto = PROTO_UDP },
		    "192.0.2.1", NULL, "dropped-source-limit: 192.0.2.1, identifier 7, udp");
	expect_text((struct server_event){ .what = COUNT_RESPONSE,
					   .id = be16_from(65535),
					   .proto = PROTO_ICMPV6,
					   .rtt_ns = 1234567 },
		    "2001:db8::1", "2001:db8::2",
		    "results-sent: 2001:db8::1, identifier 65535, icmp, hop 2001:db8::2, 1.235 ms");
	expect_text((struct server_event){ .what = COUNT_BAD_PROTO, .proto = 99 }, "192.0.2.1",
		    NULL, "refused-protocol: 192.0.2.1, identifier 0, protocol 99");
	expect_text((struct server_event){ .what = COUNTER_COUNT, .proto = 6 }, "192.0.2.1", NULL,
		    "unknown: 192.0.2.1, identifier 0, tcp");
}

Test(event_text, every_counter_has_a_name_of_its_own)
{
	for (int i = 0; i < COUNTER_COUNT; i++) {
		cr_assert(counter_name((enum server_counter)i), "counter %d", i);
		for (int j = 0; j < i; j++)
			cr_expect_str_neq(counter_name((enum server_counter)i),
					  counter_name((enum server_counter)j));
	}
}
