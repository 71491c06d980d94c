// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/collect/gate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/addr_text.h"
#include "base/log.h"

enum {
	BACKLOG = 512,
	SPARE_FDS = 64, /* for what the database opens now and then */
	SWEEP_MS = 500,
};

/* With no room for others nobody needs longer. */
#define CROWDED_NS (3 * NS_PER_S)

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* What a descriptor was when it was seen last. */
struct slot {
	ino_t inode; /* of a socket: no two that are open have the same; 0: none */
	bool is_client;
	mono since;
};

struct gate {
	struct gate_config config;
	struct counts *counts;
	struct evhttp *http;
	struct evhttp_bound_socket *bound;
	struct evconnlistener *listener;
	struct event *sweep;
	int first_fd; /* what is open when it begins is below, or nearly all of it */
	size_t slot_count;
	struct slot *slots; /* by descriptor */
	bool is_full;
	bool is_shut;
};

/* The system gives the lowest number that is free: all below are in use. */
static int lowest_free_fd(void)
{
	int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd;
}

static bool has_room(const struct gate *g)
{
	int fd = lowest_free_fd();

	return fd >= 0 && fd < g->first_fd + (int)g->config.connections_max;
}

static void gate_pause(struct gate *g)
{
	if (!g->is_full)
		g->counts->full++;
	g->is_full = true;
	evconnlistener_disable(g->listener);
}

/* The connection that was just accepted is counted already. */
static struct bufferevent *on_connection(struct event_base *base, void *arg)
{
	struct gate *g = arg;

	if (!has_room(g))
		gate_pause(g);
	return bufferevent_socket_new(base, -1, 0);
}

/* Until the next sweep.  The listener's argument is libevent's. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	(void)arg;
	evconnlistener_disable(listener);
}

/* Neither the listener, nor what connects us with the hasher. */
static bool is_client(int fd)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);
	int listens = 0;
	socklen_t int_len = sizeof(listens);

	return getsockname(fd, (struct sockaddr *)&ss, &len) == 0 &&
	       (ss.ss_family == AF_INET || ss.ss_family == AF_INET6) &&
	       getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &int_len) == 0 && !listens;
}

/* Ends a connection as if the other side had: its owner notices. */
static void check_slot(struct gate *g, int fd, uint64_t limit_ns, mono now)
{
	struct slot *slot = &g->slots[fd];
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISSOCK(st.st_mode)) {
		slot->inode = 0;
		return;
	}
	if (slot->inode != st.st_ino)
		*slot = (struct slot){ st.st_ino, is_client(fd), now };
	if (!slot->is_client)
		return;
	g->counts->connections++;
	if (mono_since(slot->since, now) < limit_ns)
		return;
	g->counts->cut++;
	shutdown(fd, SHUT_RDWR);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct gate *g = arg;
	uint64_t limit_ns = g->config.deadline_ns;
	mono now = clock_now();

	(void)fd;
	(void)what;
	if (g->is_full && limit_ns > CROWDED_NS)
		limit_ns = CROWDED_NS;
	g->counts->connections = 0;
	for (size_t i = STDERR_FILENO + 1; i < g->slot_count; i++)
		check_slot(g, (int)i, limit_ns, now);
	if (g->is_shut || !has_room(g))
		return;
	g->is_full = false;
	evconnlistener_enable(g->listener);
}

static int raise_limit(const struct gate *g)
{
	rlim_t wanted = g->slot_count;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return -errno;
	if (limit.rlim_cur >= wanted)
		return 0;
	limit.rlim_cur = wanted;
	if (limit.rlim_max < wanted)
		limit.rlim_max = wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return 0;
	log_error("collect: %u connections need %lu open files: see ulimit -n",
		  g->config.connections_max, (unsigned long)wanted);
	return -EMFILE;
}

static int gate_bind(struct gate *g)
{
	struct evconnlistener *listener;
	union address a = { 0 };
	socklen_t len = sizeof(a);

	errno = 0;
	g->bound = evhttp_bind_socket_with_handle(g->http, g->config.host, g->config.port);
	if (!g->bound) {
		int err = errno ? -errno : -EIO;

		log_error("collect: cannot listen at %s port %u: %s", g->config.host,
			  g->config.port, strerror(-err));
		return err;
	}
	listener = evhttp_bound_socket_get_listener(g->bound);
	evconnlistener_set_error_cb(listener, on_accept_error);
	g->listener = listener;
	if (listen(evconnlistener_get_fd(listener), BACKLOG) != 0)
		return -errno;
	if (getsockname(evconnlistener_get_fd(listener), &a.any, &len) == 0)
		g->config.port =
			ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
	return 0;
}

int gate_open(struct event_base *base, struct evhttp *http, const struct gate_config *config,
	      struct counts *counts, struct gate **ret_gate)
{
	const struct timeval each = { 0, (suseconds_t)SWEEP_MS * 1000 };
	struct gate *g = calloc(1, sizeof(*g));
	int err = -ENOMEM;

	if (!g)
		return err;
	g->config = *config;
	g->counts = counts;
	g->http = http;
	evhttp_set_bevcb(http, on_connection, g);
	err = gate_bind(g);
	if (err)
		goto fail;
	err = -ENOMEM;
	g->first_fd = lowest_free_fd();
	g->slot_count = (size_t)g->first_fd + config->connections_max + SPARE_FDS;
	g->slots = calloc(g->slot_count, sizeof(*g->slots));
	g->sweep = event_new(base, -1, EV_PERSIST, on_sweep, g);
	if (!g->slots || !g->sweep || event_add(g->sweep, &each) != 0)
		goto fail;
	err = raise_limit(g);
	if (err)
		goto fail;
	log_info("collect: listening at %s port %u", config->host, g->config.port);
	*ret_gate = g;
	return 0;
fail:
	gate_close(g);
	return err;
}

void gate_shut(struct gate *g)
{
	g->is_shut = true;
	if (g->bound)
		evhttp_del_accept_socket(g->http, g->bound);
	g->bound = NULL;
	g->listener = NULL;
}

void gate_close(struct gate *g)
{
	if (!g)
		return;
	if (g->sweep)
		event_free(g->sweep);
	free(g->slots);
	free(g);
}
