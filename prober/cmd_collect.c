// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/cmd_collect.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/listen_address.h"
#include "base/log.h"
#include "config.h"
#include "prober/collect/account.h"
#include "prober/collect/basic.h"
#include "prober/collect/server.h"
#include "prober/collect_options.h"
#include "prober/exit.h"
#include "prober/provenance.h"

enum { LINE_LEN = ACCOUNT_NAME_LEN + ACCOUNT_HASH_LEN };

/* --- --make-account ------------------------------------------------------------------------ */

/* What is typed is not shown. */
static bool hide_input(struct termios *ret_before)
{
	struct termios hidden;

	if (tcgetattr(STDIN_FILENO, ret_before) != 0)
		return false;
	hidden = *ret_before;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	fputs("Password: ", stderr);
	return tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
}

static bool read_password(char *text, size_t size)
{
	struct termios before;
	bool is_hidden = hide_input(&before);
	bool is_read = fgets(text, (int)size, stdin) != NULL;

	if (is_hidden) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', stderr);
	}
	if (is_read)
		text[strcspn(text, "\r\n")] = '\0';
	return is_read && *text && strlen(text) < BASIC_PASSWORD_LEN;
}

static int make_account(const char *name)
{
	const char *problem = account_name_problem(name);
	char password[BASIC_PASSWORD_LEN + 2], line[LINE_LEN];
	int err;

	if (problem) {
		log_error("--make-account: %s", problem);
		return EXIT_USAGE;
	}
	setvbuf(stdin, NULL, _IONBF, 0); /* no copy of it stays behind */
	if (!read_password(password, sizeof(password))) {
		log_error("--make-account: no password of 1 to %d bytes on standard input",
			  BASIC_PASSWORD_LEN - 1);
		sodium_memzero(password, sizeof(password));
		return EXIT_USAGE;
	}
	err = account_make(name, password, line, sizeof(line));
	sodium_memzero(password, sizeof(password));
	if (err) {
		log_error("--make-account: cannot hash: %s", strerror(-err));
		return EXIT_FAILURE;
	}
	return puts(line) < 0 || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* --- the collector ------------------------------------------------------------------------- */

static int collect(const struct collect_options *o, const struct run_record *run)
{
	char host[LISTEN_HOST_LEN];
	struct server_config config = {
		.gate = { .host = host,
			  .connections_max = o->max_connections,
			  .deadline_ns = o->request_timeout_ns },
		.database = o->db,
		.auth_file = o->auth_file,
		.run = run,
		.rate = o->user_rate.pps,
		.burst = o->user_rate.burst,
		.body_max = o->max_body,
		.document_max = o->max_document,
		.is_behind_proxy = o->behind_proxy,
		.version = PACKAGE_VERSION,
	};

	if (listen_address(o->listen, 0, host, &config.gate.port)) {
		log_error("--listen: '%s' is not [ADDR:]PORT", o->listen);
		return EXIT_USAGE;
	}
	return server_run(&config) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cmd_collect(int argc, char **argv)
{
	struct provenance *provenance;
	struct collect_options options;
	enum option_outcome outcome;
	int status;

	outcome = collect_options_parse(argc, argv, &options);
	if (outcome != OPTION_OK)
		return option_exit_status(outcome);
	log_init("revprobe", (enum log_level)options.log_level);
	if (options.make_account)
		return make_account(options.make_account);
	if (provenance_new_plain(argc, argv, &collect_option_table, &options, "collected",
				 &provenance)) {
		log_error("collect: cannot start: %s", strerror(ENOMEM));
		return EXIT_FAILURE;
	}
	status = collect(&options, provenance_run(provenance));
	provenance_free(provenance);
	return status;
}
