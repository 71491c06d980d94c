// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A collector: takes documents of the study over HTTP, from those who have an account, and
 * stores each once.  One loop on libevent's web server; passwords are compared by a process
 * of its own (hasher.h), and documents that come close together are committed together.
 * Nobody hears that his document is stored before it is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "output/run.h"
#include "prober/collect/gate.h"

struct server_config {
	struct gate_config gate;
	const char *database;
	const char *auth_file; /* see account.h; read again on SIGHUP */
	const struct run_record *run;
	uint32_t rate; /* documents a second by one account; 0: no limit */
	uint32_t burst;
	uint32_t body_max;     /* bytes, as they come */
	uint32_t document_max; /* bytes, unpacked */
	bool is_behind_proxy;  /* the client is the last of X-Forwarded-For */
	const char *version;
};

/*
 * Returns when SIGTERM or SIGINT has come, and what was under way has ended: 0, or -errno
 * if it could not start or go on, with the reason logged.
 */
int server_run(const struct server_config *config);
