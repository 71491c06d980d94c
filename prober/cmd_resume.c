// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/cmd_resume.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/privilege.h"
#include "output/ledger.h"
#include "prober/cmd_trace.h"
#include "prober/exit.h"
#include "prober/recall.h"
#include "prober/resume_options.h"

/* What this command says instead of the stored one.  Files that showed results show those
 * of the first part: they are not begun anew. */
static void override(struct prober_options *o, const struct resume_options *r)
{
	o->db = r->database;
	o->text = NULL;
	o->max_runtime_ns = r->max_runtime_ns;
	o->dry_run = r->dry_run;
	o->metrics = r->metrics;
	o->progress = r->progress;
	o->quiet = r->quiet;
	o->log_level = r->log_level;
	if (r->rate_is_given) {
		o->rate_pps = r->rate_pps;
		o->rate_is_given = true;
	}
}

static int go_on(int argc, char **argv, const struct resume_options *options, struct ledger *ledger)
{
	const struct ledger_run *run = ledger_run(ledger);
	struct recall *recall;
	int status;

	if (run->is_complete) {
		log_info("run %lld is complete: nothing to go on with", (long long)run->last_id);
		return EXIT_SUCCESS;
	}
	if (recall_open(run, &recall))
		return EXIT_USAGE;
	override(recall_options(recall), options);
	log_info("going on with run %lld, cycle %lld of %s", (long long)run->run_id,
		 (long long)run->number, run->list);
	status = cmd_trace_resume(argc, argv, recall_options(recall), ledger);
	recall_close(recall);
	return status;
}

int cmd_resume(int argc, char **argv)
{
	struct resume_options options;
	struct ledger *ledger = NULL;
	enum option_outcome outcome;
	int status;
	int err;

	outcome = resume_options_parse(argc, argv, &options);
	if (outcome != OPTION_OK)
		return option_exit_status(outcome);
	log_init("revprobe", (enum log_level)options.log_level);
	if (!options.dry_run && !privilege_held("cap_net_raw")) {
		log_error("not permitted: needs CAP_NET_RAW");
		return EXIT_USAGE;
	}
	err = ledger_open(options.database, (int64_t)options.run, &ledger);
	if (err)
		return err == -ENOENT || err == -EINVAL ? EXIT_USAGE : EXIT_FAILURE;
	status = go_on(argc, argv, &options, ledger);
	ledger_close(ledger);
	return status;
}
