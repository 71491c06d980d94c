// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is told to the log, beside being counted: through one ring buffer, as often
 * as a bucket allows, and without waking anybody.  User space looks by itself every
 * so often.  Where the log does not ask for it the code is not there: `config` is
 * constant when the program is verified.
 */
#pragma once

#include "server-bpf/limit.bpf.h"
#include "server-bpf/maps.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

/* Whom the result goes to. */
struct session_end {
	struct addr client;
	uint64_t rtt_ns;
	be16 id;
	uint8_t proto; /* of the probe */
	uint8_t zero[5];
};
_Static_assert(sizeof(struct session_end) == 32, "no padding");

/* The least that the log must ask for to be told of it; above all, if never. */
static __always_inline uint8_t event_level(enum server_counter what)
{
	switch (what) {
	case COUNT_PROBE:
	case COUNT_RESPONSE:
	case COUNT_BAD_TTL:
	case COUNT_EXPIRED:
		return EVENTS_SESSIONS;
	case COUNT_BAD_PROTO:
	case COUNT_NOT_ALLOWED:
	case COUNT_UNPADDED:
	case COUNT_SOURCE_LIMIT:
	case COUNT_NEWCOMER_LIMIT:
	case COUNT_TOTAL_LIMIT:
	case COUNT_TARGET_LIMIT:
	case COUNT_DUPLICATE:
	case COUNT_FULL:
	case COUNT_TARGET_FULL:
	case COUNT_NO_ROUTE:
	case COUNT_BAD_OBJECT:
		return EVENTS_REFUSED;
	default:
		return EVENTS_NEVER;
	}
}

/* Room in the ring, zeroed, or NULL: counted then. */
static __always_inline struct server_event *event_begin(bool is_v4)
{
	struct server_event *event =
		limit_take_shared(LIMIT_EVENTS, &config.limit.events, bpf_ktime_get_ns())
			? bpf_ringbuf_reserve(&events, sizeof(*event), 0)
			: NULL;

	if (event)
		__builtin_memset(event, 0, sizeof(*event));
	else
		count(COUNT_EVENT_LOST, is_v4);
	return event;
}

/* Neither is static, so that the verifier looks at it once and not for each caller. */
int event_tell(uint32_t what, const struct request_key *request);
__noinline int event_tell(uint32_t what, const struct request_key *request)
{
	struct server_event *event;

	if (!request)
		return 0;
	event = event_begin(addr_is_v4(&request->client));
	if (!event)
		return 0;
	event->what = what;
	event->client = request->client;
	event->id = request->id;
	event->proto = request->proto;
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	return 0;
}

int event_tell_result(const struct session_end *end, const struct addr *hop);
__noinline int event_tell_result(const struct session_end *end, const struct addr *hop)
{
	struct server_event *event;

	if (!end || !hop)
		return 0;
	event = event_begin(addr_is_v4(&end->client));
	if (!event)
		return 0;
	event->what = COUNT_RESPONSE;
	event->client = end->client;
	event->hop = *hop;
	event->id = end->id;
	event->proto = end->proto;
	event->rtt_ns = end->rtt_ns;
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	return 0;
}

/* Counts, and tells the log of that request, or of the end of what it began. */
static __always_inline void event_count(enum server_counter what, const struct request_key *request)
{
	count(what, addr_is_v4(&request->client));
	/* Both, for the verifier does not see through the second. */
	if (config.events != EVENTS_NONE && config.events >= event_level(what))
		event_tell(what, request);
}

/* The same for a result that was sent. */
static __always_inline void event_count_result(const struct session_end *end,
					       const struct addr *hop)
{
	count(COUNT_RESPONSE, addr_is_v4(&end->client));
	if (config.events >= EVENTS_SESSIONS)
		event_tell_result(end, hop);
}
