// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit/uploader.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "output/gzip.h"
#include "prober/transmit/backoff.h"
#include "prober/transmit/verdict.h"

struct uploader {
	struct outbox *outbox;
	struct uploader_config config;
	struct event_base *base;
	struct event *timer;
	struct event *signals[2];
	struct http *http;
	struct backoff backoff;
	uint32_t in_flight;
	bool is_plain;		  /* the collector does not take gzip */
	mono started, progressed; /* when something was settled for the last time */
	struct uploader_counts counts;
	enum uploader_end end;
	bool is_over;
};

static void uploader_finish(struct uploader *u, enum uploader_end end)
{
	if (!u->is_over)
		u->end = end;
	u->is_over = true;
	event_base_loopbreak(u->base);
}

/* When to leave, whatever waits. */
static mono uploader_deadline(const struct uploader *u)
{
	mono patience = mono_after(u->progressed, u->config.patience_ns);

	if (!u->config.deadline_ns)
		return patience;
	return mono_min(patience, mono_after(u->started, u->config.deadline_ns));
}

/* As it is to be sent. */
static int uploader_unpack(struct outbox_item *item)
{
	char *text;
	size_t len;
	int err = gzip_unpack(item->body, item->body_len, OUTBOX_DOCUMENT_MAX, &text, &len);

	if (err)
		return err;
	outbox_item_fini(item);
	item->body = text;
	item->body_len = len;
	return 0;
}

/* Returns -ENOENT if nothing is left to start. */
static int uploader_start(struct uploader *u)
{
	struct outbox_item item;
	int err = outbox_next(u->outbox, &item);

	if (err)
		return err;
	if (u->is_plain)
		err = uploader_unpack(&item);
	if (err) {
		outbox_item_fini(&item);
		return err;
	}
	err = http_post(u->http, item.id, item.key, item.body, item.body_len, !u->is_plain);
	if (!err) {
		u->in_flight++;
		u->counts.attempts++;
	}
	return err;
}

/* After a failure one at a time, until one goes well. */
static uint32_t uploader_limit(const struct uploader *u)
{
	return u->backoff.failures > 0 ? 1 : u->config.parallel;
}

static void uploader_schedule(struct uploader *u, mono now)
{
	bool is_waiting = backoff_is_waiting(&u->backoff, now);
	mono next = uploader_deadline(u);
	uint64_t wait_ns;
	struct timeval wait;

	/* A wait that ends after we would have left is none. */
	if (!mono_before(now, next) ||
	    (is_waiting && u->in_flight == 0 && mono_before(next, u->backoff.resume_at))) {
		uploader_finish(u, UPLOADER_LATER);
		return;
	}
	if (is_waiting)
		next = mono_min(next, u->backoff.resume_at);
	wait_ns = mono_since(now, next) + NS_PER_US; /* not a moment too early */
	wait.tv_sec = (time_t)(wait_ns / NS_PER_S);
	wait.tv_usec = (suseconds_t)(wait_ns % NS_PER_S / NS_PER_US);
	event_add(u->timer, &wait);
}

static void uploader_turn(struct uploader *u)
{
	mono now = clock_now();
	int err = 0;

	while (!err && !u->is_over && u->in_flight < uploader_limit(u) &&
	       !backoff_is_waiting(&u->backoff, now))
		err = uploader_start(u);
	if (err && err != -ENOENT) {
		log_error("transmit: cannot go on: %s", strerror(-err));
		uploader_finish(u, UPLOADER_FAILED);
	} else if (err && u->in_flight == 0) {
		uploader_finish(u, UPLOADER_EMPTY);
	} else if (!u->is_over) {
		uploader_schedule(u, now);
	}
}

static void uploader_on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	uploader_turn(arg);
}

static void uploader_on_signal(evutil_socket_t number, short what, void *arg)
{
	struct uploader *u = arg;

	(void)number;
	(void)what;
	uploader_finish(u, UPLOADER_INTERRUPTED);
}

static int uploader_fail_later(struct uploader *u, int64_t id, const struct http_result *result)
{
	mono now = clock_now();
	int err = outbox_failed(u->outbox, id, result->status, result->reason, clock_wall_us());

	backoff_fail(&u->backoff, result->retry_ns, randombytes_random(), now);
	log_info("transmit: %s; again in %.1f s", result->reason,
		 (double)mono_since(now, u->backoff.resume_at) / (double)NS_PER_S);
	return err;
}

/* One document reached its end, here or there. */
static int uploader_settle(struct uploader *u, int64_t id, const struct http_result *result,
			   enum verdict verdict)
{
	u->progressed = clock_now();
	backoff_succeed(&u->backoff);
	if (verdict == VERDICT_SENT) {
		u->counts.sent++;
		return outbox_sent(u->outbox, id, result->status, clock_wall_us());
	}
	u->counts.rejected++;
	log_warn("transmit: rejected: %s", result->reason);
	return outbox_rejected(u->outbox, id, result->status, result->reason, clock_wall_us());
}

/* 415: it does not read gzip (RFC 9110, section 15.5.16).  Said to a plain one it is about
 * the document. */
static bool uploader_goes_plain(struct uploader *u, int64_t id, const struct http_result *result)
{
	if (result->status != 415 || !result->was_packed)
		return false;
	if (!u->is_plain)
		log_info("transmit: the collector takes no gzip: sent without");
	u->is_plain = true;
	outbox_forget(u->outbox, id);
	return true;
}

static void uploader_on_done(void *arg, int64_t id, const struct http_result *result)
{
	enum verdict verdict = result->is_untrusted ? VERDICT_REFUSED : verdict_of(result->status);
	struct uploader *u = arg;
	int err = 0;

	u->in_flight--;
	if (uploader_goes_plain(u, id, result)) {
		uploader_turn(u);
		return;
	}
	switch (verdict) {
	case VERDICT_SENT:
	case VERDICT_REJECTED:
		err = uploader_settle(u, id, result, verdict);
		break;
	case VERDICT_LATER:
		err = uploader_fail_later(u, id, result);
		break;
	case VERDICT_REFUSED:
		err = outbox_failed(u->outbox, id, result->status, result->reason, clock_wall_us());
		log_error("transmit: %s", result->reason);
		uploader_finish(u, UPLOADER_REFUSED);
		break;
	}
	if (err) /* SQLite has said why */
		uploader_finish(u, UPLOADER_FAILED);
	if (!u->is_over)
		uploader_turn(u);
}

static int uploader_open(struct uploader *u)
{
	static const int signals[] = { SIGINT, SIGTERM };

	u->base = event_base_new();
	if (!u->base)
		return -ENOMEM;
	u->timer = evtimer_new(u->base, uploader_on_timer, u);
	if (!u->timer)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		u->signals[i] = evsignal_new(u->base, signals[i], uploader_on_signal, u);
		if (!u->signals[i] || event_add(u->signals[i], NULL) != 0)
			return -ENOMEM;
	}
	return http_open(u->base, &u->config.http, uploader_on_done, u, &u->http);
}

static void uploader_close(struct uploader *u)
{
	http_close(u->http);
	if (u->timer)
		event_free(u->timer);
	for (size_t i = 0; i < ARRAY_LEN(u->signals); i++)
		if (u->signals[i])
			event_free(u->signals[i]);
	if (u->base)
		event_base_free(u->base);
}

enum uploader_end uploader_run(struct outbox *outbox, const struct uploader_config *config,
			       struct uploader_counts *ret_counts)
{
	struct uploader u = { .outbox = outbox, .config = *config, .end = UPLOADER_FAILED };

	u.started = u.progressed = clock_now();
	if (uploader_open(&u) == 0) {
		event_active(u.timer, EV_TIMEOUT, 0);
		event_base_dispatch(u.base);
	} else {
		log_error("transmit: cannot start");
	}
	uploader_close(&u);
	*ret_counts = u.counts;
	return u.end;
}
