// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/collect/server.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/http.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/container.h"
#include "base/log.h"
#include "base/privilege.h"
#include "output/inbox.h"
#include "prober/collect/exchange.h"
#include "prober/collect/state.h"

enum {
	HEADERS_MAX = 16384,
	SILENCE_S = 10, /* of a client in the middle of something */
	GRACE_S = 5,	/* for what is under way when we are told to stop */
};

static const int signal_numbers[] = { SIGTERM, SIGINT, SIGHUP };

static void server_fail(struct server *s, int err)
{
	s->err = err;
	event_base_loopbreak(s->base);
}

static void on_commit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	exchange_commit(arg);
}

static void on_hashed(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;

	(void)fd;
	(void)what;
	if (exchange_on_hashed(s))
		return;
	log_error("collect: the process that compares passwords is gone");
	server_fail(s, -EPIPE);
}

static void on_grace(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;

	(void)fd;
	(void)what;
	event_base_loopbreak(s->base);
}

static void on_stop(evutil_socket_t number, short what, void *arg)
{
	const struct timeval grace = { GRACE_S, 0 };
	struct server *s = arg;

	(void)number;
	(void)what;
	if (s->is_stopping || s->in_hand == 0) {
		event_base_loopbreak(s->base);
		return;
	}
	log_info("collect: stopping");
	s->is_stopping = true;
	gate_shut(s->gate);
	exchange_commit(s);
	event_add(s->stop_timer, &grace);
}

/* Who has sent too much, has sent too much; who is known must prove it again. */
static void on_reload(evutil_socket_t number, short what, void *arg)
{
	struct server *s = arg;
	struct accounts *accounts;

	(void)number;
	(void)what;
	if (accounts_read(s->config.auth_file, &accounts)) {
		log_error("collect: the accounts stay as they were");
		return;
	}
	accounts_free(s->accounts);
	s->accounts = accounts;
	log_info("collect: %zu accounts", accounts_count(accounts));
}

static void on_libevent(int severity, const char *text)
{
	log_foreign_text(severity == EVENT_LOG_ERR    ? LOG_ERROR
			 : severity == EVENT_LOG_WARN ? LOG_WARN
						      : LOG_DEBUG,
			 "libevent", text);
}

static int open_events(struct server *s)
{
	static const event_callback_fn handlers[] = { on_stop, on_stop, on_reload };

	event_set_log_callback(on_libevent);
	s->base = event_base_new();
	if (!s->base)
		return -ENOMEM;
	s->commit_timer = evtimer_new(s->base, on_commit, s);
	s->stop_timer = evtimer_new(s->base, on_grace, s);
	s->hasher_ready =
		event_new(s->base, hasher_fd(s->hasher), EV_READ | EV_PERSIST, on_hashed, s);
	if (!s->commit_timer || !s->stop_timer || !s->hasher_ready ||
	    event_add(s->hasher_ready, NULL) != 0)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_LEN(signal_numbers); i++) {
		s->signals[i] = evsignal_new(s->base, signal_numbers[i], handlers[i], s);
		if (!s->signals[i] || event_add(s->signals[i], NULL) != 0)
			return -ENOMEM;
	}
	return 0;
}

static int open_http(struct server *s)
{
	s->http = evhttp_new(s->base);
	if (!s->http)
		return -ENOMEM;
	/* All, to be refused by us. */
	evhttp_set_allowed_methods(s->http, 0xffff);
	evhttp_set_max_headers_size(s->http, HEADERS_MAX);
	evhttp_set_max_body_size(s->http, (ev_ssize_t)s->config.body_max);
	evhttp_set_timeout(s->http, SILENCE_S);
	/* Who sends too much should hear of it, and not find the connection reset. */
	evhttp_set_flags(s->http, EVHTTP_SERVER_LINGERING_CLOSE);
	evhttp_set_gencb(s->http, exchange_begin, s);
	return gate_open(s->base, s->http, &s->config.gate, &s->counts, &s->gate);
}

static int server_open(struct server *s)
{
	int err;

	TAILQ_INIT(&s->hashing);
	TAILQ_INIT(&s->stored);
	randombytes_buf(s->seal_key, sizeof(s->seal_key));
	err = hasher_start(&s->hasher);
	if (!err)
		err = guard_new(&s->guard);
	if (!err)
		err = accounts_read(s->config.auth_file, &s->accounts);
	if (!err)
		err = inbox_open(s->config.database, s->config.run, &s->inbox);
	if (!err)
		err = open_events(s);
	if (!err)
		err = open_http(s);
	if (!err)
		err = privilege_drop();
	return err;
}

/* What the run's row says: how many requests ended how. */
static void print_counters(const struct server *s, char *text, size_t size)
{
	size_t len = 0;

	for (int i = 0; i < COUNT_ENDS && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%s\"%s\":%" PRIu64, i ? "," : "{",
					count_end_name((enum count_end)i), s->counts.ends[i]);
	if (len + 1 < size)
		memcpy(text + len, "}", 2);
}

static void server_close(struct server *s)
{
	char counters[1024];
	struct run_end end = { .state = s->err ? RUN_FAILED : RUN_COMPLETE,
			       .ended_us = clock_wall_us(),
			       .counters = counters };

	print_counters(s, counters, sizeof(counters));
	if (s->http)
		evhttp_free(s->http);
	gate_close(s->gate);
	exchange_drop_all(s);
	for (size_t i = 0; i < ARRAY_LEN(s->signals); i++)
		if (s->signals[i])
			event_free(s->signals[i]);
	if (s->commit_timer)
		event_free(s->commit_timer);
	if (s->stop_timer)
		event_free(s->stop_timer);
	if (s->hasher_ready)
		event_free(s->hasher_ready);
	if (s->base)
		event_base_free(s->base);
	hasher_stop(s->hasher);
	if (inbox_close(s->inbox, &end) && !s->err)
		s->err = -EIO;
	accounts_free(s->accounts);
	guard_free(s->guard);
	sodium_memzero(s->seal_key, sizeof(s->seal_key));
}

int server_run(const struct server_config *config)
{
	struct server s = { .config = *config };

	s.err = server_open(&s);
	if (!s.err)
		event_base_dispatch(s.base);
	server_close(&s);
	return s.err;
}
