// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/campaign.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "base/pace.h"
#include "prober/engine/engine.h"
#include "prober/net/capture.h"
#include "prober/net/route.h"
#include "prober/net/sender.h"
#include "prober/probe/craft.h"
#include "wire/headers.h"

/* What one turn of the loop may do before others get theirs. */
#define TURN_FRAMES  4096
#define TURN_PACKETS 512

/* Above this rate packets are captured in blocks, a tenth of the cost each; below,
 * one by one, as soon as they come. */
#define BLOCKS_FROM_PPS 5000
/* How long a captured packet may wait in a block: its timeout is a millisecond,
 * kept in ticks of the kernel's clock. */
#define BLOCK_DELAY_NS (20 * NS_PER_MS)
#define BLOCK_TURN_NS  NS_PER_MS

#define FLUSH_NS NS_PER_S

struct campaign {
	struct campaign_config config;
	struct event_base *base;
	struct event *readable; /* the capture */
	struct event *timer;
	struct event *writable; /* the sender, while it is full */
	struct event *signals[2];
	struct engine *engine;
	struct intake *intake;
	struct routes *routes;
	struct sender *sender;
	struct capture *capture;
	struct fanout *sinks;
	struct pace pace; /* of all packets together */
	struct pace_limit limit;
	struct engine_packet parked; /* taken from the engine, not yet by the sender */
	bool has_parked;
	bool is_blocked;  /* until the sender is writable */
	bool in_blocks;	  /* how packets are captured */
	bool more_frames; /* than one turn may read */
	mono send_at;	  /* when the pace lets the next packet go; never if there is none */
	unsigned int interrupts;
	enum run_state state;
	mono flushed;
	struct campaign_stats stats;
};

/* --- receiving ---------------------------------------------------------------- */

static void campaign_frame(void *arg, const uint8_t *frame, size_t len, mono at)
{
	struct campaign *c = arg;
	struct reply reply;
	enum parse_verdict verdict = parse_sll2(frame, len, &reply);

	c->stats.parsed[verdict]++;
	if (verdict != PARSE_OK)
		return;
	reply.at = at;
	c->stats.matched[engine_on_reply(c->engine, &reply)]++;
}

static void campaign_fail(struct campaign *c)
{
	c->state = RUN_FAILED;
	intake_stop(c->intake);
	engine_interrupt(c->engine, true, clock_now());
}

static void campaign_receive(struct campaign *c, mono now)
{
	int frames = capture_drain(c->capture, TURN_FRAMES, campaign_frame, c);
	uint64_t delay_ns = c->in_blocks ? BLOCK_DELAY_NS : 0;

	if (frames < 0) {
		campaign_fail(c);
		return;
	}
	/* Nothing is late before all that the kernel saw until then has been heard. */
	c->more_frames = frames == TURN_FRAMES;
	if (!c->more_frames)
		engine_expire(c->engine, (mono){ now.ns - delay_ns });
}

/* --- traces begin and end --------------------------------------------------------- */

static void campaign_add(struct campaign *c, struct job *job, enum trace_direction direction,
			 mono now)
{
	bool is_v4 = addr_is_v4(&job->target.addr);
	uint8_t icmp = is_v4 ? PROTO_ICMP : PROTO_ICMPV6;
	struct trace_spec spec = {
		.target = &job->target,
		.direction = direction,
		.proto = c->config.udp ? PROTO_UDP : (c->config.tcp ? PROTO_TCP : icmp),
		.flow = c->config.flow,
		.src = job->route.src,
		.dst = job->target.addr,
		.pair_id = job->pair_id,
		.wall_us = clock_wall_us(),
		.job = job->index,
	};

	job->traces++;
	engine_add(c->engine, &spec, now);
}

/* For people and joins only, so unique is enough; positive for SQL. */
static uint64_t campaign_pair_id(void)
{
	uint64_t id;

	randombytes_buf(&id, sizeof(id));
	return (id >> 1) | 1;
}

/* Traces begin when those that run leave the rate unused: so what has begun is not
 * slowed down by what is still to come.  False if none can. */
static bool campaign_begin(struct campaign *c, mono now)
{
	bool both = c->config.forward && c->config.reverse;
	struct job *job;

	if (!engine_has_room(c->engine, both ? 2 : 1))
		return false;
	job = intake_next(c->intake, now);
	if (!job)
		return false;
	job->pair_id = both ? campaign_pair_id() : 0;
	if (c->config.forward)
		campaign_add(c, job, TRACE_FORWARD, now);
	if (c->config.reverse)
		campaign_add(c, job, TRACE_REVERSE, now);
	return true;
}

static void campaign_collect(struct campaign *c, mono now)
{
	struct trace_record record;
	uint32_t index;

	while (engine_next_done(c->engine, &record, &index)) {
		struct job *job = intake_job(c->intake, index);

		fanout_record(c->sinks, &record);
		c->stats.traces++;
		c->stats.reached += record.reached;
		if (--job->traces == 0)
			intake_finish(c->intake, job);
	}
	if (mono_since(c->flushed, now) >= FLUSH_NS) {
		fanout_flush(c->sinks);
		c->flushed = now;
	}
	if (fanout_error(c->sinks) && c->state == RUN_COMPLETE) {
		log_error("stopping: results can't be stored");
		campaign_fail(c);
	}
}

/* --- sending ------------------------------------------------------------------------ */

static int campaign_send(struct campaign *c, const struct engine_packet *packet, mono now)
{
	struct job *job = intake_job(c->intake, packet->job);
	uint8_t bytes[CRAFT_MAX];
	size_t len = craft_packet(&packet->spec, bytes);

	intake_refresh_route(c->intake, job, now);
	return sender_send(c->sender, &job->route, bytes, len);
}

static bool campaign_take_packet(struct campaign *c, mono now)
{
	while (!c->has_parked) {
		c->has_parked = engine_next_packet(c->engine, now, &c->parked);
		if (!c->has_parked && !campaign_begin(c, now))
			break;
	}
	return c->has_parked;
}

/* Sends until the pace, the sender, the turn or the supply ends it. */
static void campaign_transmit(struct campaign *c, mono now)
{
	unsigned int count = 0;

	c->send_at = MONO_NEVER;
	while (!c->is_blocked) {
		mono ready = pace_ready_at(&c->pace, &c->limit, now);

		if (mono_before(now, ready) || count == TURN_PACKETS) {
			c->send_at = ready;
			break;
		}
		if (!campaign_take_packet(c, now))
			break;
		if (campaign_send(c, &c->parked, now)) {
			c->is_blocked = true;
			break;
		}
		c->has_parked = false;
		pace_spend(&c->pace, &c->limit, now);
		count++;
	}
	if (sender_flush(c->sender))
		c->is_blocked = true;
	if (c->is_blocked)
		event_add(c->writable, NULL);
}

/* --- the loop ------------------------------------------------------------------------- */

static bool campaign_is_done(const struct campaign *c)
{
	return intake_is_done(c->intake) && engine_running(c->engine) == 0;
}

/* When there is something to do without news from outside. */
static mono campaign_next_turn(const struct campaign *c, mono now)
{
	mono next = mono_min(c->send_at, engine_next_deadline(c->engine, now));

	if (c->more_frames)
		return now;
	/* What is due waits for the pace or the sender. */
	if (!mono_before(now, next) && c->send_at.ns != MONO_NEVER.ns)
		next = c->send_at;
	if ((c->in_blocks || c->is_blocked) && next.ns < now.ns + BLOCK_TURN_NS)
		next.ns = now.ns + BLOCK_TURN_NS;
	return mono_min(next, mono_after(now, FLUSH_NS));
}

static void campaign_schedule(struct campaign *c, mono now)
{
	uint64_t wait_ns = mono_since(now, campaign_next_turn(c, now));
	struct timeval wait = {
		.tv_sec = (time_t)(wait_ns / NS_PER_S),
		.tv_usec = (suseconds_t)((wait_ns % NS_PER_S + NS_PER_US - 1) / NS_PER_US),
	};

	event_add(c->timer, &wait);
}

static void campaign_turn(struct campaign *c)
{
	mono now = clock_now();

	campaign_receive(c, now);
	campaign_transmit(c, now);
	campaign_collect(c, now);
	if (campaign_is_done(c))
		event_base_loopbreak(c->base);
	else
		campaign_schedule(c, clock_now());
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	campaign_turn(arg);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct campaign *c = arg;

	(void)fd;
	(void)what;
	c->is_blocked = false;
	campaign_turn(c);
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	struct campaign *c = arg;

	(void)number;
	(void)what;
	c->interrupts++;
	if (c->state == RUN_COMPLETE)
		c->state = RUN_INTERRUPTED;
	if (c->interrupts == 1)
		log_info("interrupted: waiting for answers under way, again to end now");
	c->has_parked = false;
	intake_stop(c->intake);
	engine_interrupt(c->engine, c->interrupts > 1, clock_now());
	campaign_turn(c);
}

/* News for the intake; the next turn takes them in. */
static void campaign_wake(void *arg)
{
	struct campaign *c = arg;

	event_active(c->timer, EV_TIMEOUT, 0);
}

enum run_state campaign_run(struct campaign *c)
{
	c->flushed = clock_now();
	event_active(c->timer, EV_TIMEOUT, 0);
	event_base_dispatch(c->base);
	fanout_flush(c->sinks);
	return c->state;
}

void campaign_get_stats(const struct campaign *c, struct campaign_stats *ret_stats)
{
	*ret_stats = c->stats;
	ret_stats->intake = *intake_stats(c->intake);
	ret_stats->sender = *sender_stats(c->sender);
	capture_get_stats(c->capture, &ret_stats->capture);
}

/* --- life and death ----------------------------------------------------------------- */

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
		.timeout_ns = config->timeout_ns,
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
	};

	/* Only forward probes travel as what they are; requests are ICMP. */
	if (config->forward && !config->icmp) {
		intake.proto_v4 = intake.proto_v6 = config->udp ? PROTO_UDP : PROTO_TCP;
		intake.sport = PROBE_SOURCE_PORT;
		intake.dport = config->flow;
	}
	return intake_open(c->base, &intake, campaign_wake, c, &c->intake);
}

static int campaign_open_events(struct campaign *c)
{
	static const int signals[] = { SIGINT, SIGTERM };

	c->readable = event_new(c->base, capture_fd(c->capture), EV_READ | EV_PERSIST, on_event, c);
	c->timer = evtimer_new(c->base, on_event, c);
	c->writable = event_new(c->base, sender_fd(c->sender), EV_WRITE, on_writable, c);
	if (!c->readable || !c->timer || !c->writable)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		c->signals[i] = evsignal_new(c->base, signals[i], on_signal, c);
		if (!c->signals[i] || event_add(c->signals[i], NULL))
			return -ENOMEM;
	}
	return event_add(c->readable, NULL) ? -ENOMEM : 0;
}

int campaign_open(const struct campaign_config *config, struct target_source *source,
		  struct fanout *sinks, struct campaign **ret_campaign)
{
	struct campaign *c = calloc(1, sizeof(*c));
	int err = -ENOMEM;

	if (!c)
		goto fail;
	c->config = *config;
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
		err = campaign_open_events(c);
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
	intake_close(c->intake);
	campaign_free_event(c->readable);
	campaign_free_event(c->timer);
	campaign_free_event(c->writable);
	for (size_t i = 0; i < ARRAY_LEN(c->signals); i++)
		campaign_free_event(c->signals[i]);
	capture_close(c->capture);
	sender_close(c->sender);
	routes_close(c->routes);
	engine_free(c->engine);
	if (c->base)
		event_base_free(c->base);
	free(c);
}
