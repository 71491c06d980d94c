// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/privilege.h"
#include "base/streams.h"
#include "server-bpf/attach.h"
#include "server-bpf/loader.h"
#include "server-bpf/options.h"

enum { EXIT_USAGE = 2 };

struct server {
	struct loader *loader;
	struct attachment **attachments;
	size_t count;
};

static bool server_may_run(void)
{
	bool may = true;

	/* Before Linux 5.8, and for some programs after, CAP_SYS_ADMIN stood for CAP_BPF. */
	if (!privilege_held("cap_bpf") && !privilege_held("cap_sys_admin")) {
		log_error("not permitted: needs CAP_BPF (and CAP_PERFMON, CAP_NET_ADMIN)");
		may = false;
	} else if (!privilege_held("cap_perfmon") && !privilege_held("cap_sys_admin")) {
		log_error("not permitted: needs CAP_PERFMON (the verifier asks for it)");
		may = false;
	} else if (!privilege_held("cap_net_admin")) {
		log_error("not permitted: needs CAP_NET_ADMIN");
		may = false;
	}
	return may;
}

static int server_start(struct server *s, const struct server_options *options)
{
	struct server_config config = {
		.timeout_ns = options->timeout_ns,
		.sessions = options->sessions,
		.serve_v4 = options->v4,
		.serve_v6 = options->v6,
	};
	size_t count = 0;
	int err;

	while (options->interfaces[count])
		count++;
	assert(count > 0); /* or the options were refused */
	s->attachments = calloc(count, sizeof(struct attachment *));
	if (!s->attachments)
		return -ENOMEM;
	err = loader_open(&config, &s->loader);
	while (!err && s->count < count) {
		const char *interface = options->interfaces[s->count];

		err = attach_open(interface, loader_program(s->loader), &s->attachments[s->count]);
		if (err)
			break;
		s->count++;
		log_info("interface %s: serving%s%s, %u sessions of %g s", interface,
			 options->v4 ? " IPv4" : "", options->v6 ? " IPv6" : "", options->sessions,
			 (double)options->timeout_ns / 1e9);
	}
	return err;
}

static void server_print_counters(const struct server *s)
{
	struct counter_values values;
	int err = loader_counters(s->loader, &values);

	if (err)
		log_error("counters: cannot read: %s", strerror(-err));
	else
		counters_print(stdout, &values);
}

static void server_stop(struct server *s)
{
	while (s->count > 0)
		attach_close(s->attachments[--s->count]);
	free(s->attachments);
	loader_close(s->loader);
}

/* The program in the kernel does the work: here is nothing to do but wait. */
static void server_wait(const struct server *s, const sigset_t *signals)
{
	int number = 0;

	while (number != SIGINT && number != SIGTERM && number != SIGHUP) {
		if (sigwait(signals, &number))
			continue;
		if (number == SIGUSR1)
			server_print_counters(s);
	}
}

int main(int argc, char **argv)
{
	struct server_options options;
	struct server server = { 0 };
	sigset_t signals;
	int err;

	if (streams_reserve())
		return EXIT_FAILURE;
	switch (server_options_parse(argc, argv, &options)) {
	case OPTION_EXIT:
		return EXIT_SUCCESS;
	case OPTION_USAGE:
		return EXIT_USAGE;
	case OPTION_OK:
		break;
	}
	log_init(server_option_table.program, (enum log_level)options.log_level);
	loader_adopt_log();
	if (!server_may_run())
		return EXIT_USAGE;
	/* Blocked before anything is attached, so that no signal can leave it behind. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN); /* nobody reads the counters: no reason to leave a filter */
	err = server_start(&server, &options);
	if (!err) {
		server_wait(&server, &signals);
		server_print_counters(&server);
	}
	server_stop(&server);
	if (err == -ENODEV || err == -EOPNOTSUPP || err == -EPERM)
		return EXIT_USAGE;
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
