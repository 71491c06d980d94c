// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/intake.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/log.h"
#include "base/pool.h"
#include "targets/choice.h"
#include "wire/headers.h"

/* Jobs that are ready, and names being looked up, ahead of what runs. */
#define INTAKE_AHEAD   64
#define INTAKE_LOOKUPS 64

/* Targets that come to nothing, in a row, before others get their turn. */
#define INTAKE_TURN 64

#define ROUTE_AGAIN_NS (5 * NS_PER_MS)

struct intake {
	struct intake_config config;
	struct event_base *base;
	struct resolver *resolver; /* once the first name comes */
	struct event *readable;	   /* the source's file descriptor */
	struct pool *jobs;
	STAILQ_HEAD(, job) ready;
	uint32_t ready_count;
	uint32_t turn_left;
	void (*wake)(void *arg);
	void *arg;
	bool has_ended;
	struct intake_stats stats;
};

int intake_open(struct event_base *base, const struct intake_config *config,
		void (*wake)(void *arg), void *arg, struct intake **ret_intake)
{
	struct intake *in = calloc(1, sizeof(*in));
	int err = -ENOMEM;

	if (!in)
		return err;
	in->config = *config;
	in->base = base;
	in->wake = wake;
	in->arg = arg;
	STAILQ_INIT(&in->ready);
	err = pool_new(config->jobs + INTAKE_AHEAD + INTAKE_LOOKUPS, sizeof(struct job), &in->jobs);
	if (err) {
		intake_close(in);
		return err;
	}
	*ret_intake = in;
	return 0;
}

void intake_close(struct intake *in)
{
	if (!in)
		return;
	resolver_close(in->resolver);
	if (in->readable)
		event_free(in->readable);
	pool_free(in->jobs);
	free(in);
}

struct job *intake_job(const struct intake *in, uint32_t index)
{
	return pool_at(in->jobs, index);
}

void intake_finish(struct intake *in, struct job *job)
{
	pool_give(in->jobs, job->index);
}

/* --- a target becomes a job ------------------------------------------------- */

/* In a list or prefix such an address is passed over; the first is named. */
static void intake_pass_over(struct intake *in, struct job *job, const char *reason)
{
	char text[ADDR_TEXT_LEN];

	if (in->stats.special++ == 0)
		log_info("%s: %s is %s: passed over, as are all like it", job->target.name,
			 addr_to_text(&job->target.addr, text), reason);
	intake_finish(in, job);
}

static void intake_forbid(struct intake *in, struct job *job, const char *reason)
{
	char text[ADDR_TEXT_LEN];

	in->stats.forbidden++;
	log_error("%s: %s is %s: never probed", job->target.name,
		  addr_to_text(&job->target.addr, text), reason);
	intake_finish(in, job);
}

/* By the lists as they are now; the first of those in lists is named, and all others. */
static bool intake_is_blocked(struct intake *in, struct job *job)
{
	const char *reason = choice_refuses(in->config.choice, &job->target.addr);
	char text[ADDR_TEXT_LEN];

	if (!reason)
		return false;
	if (job->target.is_operand)
		log_error("%s: %s is %s", job->target.name, addr_to_text(&job->target.addr, text),
			  reason);
	else if (in->stats.blocked == 0)
		log_info("%s: %s is %s, and so may others be", job->target.name,
			 addr_to_text(&job->target.addr, text), reason);
	in->stats.blocked++;
	in->stats.blocked_operands += job->target.is_operand;
	intake_finish(in, job);
	return true;
}

static void intake_ready(struct intake *in, struct job *job)
{
	const char *reason = target_refusal(&job->target, in->config.allow_special);

	if (reason && job->target.is_operand) {
		intake_forbid(in, job, reason);
	} else if (reason) {
		intake_pass_over(in, job, reason);
	} else {
		STAILQ_INSERT_TAIL(&in->ready, job, next);
		in->ready_count++;
	}
}

static void intake_resolved(void *arg, uint32_t index, const struct addr *addr, const char *reason)
{
	struct intake *in = arg;
	struct job *job = intake_job(in, index);

	if (addr) {
		job->target.addr = *addr;
		intake_ready(in, job);
	} else {
		in->stats.unresolved++;
		log_error("%s: %s", job->target.name, reason);
		intake_finish(in, job);
	}
	in->wake(in->arg);
}

static int intake_resolve(struct intake *in, struct job *job)
{
	int err = 0;

	if (!in->resolver)
		err = resolver_open(in->base, in->config.family, intake_resolved, in,
				    &in->resolver);
	return err ? err : resolver_start(in->resolver, job->target.name, job->index);
}

static void intake_accept(struct intake *in, const struct target *target)
{
	uint32_t index = pool_take(in->jobs);
	struct job *job = intake_job(in, index);
	int err;

	in->stats.targets++;
	job->index = index;
	job->target = *target;
	if (!addr_is_none(&target->addr)) {
		intake_ready(in, job);
		return;
	}
	err = intake_resolve(in, job);
	if (!err)
		return;
	in->stats.unresolved++;
	log_error("%s: cannot look it up: %s", target->name, strerror(-err));
	intake_finish(in, job);
}

/* --- the source --------------------------------------------------------------- */

static void intake_is_readable(evutil_socket_t fd, short what, void *arg)
{
	struct intake *in = arg;

	(void)fd;
	(void)what;
	in->wake(in->arg);
}

/* Wakes us once, when the source has more. */
static void intake_wait(struct intake *in)
{
	int fd = target_source_fd(in->config.source);

	if (in->readable && event_get_fd(in->readable) != fd) {
		event_free(in->readable);
		in->readable = NULL;
	}
	if (!in->readable)
		in->readable = event_new(in->base, fd, EV_READ, intake_is_readable, in);
	if (!in->readable || event_add(in->readable, NULL)) {
		log_error("targets: cannot wait for more of them");
		in->has_ended = true;
	}
}

static bool intake_has_room(const struct intake *in)
{
	return in->ready_count < INTAKE_AHEAD && resolver_pending(in->resolver) < INTAKE_LOOKUPS &&
	       pool_left(in->jobs) > 0;
}

/* A source that knows how many it has says so with its first target; others are counted. */
static bool intake_is_too_many(struct intake *in)
{
	uint32_t most = in->config.targets_max;

	if (!most || (in->stats.targets < most && target_source_total(in->config.source) <= most))
		return false;
	in->stats.too_many = true;
	in->has_ended = true;
	return true;
}

static void intake_fill(struct intake *in)
{
	struct target target;

	while (!in->has_ended && in->turn_left > 0 && intake_has_room(in)) {
		in->turn_left--;
		switch (target_source_next(in->config.source, &target)) {
		case TARGET_OK:
			if (!intake_is_too_many(in))
				intake_accept(in, &target);
			break;
		case TARGET_PASSED:
			break;
		case TARGET_WAIT:
			intake_wait(in);
			return;
		case TARGET_END:
			in->has_ended = true;
			break;
		case TARGET_INVALID:
			in->stats.invalid++;
			log_error("%s", in->config.source->complaint);
			in->has_ended = !in->config.skip_invalid;
			break;
		}
	}
}

/* --- what may begin ------------------------------------------------------------- */

static int intake_route(struct intake *in, struct job *job, mono now)
{
	job->routed_at = now;
	return routes_find(in->config.routes, &job->query, &job->route);
}

void intake_refuse(struct intake *in, struct job *job, const char *reason)
{
	in->stats.unroutable++;
	log_error("%s: %s", job->target.name, reason);
	intake_finish(in, job);
}

/* One came to nothing; false if it is the turn of others. */
static bool intake_go_on(struct intake *in)
{
	if (in->turn_left == 0)
		return false;
	in->turn_left--;
	intake_fill(in);
	return true;
}

struct job *intake_next(struct intake *in, mono now)
{
	struct job *job;
	int err;

	in->turn_left = INTAKE_TURN;
	intake_fill(in);
	while ((job = STAILQ_FIRST(&in->ready))) {
		bool is_v4 = addr_is_v4(&job->target.addr);

		STAILQ_REMOVE_HEAD(&in->ready, next);
		in->ready_count--;
		if (intake_is_blocked(in, job)) {
			if (!intake_go_on(in))
				break;
			continue;
		}
		job->query = (struct route_query){
			.dst = job->target.addr,
			.proto = is_v4 ? in->config.proto_v4 : in->config.proto_v6,
			.sport = in->config.sport,
			.dport = in->config.dport,
		};
		err = intake_route(in, job, now);
		if (!err)
			return job;
		in->stats.unroutable++;
		log_error("%s: no route: %s", job->target.name, routes_strerror(err));
		intake_finish(in, job);
		if (!intake_go_on(in))
			break;
	}
	return NULL;
}

bool intake_has_more(const struct intake *in)
{
	return in->turn_left == 0 && !intake_is_done(in);
}

void intake_refresh_route(struct intake *in, struct job *job, mono now)
{
	struct addr source = job->route.src;

	if (job->route.has_link_addr || mono_since(job->routed_at, now) < ROUTE_AGAIN_NS)
		return;
	/* Another source would make other packets of what is under way. */
	if (!intake_route(in, job, now))
		job->route.src = source;
}

bool intake_is_done(const struct intake *in)
{
	return in->has_ended && in->ready_count == 0 && resolver_pending(in->resolver) == 0;
}

void intake_stop(struct intake *in)
{
	struct job *job;

	in->has_ended = true;
	resolver_close(in->resolver);
	in->resolver = NULL;
	while ((job = STAILQ_FIRST(&in->ready))) {
		STAILQ_REMOVE_HEAD(&in->ready, next);
		in->ready_count--;
		intake_finish(in, job);
	}
}

const struct intake_stats *intake_stats(const struct intake *in)
{
	return &in->stats;
}
