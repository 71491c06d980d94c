// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/server.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/container.h"
#include "base/log.h"
#include "config.h"
#include "server-bpf/addresses.h"
#include "server-bpf/attach.h"
#include "server-bpf/events.h"
#include "server-bpf/limit.h"
#include "server-bpf/links.h"
#include "server-bpf/loader.h"
#include "server-bpf/metrics.h"
#include "server-bpf/notify.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };

struct server {
	const struct server_options *options;
	struct event_base *base;
	struct event *signals[ARRAY_LEN(signals)];
	struct event *links_news;
	struct event *addresses_news;
	struct event *drain;
	struct event *watchdog;
	struct loader *loader;
	struct addresses *addresses;
	struct links *links;
	struct events *events;
	struct metrics *metrics;
	int outcome; /* of the run: 0 or -errno */
};

/* --- what happens while it runs --- */

static void server_print_counters(const struct server *s)
{
	struct counter_values values;
	int err = loader_counters(s->loader, &values);

	if (err)
		log_error("counters: cannot read: %s", strerror(-err));
	else
		counters_print(stdout, &values);
}

static void server_reload(struct server *s)
{
	struct access_maps maps = loader_access(s->loader);

	notify_send("RELOADING=1\nMONOTONIC_USEC=%" PRIu64, (uint64_t)(clock_now().ns / NS_PER_US));
	if (access_reload(&maps, s->options->allow))
		log_error("lists: not reloaded: those that were read before stay in force");
	else
		log_info("lists: reloaded");
	notify_send("READY=1");
}

static void server_on_signal(evutil_socket_t number, short what, void *arg)
{
	struct server *s = arg;

	(void)what;
	if (number == SIGUSR1)
		server_print_counters(s);
	else if (number == SIGHUP)
		server_reload(s);
	else
		event_base_loopbreak(s->base);
}

static void server_on_links(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;

	(void)fd;
	(void)what;
	links_refresh(s->links);
	if (links_count(s->links) > 0)
		return;
	log_error("no interface is left to serve");
	s->outcome = -ENODEV;
	event_base_loopbreak(s->base);
}

static void server_on_addresses(evutil_socket_t fd, short what, void *arg)
{
	const struct server *s = arg;

	(void)fd;
	(void)what;
	addresses_update(s->addresses); /* says what went wrong; the next news may go better */
}

static void server_on_drain(evutil_socket_t fd, short what, void *arg)
{
	const struct server *s = arg;

	(void)fd;
	(void)what;
	events_drain(s->events);
}

static void server_on_watchdog(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	notify_send("WATCHDOG=1");
}

static int server_fetch_metrics(void *arg, struct metrics_values *ret_values)
{
	const struct server *s = arg;
	int err = loader_counters(s->loader, &ret_values->counters);

	if (!err)
		err = loader_sessions(s->loader, &ret_values->sessions_live);
	if (!err)
		err = loader_run_stats(s->loader, &ret_values->runs, &ret_values->run_ns);
	ret_values->sessions_max = s->options->sessions;
	ret_values->links = s->links;
	return err;
}

/* --- start --- */

/* Before anything is attached: a signal that comes then ends the loop when it begins. */
static int server_catch_signals(struct server *s)
{
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		s->signals[i] = evsignal_new(s->base, signals[i], server_on_signal, s);
		if (!s->signals[i] || evsignal_add(s->signals[i], NULL))
			return -ENOMEM;
	}
	signal(SIGPIPE, SIG_IGN); /* nobody reads the counters: no reason to leave a filter */
	return 0;
}

static int server_load(struct server *s)
{
	const struct server_options *options = s->options;
	struct server_config config = {
		.timeout_ns = options->timeout_ns,
		.sessions = options->sessions,
		.sessions_per_target = options->sessions_per_target,
		.tcp_syn = options->tcp_syn_probes == OPTION_YES,
		.indirect = options->indirect == OPTION_YES,
		.serve_v4 = options->v4,
		.serve_v6 = options->v6,
		.events = (uint8_t)server_options_events(options),
	};
	struct access_maps maps;
	int err;

	if (getentropy(config.secret, sizeof(config.secret)))
		return -errno;
	limit_configure(options, &config.limit);
	for (int i = 0; i < ACCESS_LIST_COUNT; i++)
		config.access.listed[i] = options->allow[i] != NULL;
	err = loader_open(&config, &s->loader);
	if (err)
		return err;
	maps = loader_access(s->loader);
	return access_reload(&maps, options->allow);
}

static int server_attach(struct server *s)
{
	const struct server_options *options = s->options;
	const struct attach_programs programs = {
		.ethernet = loader_program_ethernet(s->loader),
		.plain = loader_program_plain(s->loader),
	};
	char served[64];
	int err = addresses_open(loader_own_addresses(s->loader), &s->addresses);

	if (err)
		return err;

	snprintf(served, sizeof(served), "%s%s%s, %u sessions of %g s", options->v4 ? "IPv4" : "",
		 options->v4 && options->v6 ? " " : "", options->v6 ? "IPv6" : "",
		 options->sessions, (double)options->timeout_ns / 1e9);
	return links_open(options->interfaces, &programs, served, &s->links);
}

static int server_every(struct server *s, uint64_t ns, event_callback_fn act,
			struct event **ret_event)
{
	struct timeval period = { .tv_sec = (time_t)(ns / NS_PER_S),
				  .tv_usec = (suseconds_t)(ns % NS_PER_S / NS_PER_US) };

	*ret_event = event_new(s->base, -1, EV_PERSIST, act, s);
	return *ret_event && !event_add(*ret_event, &period) ? 0 : -ENOMEM;
}

static int server_open_metrics(struct server *s)
{
	const struct metrics_config config = {
		.listen = s->options->metrics,
		.version = PACKAGE_VERSION,
		.fetch = server_fetch_metrics,
		.arg = s,
	};

	return s->options->metrics ? metrics_open(s->base, &config, &s->metrics) : 0;
}

static int server_watch(struct server *s)
{
	uint64_t watchdog_ns = notify_watchdog_ns();
	int err = 0;

	s->links_news =
		event_new(s->base, links_fd(s->links), EV_READ | EV_PERSIST, server_on_links, s);
	s->addresses_news = event_new(s->base, addresses_fd(s->addresses), EV_READ | EV_PERSIST,
				      server_on_addresses, s);
	if (!s->links_news || event_add(s->links_news, NULL) || !s->addresses_news ||
	    event_add(s->addresses_news, NULL))
		return -ENOMEM;
	if (watchdog_ns)
		err = server_every(s, watchdog_ns, server_on_watchdog, &s->watchdog);
	if (!err && s->events)
		err = server_every(s, EVENTS_DRAIN_MS * NS_PER_MS, server_on_drain, &s->drain);
	return err;
}

int server_open(const struct server_options *options, struct server **ret_server)
{
	struct server *s = calloc(1, sizeof(*s));
	int err = -ENOMEM;

	if (!s)
		goto fail;
	s->options = options;
	s->base = event_base_new();
	if (!s->base)
		goto fail;
	err = server_catch_signals(s);
	if (!err)
		err = server_load(s);
	if (!err && server_options_events(options) != EVENTS_NONE)
		err = events_open(loader_events(s->loader), &s->events);
	if (!err)
		err = server_open_metrics(s);
	if (!err)
		err = server_attach(s); /* the last that can fail for the user's reasons */
	if (!err)
		err = server_watch(s);
	if (err)
		goto fail;
	*ret_server = s;
	return 0;
fail:
	server_close(s);
	return err;
}

int server_run(struct server *s)
{
	notify_send("READY=1");
	if (event_base_dispatch(s->base) < 0)
		s->outcome = -EIO;
	notify_send("STOPPING=1");
	return s->outcome;
}

/* Detached first, so that what is counted and told at the end is all there was. */
void server_close(struct server *s)
{
	struct event *all[] = { s ? s->links_news : NULL, s ? s->addresses_news : NULL,
				s ? s->drain : NULL, s ? s->watchdog : NULL };
	bool served = s && s->links;

	if (!s)
		return;
	metrics_close(s->metrics);
	links_close(s->links);
	addresses_close(s->addresses);
	if (s->events)
		events_drain(s->events);
	if (served)
		server_print_counters(s);
	events_close(s->events);
	loader_close(s->loader);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (all[i])
			event_free(all[i]);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (s->signals[i])
			event_free(s->signals[i]);
	if (s->base)
		event_base_free(s->base);
	free(s);
}

int server_try(const struct server_options *options)
{
	struct server s = { .options = options };
	int err = server_load(&s);

	if (!err)
		loader_print(s.loader, stdout);
	for (char **interface = options->interfaces; !err && *interface; interface++) {
		err = attach_check(*interface);
		if (!err)
			printf("interface %s: can be served\n", *interface);
	}
	loader_close(s.loader);
	return err;
}
