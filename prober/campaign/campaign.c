// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/campaign.h"

#include <sodium.h>

#include "base/log.h"
#include "prober/campaign/state.h"
#include "prober/probe/craft.h"
#include "targets/choice.h"
#include "wire/headers.h"

/* What one turn of the loop may do before others get theirs. */
#define TURN_FRAMES  4096
#define TURN_PACKETS 512

/* How long a captured packet may wait in a block: its timeout is a millisecond,
 * kept in ticks of the kernel's clock. */
#define BLOCK_DELAY_NS (20 * NS_PER_MS)
#define BLOCK_TURN_NS  NS_PER_MS

/* After a packet for which there was no room: neither queues of interfaces nor those
 * of neighbours say when they have some again. */
#define FULL_PAUSE_NS NS_PER_MS

#define FLUSH_NS NS_PER_S

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
	if (c->namer)
		namer_stop(c->namer);
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
		.toward = c->config.toward,
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

/* An endpoint can't send IPv6 probes because of an IPv4 request, nor the reverse. */
static struct job *campaign_next_job(struct campaign *c, mono now)
{
	const struct addr *toward = &c->config.toward;
	struct job *job;

	while ((job = intake_next(c->intake, now))) {
		if (addr_is_none(toward) || addr_is_v4(toward) == addr_is_v4(&job->target.addr))
			break;
		intake_refuse(c->intake, job, "of another address family than --forward-to");
	}
	return job;
}

/* Traces begin when those that run leave the rate unused: so what has begun is not
 * slowed down by what is still to come.  False if none can. */
static bool campaign_begin(struct campaign *c, mono now)
{
	bool both = c->config.forward && c->config.reverse;
	struct job *job;

	if (!engine_has_room(c->engine, both ? 2 : 1))
		return false;
	job = campaign_next_job(c, now);
	if (!job) {
		c->more_targets = intake_has_more(c->intake);
		return false;
	}
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

		if (c->namer)
			namer_add(c->namer, &record, now);
		else
			fanout_record(c->sinks, &record);
		c->stats.traces++;
		c->stats.reached += record.reached;
		if (--job->traces == 0)
			intake_finish(c->intake, job);
	}
	if (c->namer)
		namer_expire(c->namer, now);
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

_Static_assert(CRAFT_MAX <= SENDER_PACKET_MAX, "what is crafted can be sent");

static int campaign_send(struct campaign *c, const struct engine_packet *packet, mono now)
{
	struct job *job = intake_job(c->intake, packet->job);
	struct probe_spec spec = packet->spec;
	uint8_t bytes[CRAFT_MAX];
	size_t len;

	spec.contact = c->config.contact;
	len = craft_packet(&spec, bytes);
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
	bool is_full = false;

	c->send_at = MONO_NEVER;
	c->more_targets = false;
	if (mono_before(now, c->resume_at)) {
		c->send_at = c->resume_at;
		return;
	}
	while (!is_full) {
		mono ready = pace_ready_at(&c->pace, &c->limit, now);

		if (mono_before(now, ready) || count == TURN_PACKETS) {
			c->send_at = ready;
			break;
		}
		if (!campaign_take_packet(c, now))
			break;
		is_full = campaign_send(c, &c->parked, now) != 0;
		if (is_full)
			break;
		c->has_parked = false;
		pace_spend(&c->pace, &c->limit, now);
		count++;
	}
	if (sender_flush(c->sender) || is_full)
		c->send_at = c->resume_at = mono_after(clock_now(), FULL_PAUSE_NS);
}

/* --- the loop ------------------------------------------------------------------------- */

static bool campaign_is_done(const struct campaign *c)
{
	return intake_is_done(c->intake) && engine_running(c->engine) == 0 &&
	       !(c->namer && namer_waiting(c->namer));
}

/* When there is something to do without news from outside. */
static mono campaign_next_turn(const struct campaign *c, mono now)
{
	mono next = mono_min(c->send_at, engine_next_deadline(c->engine, now));

	if (c->more_frames || c->more_targets)
		return now;
	/* What is due waits for the pace or the sender. */
	if (!mono_before(now, next) && c->send_at.ns != MONO_NEVER.ns)
		next = c->send_at;
	if (c->in_blocks && next.ns < now.ns + BLOCK_TURN_NS)
		next.ns = now.ns + BLOCK_TURN_NS;
	if (c->namer)
		next = mono_min(next, namer_deadline(c->namer));
	next = mono_min(next, progress_due(&c->progress));
	if (!c->interrupts)
		next = mono_min(next, c->ends_at);
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

	if (!c->interrupts && !mono_before(now, c->ends_at)) {
		log_info("--max-runtime is over: waiting for answers under way");
		c->interrupts++;
		campaign_interrupt(c, false);
	}

	campaign_receive(c, now);
	campaign_collect(c, now); /* first: it makes room for others */
	campaign_transmit(c, now);
	campaign_report(c, now);
	campaign_watch(c, now);
	if (campaign_is_done(c))
		event_base_loopbreak(c->base);
	else
		campaign_schedule(c, clock_now());
}

void campaign_on_event(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	campaign_turn(arg);
}

void campaign_on_signal(evutil_socket_t number, short what, void *arg)
{
	struct campaign *c = arg;

	(void)number;
	(void)what;
	c->interrupts++;
	if (c->interrupts == 1)
		log_info("interrupted: waiting for answers under way, again to end now");
	campaign_interrupt(c, c->interrupts > 1);
	campaign_turn(c);
}

/* Nobody is sent to any more who may not be. */
static bool campaign_is_left(void *arg, const struct trace_spec *spec)
{
	const struct campaign *c = arg;

	return choice_refuses(c->config.choice, &spec->dst) ||
	       (!addr_is_none(&spec->toward) && choice_refuses(c->config.choice, &spec->toward));
}

void campaign_on_reload(evutil_socket_t number, short what, void *arg)
{
	struct campaign *c = arg;

	(void)number;
	(void)what;
	if (choice_reload(c->config.choice)) {
		log_error("lists of whom to probe: one is bad, none is changed");
		return;
	}
	log_info("lists of whom to probe are read again");
	if (c->has_parked && choice_refuses(c->config.choice, &c->parked.spec.dst))
		c->has_parked = false;
	engine_leave(c->engine, campaign_is_left, c, clock_now());
	campaign_turn(c);
}

void campaign_wake(void *arg)
{
	struct campaign *c = arg;

	event_active(c->timer, EV_TIMEOUT, 0);
}

enum run_state campaign_run(struct campaign *c)
{
	c->flushed = clock_now();
	c->ends_at = c->config.max_runtime_ns ? mono_after(c->flushed, c->config.max_runtime_ns)
					      : MONO_NEVER;
	halt_init(&c->halt, c->config.min_hitrate, c->config.timeout_ns, c->flushed);
	progress_init(&c->progress, c->config.progress, c->config.shows_results, c->flushed);
	event_active(c->timer, EV_TIMEOUT, 0);
	event_base_dispatch(c->base);
	progress_end(&c->progress);
	fanout_flush(c->sinks);
	return c->state;
}

const char *campaign_reason(const struct campaign *c)
{
	return c->reason[0] ? c->reason : NULL;
}

void campaign_get_stats(const struct campaign *c, struct campaign_stats *ret_stats)
{
	*ret_stats = c->stats;
	ret_stats->intake = *intake_stats(c->intake);
	ret_stats->sender = *sender_stats(c->sender);
	ret_stats->objects_lost = engine_objects_lost(c->engine);
	if (c->namer)
		ret_stats->names = *namer_stats(c->namer);
	capture_get_stats(c->capture, &ret_stats->capture);
}
