// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/sweep_options.h"

#include <stdio.h>
#include <string.h>

#include "base/container.h"
#include "config.h"

#define FIELD(member) offsetof(struct sweep_options, member)

#define DATABASE  "/var/lib/revprobe/sweep.db"
#define ENDPOINTS "/etc/revprobe/endpoints"

/* clang-format off */
static const struct option_desc own_options[] = {
	{ .name = "if-free", .type = OPTION_FLAG, .offset = FIELD(if_free),
	  .help = "If another sweep is under way, or somebody else writes to the database, say so "
		  "and leave with 0 instead of 1." },
	{ .name = "direction", .metavar = "NAME", .type = OPTION_CHOICE,
	  .offset = FIELD(direction), .choices = options_direction_names, .preset = "two-way",
	  .help = "forward, reverse or two-way." },
	{ .name = "protocol", .metavar = "NAME", .type = OPTION_CHOICE, .offset = FIELD(protocol),
	  .choices = options_protocol_names, .preset = "udp",
	  .help = "udp, tcp or icmp." },
	{ .name = "mode", .metavar = "NAME", .type = OPTION_CHOICE, .offset = FIELD(mode),
	  .choices = options_mode_names, .preset = "singlepath",
	  .help = "singlepath or multipath." },
};
/* clang-format on */

const struct option_table sweep_option_table = {
	.program = "revprobe sweep",
	.options = own_options,
	.count = ARRAY_LEN(own_options),
};

enum { TABLE_MAX = 96 };

/* Made of both tables: their offsets fit. */
static size_t join_tables(struct option_desc *ret_options)
{
	size_t own = ARRAY_LEN(own_options);

	memcpy(ret_options, own_options, sizeof(own_options));
	memcpy(ret_options + own, prober_option_table.options,
	       prober_option_table.count * sizeof(*ret_options));
	return own + prober_option_table.count;
}

/* What follows from the options; the list and the database have places of their own. */
static enum option_outcome complete(struct sweep_options *o, char **operands, size_t count,
				    const bool *given)
{
	struct prober_options *p = &o->prober;

	if (count > 1) {
		fprintf(stderr,
			"revprobe sweep: more than one list of endpoints: '%s' "
			"(see --endpoints)\n",
			operands[1]);
		return OPTION_USAGE;
	}
	if (count == 1 && option_list_add(&p->endpoints, operands[0])) {
		fprintf(stderr, "revprobe sweep: too many lists of endpoints\n");
		return OPTION_USAGE;
	}
	if (!p->endpoints.count && !p->targets.count)
		option_list_add(&p->endpoints, ENDPOINTS);
	if (!p->db)
		p->db = DATABASE;
	p->direction = (enum options_direction)o->direction;
	p->protocol = (enum options_protocol)o->protocol;
	p->mode = (enum options_mode)o->mode;
	p->is_sweep = true;
	return prober_options_complete(p, given + ARRAY_LEN(own_options));
}

enum option_outcome sweep_options_parse(int argc, char **argv, struct sweep_options *ret_options)
{
	struct option_desc options[TABLE_MAX];
	const struct option_table table = {
		.program = sweep_option_table.program,
		.version = PACKAGE_VERSION,
		.synopsis =
			"[OPTIONS] [ENDPOINTS]\n"
			"       ENDPOINTS  list of lines address;asnumber;email_contact; without\n"
			"                  one, " ENDPOINTS,
		.summary = "Measures each endpoint of a list once, into " DATABASE "\n"
			   "or the database of --db, as its next cycle: for cron and timers.",
		.options = options,
		.count = join_tables(options),
	};
	struct sweep_options parsed = { 0 };
	bool given[TABLE_MAX];
	enum option_outcome outcome;
	int operand;

	outcome = option_parse(&table, argc, argv, &parsed, given, &operand);
	if (outcome == OPTION_OK)
		outcome = complete(&parsed, argv + operand, (size_t)(argc - operand), given);
	if (outcome == OPTION_OK)
		*ret_options = parsed;
	return outcome;
}
