// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/cmd_sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/privilege.h"
#include "prober/cmd_trace.h"
#include "prober/exit.h"
#include "prober/sweep_lock.h"
#include "prober/sweep_options.h"

static int refuse(const struct sweep_options *o, const char *who)
{
	if (o->if_free) {
		log_info("%s: %s: nothing was done", o->prober.db, who);
		return EXIT_SUCCESS;
	}
	log_error("%s: %s", o->prober.db, who);
	return EXIT_FAILURE;
}

int cmd_sweep(int argc, char **argv)
{
	struct sweep_options options;
	enum option_outcome outcome;
	const char *who = NULL;
	int status;
	int fd;
	int err;

	outcome = sweep_options_parse(argc, argv, &options);
	if (outcome != OPTION_OK)
		return option_exit_status(outcome);
	log_init("revprobe", (enum log_level)options.prober.log_level);
	if (!privilege_held("cap_net_raw")) {
		log_error("not permitted: needs CAP_NET_RAW");
		return EXIT_USAGE;
	}
	if (options.prober.dry_run)
		return cmd_trace(argc, argv, &options.prober);
	err = sweep_lock(options.prober.db, &fd, &who);
	if (err)
		return who ? refuse(&options, who) : EXIT_FAILURE;
	status = cmd_trace(argc, argv, &options.prober);
	close(fd);
	return status;
}
