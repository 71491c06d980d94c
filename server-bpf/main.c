// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/option_file.h"
#include "base/privilege.h"
#include "base/streams.h"
#include "server-bpf/loader.h"
#include "server-bpf/options.h"
#include "server-bpf/server.h"

enum { EXIT_USAGE = 2 };

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

#define CONFIG_FILE "/etc/revprobe/revprobe-server.conf"

int main(int argc, char **argv)
{
	static const struct option_table *const tables[] = { &server_option_table, NULL };
	struct server_options options;
	enum option_outcome outcome;
	struct server *server = NULL;
	int err;

	if (streams_reserve())
		return EXIT_FAILURE;
	option_file_use(CONFIG_FILE, tables);
	outcome = server_options_parse(argc, argv, &options);
	if (outcome != OPTION_OK)
		return option_exit_status(outcome);
	log_init(server_option_table.program, server_options_log_level(&options));
	loader_adopt_log();
	if (!server_may_run())
		return EXIT_USAGE;
	err = options.dry_run ? server_try(&options) : server_open(&options, &server);
	if (err == -ENODEV || err == -EOPNOTSUPP || err == -EPERM)
		return EXIT_USAGE;
	if (!err && server)
		err = server_run(server);
	server_close(server);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
