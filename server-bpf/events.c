// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/addr_text.h"
#include "base/clock.h"
#include "base/log.h"
#include "server-bpf/counters.h"
#include "wire/headers.h"

#define LINE_LEN 256

struct events {
	struct ring_buffer *ring;
};

static const char *event_proto(uint8_t proto, char text[static 16])
{
	switch (proto) {
	case PROTO_UDP:
		return "udp";
	case PROTO_TCP:
		return "tcp";
	case PROTO_ICMP:
	case PROTO_ICMPV6:
		return "icmp";
	default:
		snprintf(text, 16, "protocol %u", proto);
		return text;
	}
}

const char *event_to_text(const struct server_event *event, char *text, size_t size)
{
	const char *what = counter_name((enum server_counter)event->what);
	char client[ADDR_TEXT_LEN], hop[ADDR_TEXT_LEN], proto[16];
	int len = snprintf(text, size, "%s: %s, identifier %u, %s", what ? what : "unknown",
			   addr_to_text(&event->client, client), be16_to(event->id),
			   event_proto(event->proto, proto));

	if (len > 0 && (size_t)len < size && !addr_is_none(&event->hop))
		snprintf(text + len, size - (size_t)len, ", hop %s, %.3f ms",
			 addr_to_text(&event->hop, hop), (double)event->rtt_ns / (double)NS_PER_MS);
	return text;
}

static int events_log(void *self, void *data, size_t size)
{
	struct server_event event;
	char line[LINE_LEN];

	(void)self;
	if (size < sizeof(event))
		return 0;
	memcpy(&event, data, sizeof(event));
	log_info("%s", event_to_text(&event, line, sizeof(line)));
	return 0;
}

int events_open(int fd, struct events **ret_events)
{
	struct events *e = calloc(1, sizeof(*e));
	int err = -ENOMEM;

	if (!e)
		return err;
	e->ring = ring_buffer__new(fd, events_log, NULL, NULL);
	if (!e->ring) {
		err = -errno;
		log_error("events: cannot read the ring buffer: %s", strerror(-err));
		events_close(e);
		return err;
	}
	*ret_events = e;
	return 0;
}

void events_close(struct events *e)
{
	if (!e)
		return;
	ring_buffer__free(e->ring);
	free(e);
}

void events_drain(struct events *e)
{
	int got = ring_buffer__consume(e->ring);

	if (got < 0)
		log_debug("events: cannot read the ring buffer: %s", strerror(-got));
}
