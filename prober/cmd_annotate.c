// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/cmd_annotate.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "output/annotate.h"
#include "output/asn.h"
#include "output/geo.h"
#include "prober/annotate_options.h"
#include "prober/exit.h"

static int annotate(const struct annotate_options *o, struct asn_db *asn, struct geo_db *geo)
{
	struct annotate_counts counts;

	if (annotate_database(o->database, asn, geo, &counts))
		return EXIT_FAILURE;
	log_info("%s: %" PRId64 " addresses: %" PRId64 " with an autonomous system, %" PRId64
		 " with a country or city; %" PRId64 " traces with an AS path",
		 o->database, counts.addrs, counts.with_asn, counts.with_place, counts.paths);
	return EXIT_SUCCESS;
}

int cmd_annotate(int argc, char **argv)
{
	struct annotate_options options;
	struct asn_db *asn = NULL;
	struct geo_db *geo = NULL;
	enum option_outcome outcome = annotate_options_parse(argc, argv, &options);
	int status = EXIT_USAGE;

	if (outcome != OPTION_OK)
		return option_exit_status(outcome);
	log_init("revprobe", (enum log_level)options.log_level);
	if ((!options.asn_db || !asn_open(options.asn_db, &asn)) &&
	    (!options.geo_db || !geo_open(options.geo_db, &geo)))
		status = annotate(&options, asn, geo);
	asn_close(asn);
	geo_close(geo);
	return status;
}
