// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/container.h"
#include "base/log.h"
#include "base/privilege.h"
#include "base/streams.h"
#include "server-bpf/addresses.h"
#include "server-bpf/attach.h"
#include "server-bpf/loader.h"
#include "server-bpf/options.h"

enum { EXIT_USAGE = 2 };

struct server {
	struct loader *loader;
	struct addresses *addresses;
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
		.sessions_per_target = options->sessions_per_target,
		.tcp_syn = options->tcp_syn_probes == OPTION_YES,
		.indirect = options->indirect == OPTION_YES,
		.serve_v4 = options->v4,
		.serve_v6 = options->v6,
	};
	struct attach_programs programs;
	size_t count = 0;
	int err;

	while (options->interfaces[count])
		count++;
	assert(count > 0); /* or the options were refused */
	s->attachments = calloc(count, sizeof(struct attachment *));
	if (!s->attachments)
		return -ENOMEM;
	if (getentropy(config.secret, sizeof(config.secret)))
		return -errno;
	err = loader_open(&config, &s->loader);
	if (err)
		return err;
	err = addresses_open(loader_own_addresses(s->loader), &s->addresses);
	programs.ethernet = loader_program_ethernet(s->loader);
	programs.plain = loader_program_plain(s->loader);
	while (!err && s->count < count) {
		const char *interface = options->interfaces[s->count];

		err = attach_open(interface, &programs, &s->attachments[s->count]);
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
	addresses_close(s->addresses);
	loader_close(s->loader);
}

/* The program in the kernel does the work: here is little to do but wait.  Returns 0
 * when a signal says that it is enough, or -errno. */
static int server_wait(const struct server *s, const sigset_t *signals)
{
	struct pollfd ready[] = {
		{ .fd = signalfd(-1, signals, SFD_CLOEXEC), .events = POLLIN },
		{ .fd = addresses_fd(s->addresses), .events = POLLIN },
	};
	struct signalfd_siginfo info = { 0 };
	int err = 0;

	if (ready[0].fd < 0)
		return -errno;
	while (!err && (info.ssi_signo == 0 || info.ssi_signo == SIGUSR1)) {
		if (poll(ready, ARRAY_LEN(ready), -1) < 0)
			err = errno == EINTR ? 0 : -errno;
		else if (ready[1].revents)
			addresses_update(s->addresses);
		else if (read(ready[0].fd, &info, sizeof(info)) != sizeof(info))
			err = -EIO;
		else if (info.ssi_signo == SIGUSR1)
			server_print_counters(s);
	}
	close(ready[0].fd);
	return err;
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
		err = server_wait(&server, &signals);
		server_print_counters(&server);
	}
	server_stop(&server);
	if (err == -ENODEV || err == -EOPNOTSUPP || err == -EPERM)
		return EXIT_USAGE;
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
