// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/campaign.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "prober/campaign/state.h"
#include "wire/headers.h"

/* Above this rate packets are captured in blocks, a tenth of the cost each; below,
 * one by one, as soon as they come. */
#define BLOCKS_FROM_PPS 5000

/* Host names: lookups at once, records that wait for them and their memory, how long. */
#define NAME_LOOKUPS	 64
#define NAME_ROOM	 1024
#define NAME_ROOM_BYTES	 (16u << 20)
#define NAME_PATIENCE_NS (2 * NS_PER_S)

static void campaign_library_log(int severity, const char *text)
{
	log_foreign_text(severity >= EVENT_LOG_WARN ? LOG_INFO : LOG_DEBUG, "libevent", text);
}

static int campaign_open_base(struct campaign *c)
{
	struct event_config *config = event_config_new();

	event_set_log_callback(campaign_library_log);
	if (!config)
		return -ENOMEM;
	/* A timer of a millisecond fires after 4.5 without. */
	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	c->base = event_base_new_with_config(config);
	event_config_free(config);
	return c->base ? 0 : -ENOMEM;
}

static int campaign_open_engine(struct campaign *c)
{
	const struct campaign_config *config = &c->config;
	struct engine_config engine = {
		.key = config->key,
		.window = config->window,
		.probes = config->probes,
		.min_ttl = config->min_ttl,
		.max_ttl = config->max_ttl,
		.gap_limit = config->gap_limit,
		.ahead = config->ahead,
		.timeout_ns = config->timeout_ns,
		.mode = config->mode,
		.mda = config->mda,
		.budget = config->budget,
		.host_limit = pace_limit_of_gap(config->inter_ns, config->inter_is_strict),
	};
	int err = engine_new(&engine, &c->engine);

	if (err)
		log_error("engine: cannot hold %u traces: %s", config->window, strerror(-err));
	return err;
}

static int campaign_open_net(struct campaign *c)
{
	const struct campaign_config *config = &c->config;
	/* Both ends of a quarter of a second, and room for what is not ours. */
	uint64_t buffer = (uint64_t)config->rate_pps * 2 * 512 / 4;
	struct routes_config routes = { .ifindex = config->ifindex, .src = config->source };
	struct capture_config capture = {
		.forward = config->forward,
		.reverse = config->reverse,
		.udp = config->udp,
		.tcp = config->tcp,
		.icmp = config->icmp,
		.source_port = PROBE_SOURCE_PORT,
		.immediate = !c->in_blocks,
	};
	int err;

	if (buffer < 2u << 20)
		buffer = 2u << 20;
	if (!config->rate_pps || buffer > 64u << 20)
		buffer = 64u << 20;
	capture.buffer_bytes = (uint32_t)buffer;
	err = sender_open(&c->sender);
	if (!err)
		err = capture_open(&capture, &c->capture);
	if (!err)
		err = routes_open(&routes, &c->routes);
	return err;
}

static int campaign_open_intake(struct campaign *c, struct target_source *source)
{
	const struct campaign_config *config = &c->config;
	struct intake_config intake = {
		.source = source,
		.routes = c->routes,
		.family = config->family,
		.jobs = config->window,
		.proto_v4 = PROTO_ICMP,
		.proto_v6 = PROTO_ICMPV6,
		.skip_invalid = config->skip_invalid,
		.allow_special = config->allow_special,
		.choice = config->choice,
		.targets_max = config->targets_max,
	};

	/* Only forward probes travel as what they are; requests are ICMP. */
	if (config->forward && !config->icmp) {
		intake.proto_v4 = intake.proto_v6 = config->udp ? PROTO_UDP : PROTO_TCP;
		intake.sport = PROBE_SOURCE_PORT;
		intake.dport = config->flow;
	}
	return intake_open(c->base, &intake, campaign_wake, c, &c->intake);
}

static int campaign_ask_name(void *arg, uint32_t lookup, const struct addr *addr)
{
	struct campaign *c = arg;

	return ptr_ask(c->ptr, lookup, addr);
}

static void campaign_take_name(void *arg, uint32_t lookup, const char *raw, int64_t looked_us)
{
	struct campaign *c = arg;

	namer_answer(c->namer, lookup, raw, looked_us);
	campaign_wake(c);
}

static void campaign_deliver(void *arg, const struct trace_record *record)
{
	struct campaign *c = arg;

	fanout_record(c->sinks, record);
}

static int campaign_open_names(struct campaign *c)
{
	struct namer_config namer = {
		.ask = campaign_ask_name,
		.resolver = c,
		.deliver = campaign_deliver,
		.sinks = c,
		.lookups = NAME_LOOKUPS,
		.room = NAME_ROOM,
		.room_bytes = NAME_ROOM_BYTES,
		.patience_ns = NAME_PATIENCE_NS,
		.names = c->config.names,
	};
	int err;

	if (!c->config.names)
		return 0;
	err = ptr_open(c->base, namer.lookups, campaign_take_name, c, &c->ptr);
	return err ? err : namer_new(&namer, &c->namer);
}

static int campaign_open_events(struct campaign *c)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

	c->readable = event_new(c->base, capture_fd(c->capture), EV_READ | EV_PERSIST,
				campaign_on_event, c);
	c->timer = evtimer_new(c->base, campaign_on_event, c);
	if (!c->readable || !c->timer)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		c->signals[i] = evsignal_new(
			c->base, signals[i],
			signals[i] == SIGHUP ? campaign_on_reload : campaign_on_signal, c);
		if (!c->signals[i] || event_add(c->signals[i], NULL))
			return -ENOMEM;
	}
	return event_add(c->readable, NULL) ? -ENOMEM : 0;
}

static int campaign_open_metrics(struct campaign *c)
{
	const struct metrics_config metrics = {
		.listen = c->config.metrics,
		.fetch = campaign_fetch,
		.arg = c,
	};

	c->started = clock_now();
	return c->config.metrics ? metrics_open(c->base, &metrics, &c->metrics) : 0;
}

int campaign_open(const struct campaign_config *config, struct target_source *source,
		  struct fanout *sinks, struct campaign **ret_campaign)
{
	struct campaign *c = calloc(1, sizeof(*c));
	int err = -ENOMEM;

	if (!c)
		goto fail;
	c->config = *config;
	c->source = source;
	c->sinks = sinks;
	c->state = RUN_COMPLETE;
	c->in_blocks = !config->rate_pps || config->rate_pps > BLOCKS_FROM_PPS;
	c->limit = pace_limit_of_gap(config->rate_pps ? NS_PER_S / config->rate_pps : 0,
				     config->rate_is_strict);
	err = campaign_open_base(c);
	if (!err)
		err = campaign_open_engine(c);
	if (!err)
		err = campaign_open_net(c);
	if (!err)
		err = campaign_open_intake(c, source);
	if (!err)
		err = campaign_open_names(c);
	if (!err)
		err = campaign_open_events(c);
	if (!err)
		err = campaign_open_metrics(c);
	if (err)
		goto fail;
	*ret_campaign = c;
	return 0;
fail:
	campaign_close(c);
	return err;
}

static void campaign_free_event(struct event *event)
{
	if (event)
		event_free(event);
}

void campaign_close(struct campaign *c)
{
	if (!c)
		return;
	metrics_close(c->metrics);
	intake_close(c->intake);
	campaign_free_event(c->readable);
	campaign_free_event(c->timer);
	for (size_t i = 0; i < ARRAY_LEN(c->signals); i++)
		campaign_free_event(c->signals[i]);
	capture_close(c->capture);
	sender_close(c->sender);
	routes_close(c->routes);
	engine_free(c->engine);
	namer_free(c->namer);
	ptr_close(c->ptr);
	if (c->base)
		event_base_free(c->base);
	free(c);
}
