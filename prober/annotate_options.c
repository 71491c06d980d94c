// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/annotate_options.h"

#include <stdio.h>

#include "base/container.h"
#include "base/log.h"
#include "config.h"

#define FIELD(member) offsetof(struct annotate_options, member)

/* clang-format off */
static const struct option_desc options[] = {
	{ .name = "asn-db", .metavar = "FILE", .type = OPTION_STRING, .offset = FIELD(asn_db),
	  .help = "Look up autonomous systems in this file in MaxMind's format, such as "
		  "GeoLite2-ASN.mmdb." },
	{ .name = "geo-db", .metavar = "FILE", .type = OPTION_STRING, .offset = FIELD(geo_db),
	  .help = "Look up countries and cities in this one, such as GeoLite2-City.mmdb." },
	{ .name = "quiet", .letter = 'q', .type = OPTION_FLAG, .offset = FIELD(quiet),
	  .help = "Say nothing on standard error but errors." },
	OPTIONS_COMMON(FIELD(log_level)),
};
/* clang-format on */

const struct option_table annotate_option_table = {
	.program = "revprobe annotate",
	.version = PACKAGE_VERSION,
	.synopsis = "[OPTIONS] DB\n"
		    "       DB  database of revprobe --db",
	.summary = "Writes autonomous systems and places to the addresses of a database.",
	.options = options,
	.count = ARRAY_LEN(options),
};

enum option_outcome annotate_options_parse(int argc, char **argv,
					   struct annotate_options *ret_options)
{
	struct annotate_options parsed = { 0 };
	bool given[ARRAY_LEN(options)];
	enum option_outcome outcome;
	int operand;

	outcome = option_parse(&annotate_option_table, argc, argv, &parsed, given, &operand);
	if (outcome != OPTION_OK)
		return outcome;
	if (argc - operand != 1)
		return option_refuse(&annotate_option_table, argc == operand
								     ? "no database given"
								     : "more than one database");
	if (!parsed.asn_db && !parsed.geo_db)
		return option_refuse(&annotate_option_table, "neither --asn-db nor --geo-db given");
	if (parsed.quiet)
		parsed.log_level = LOG_ERROR;
	parsed.database = argv[operand];
	*ret_options = parsed;
	return OPTION_OK;
}
