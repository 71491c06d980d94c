// SPDX-License-Identifier: GPL-2.0-or-later
/* revprobe: what was asked for, whether it may be done, who does it. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "base/option_file.h"
#include "base/privilege.h"
#include "base/streams.h"
#include "prober/annotate_options.h"
#include "prober/cmd_annotate.h"
#include "prober/cmd_collect.h"
#include "prober/cmd_export.h"
#include "prober/cmd_report.h"
#include "prober/cmd_resume.h"
#include "prober/cmd_show.h"
#include "prober/cmd_sweep.h"
#include "prober/cmd_trace.h"
#include "prober/cmd_transmit.h"
#include "prober/collect_options.h"
#include "prober/exit.h"
#include "prober/options.h"
#include "prober/report_options.h"
#include "prober/resume_options.h"
#include "prober/stored_options.h"
#include "prober/sweep_options.h"
#include "prober/transmit_options.h"

#define CONFIG_FILE "/etc/revprobe/revprobe.conf"

/* The command without a name. */
static int trace(int argc, char **argv)
{
	struct prober_options options;
	enum option_outcome outcome;

	outcome = prober_options_parse(argc, argv, &options);
	if (outcome != OPTION_OK)
		return option_exit_status(outcome);
	log_init(prober_option_table.program, (enum log_level)options.log_level);
	if (!privilege_held("cap_net_raw")) {
		log_error("not permitted: needs CAP_NET_RAW");
		return EXIT_USAGE;
	}
	return cmd_trace(argc, argv, &options);
}

/* Those with one, in the place of the direction. */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const struct option_table *options;
} commands[] = {
	{ "annotate", cmd_annotate, &annotate_option_table },
	{ "collect", cmd_collect, &collect_option_table },
	{ "export", cmd_export, &export_option_table },
	{ "report", cmd_report, &report_option_table },
	{ "resume", cmd_resume, &resume_option_table },
	{ "show", cmd_show, &show_option_table },
	{ "sweep", cmd_sweep, &sweep_option_table },
	{ "transmit", cmd_transmit, &transmit_option_table },
};

/* One file has the options of all commands. */
static void share_config_file(void)
{
	static const struct option_table *tables[ARRAY_LEN(commands) + 2];

	tables[0] = &prober_option_table;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		tables[i + 1] = commands[i].options;
	option_file_use(CONFIG_FILE, tables);
}

/* For the completion of shells: packaging/completion. */
static int print_commands(void)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		puts(commands[i].name);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (streams_reserve())
		return EXIT_FAILURE;
	signal(SIGPIPE, SIG_IGN); /* a sink that nobody reads is an error, not the end */
	if (sodium_init() < 0) {
		log_error("libsodium: cannot start");
		return EXIT_FAILURE;
	}
	share_config_file();
	if (argc == 2 && strcmp(argv[1], "--help=commands") == 0)
		return print_commands();
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (argc > 1 && strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return trace(argc, argv);
}
