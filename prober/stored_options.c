// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/stored_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/container.h"
#include "base/log.h"
#include "config.h"
#include "output/picture.h"

static const char *const direction_names[] = { "any", "forward", "reverse", NULL };

#define CHOICE(member) offsetof(struct show_options, choice.member)
#define FIELD(member)  offsetof(struct export_options, member)
_Static_assert(offsetof(struct show_options, choice) == offsetof(struct export_options, choice),
	       "entries of one table for both");

/* clang-format off */
#define OPTIONS_CHOICE \
	{ .name = "cycle", .metavar = "N", .type = OPTION_STRING, .offset = CHOICE(cycle), \
	  .help = "Only the cycle with this number; last is the newest of each list." }, \
	{ .name = "list", .metavar = "NAME", .type = OPTION_STRING, .offset = CHOICE(list), \
	  .help = "Only cycles over this list of targets: the name of its file, as it was given, " \
		  "or command line." }, \
	{ .name = "direction", .metavar = "WHICH", .type = OPTION_CHOICE, \
	  .offset = CHOICE(direction), .choices = direction_names, .preset = "any", \
	  .help = "Only traces in this direction: forward, reverse or any." }, \
	{ .name = "since", .metavar = "TIME", .type = OPTION_STRING, .offset = CHOICE(since), \
	  .help = "Only traces that began then or later: 2026-11-24, '2026-11-24 13:05' or " \
		  "2026-11-24T13:05:09Z, in UTC, or @ and seconds since 1970." }, \
	{ .name = "until", .metavar = "TIME", .type = OPTION_STRING, .offset = CHOICE(until), \
	  .help = "Only traces that began before that." }, \
	{ .name = "asn-db", .metavar = "FILE", .type = OPTION_STRING, .offset = CHOICE(asn_db), \
	  .help = "Show the autonomous system of each address, by this file in MaxMind's " \
		  "format, such as GeoLite2-ASN.mmdb." }, \
	{ .name = "no-resolve", .letter = 'n', .type = OPTION_FLAG, .offset = CHOICE(no_resolve), \
	  .help = "Leave out host names. Those that are shown are stored; none is looked up." }

static const struct option_desc show_entries[] = {
	{ .name = "probes", .type = OPTION_FLAG, .offset = offsetof(struct show_options, probes),
	  .help = "A line each probe, with what its answer tells: ICMP type and code, the TTL and "
		  "TOS it came with, the TTL of the probe that it quotes, MPLS labels." },
	OPTIONS_CHOICE,
	OPTIONS_COMMON(offsetof(struct show_options, log_level)),
};

static const struct option_desc export_entries[] = {
	{ .name = "warts", .metavar = "FILE", .type = OPTION_STRING, .offset = FIELD(warts),
	  .help = "Write warts, the format of scamper, to this file; - is standard output." },
	{ .name = "jsonl", .metavar = "FILE", .type = OPTION_STRING, .offset = FIELD(jsonl),
	  .help = "Write JSON Lines to this file, a trace a line; - is standard output." },
	{ .name = "text", .metavar = "FILE", .type = OPTION_STRING, .offset = FIELD(text),
	  .help = "Write text to this file, as revprobe show prints it; - is standard output." },
	{ .name = "output", .letter = 'o', .metavar = "BASE", .type = OPTION_STRING,
	  .offset = FIELD(output),
	  .help = "Draw each trace or pair of a cycle: BASE.dot, and of it BASE.FORMAT by "
		  "Graphviz. With more than one target the names are BASE-TARGET, and no more than "
		  "a hundred are drawn." },
	{ .name = "format", .letter = 'f', .metavar = "FORMAT", .type = OPTION_CHOICE,
	  .offset = FIELD(format), .choices = picture_formats, .preset = "pdf",
	  .help = "What to draw pictures as: dot, gif, jpg, pdf, png, ps or svg." },
	{ .name = "no-merge", .type = OPTION_FLAG, .offset = FIELD(no_merge),
	  .help = "In pictures, keep hops apart that have the same address at different TTLs." },
	{ .name = "store-json", .letter = 's', .type = OPTION_FLAG, .offset = FIELD(study),
	  .help = "Write the study's JSON document of each trace or pair of a cycle, BASE.json." },
	{ .name = "endpoint", .metavar = "TARGET", .type = OPTION_STRING, .offset = FIELD(endpoint),
	  .help = "Only traces of this target: its name, as it was given, or its address." },
	OPTIONS_CHOICE,
	{ .name = "quiet", .letter = 'q', .type = OPTION_FLAG, .offset = FIELD(quiet),
	  .help = "Say nothing on standard error but errors." },
	OPTIONS_COMMON(FIELD(log_level)),
};
/* clang-format on */

const struct option_table show_option_table = {
	.program = "revprobe show",
	.version = PACKAGE_VERSION,
	.synopsis = "[OPTIONS] DB [TARGET]\n"
		    "       DB      database that revprobe --db wrote\n"
		    "       TARGET  only its traces: a name as it was given, or an address",
	.summary = "Prints what a database holds, as the traces were printed when they ended.",
	.options = show_entries,
	.count = ARRAY_LEN(show_entries),
};

const struct option_table export_option_table = {
	.program = "revprobe export",
	.version = PACKAGE_VERSION,
	.synopsis = "[OPTIONS] DB\n"
		    "       DB  database that revprobe --db wrote",
	.summary = "Writes what a database holds in other formats.",
	.options = export_entries,
	.count = ARRAY_LEN(export_entries),
};

static bool parse_seconds(const char *digits, int64_t *ret_us)
{
	char *end;
	long long seconds;

	errno = 0;
	seconds = strtoll(digits, &end, 10);
	if (errno || end == digits || *end || seconds < 0 || seconds > INT64_MAX / 1000000)
		return false;
	*ret_us = seconds * 1000000;
	return true;
}

bool stored_parse_time(const char *text, int64_t *ret_us)
{
	static const char *const formats[] = { "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S",
					       "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ" };

	if (text[0] == '@')
		return parse_seconds(text + 1, ret_us);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, formats[i], &tm);

		if (end && !*end) {
			*ret_us = (int64_t)timegm(&tm) * 1000000;
			return true;
		}
	}
	return false;
}

static enum option_outcome parse_cycle(const struct option_table *table, const char *text,
				       struct reader_filter *filter)
{
	char *end;
	unsigned long number;

	if (!text)
		return OPTION_OK;
	filter->newest = strcmp(text, "last") == 0;
	if (filter->newest)
		return OPTION_OK;
	number = strtoul(text, &end, 10);
	if (*end || number < 1 || number > UINT32_MAX || text[0] == '-')
		return option_refuse(table, "--cycle: '%s' is neither a number from 1 on nor last",
				     text);
	filter->cycle = (uint32_t)number;
	return OPTION_OK;
}

static enum option_outcome parse_moment(const struct option_table *table, const char *option,
					const char *text, int64_t *ret_us)
{
	if (!text || stored_parse_time(text, ret_us))
		return OPTION_OK;
	return option_refuse(table, "--%s: '%s' is no time such as '2026-11-24 13:05'", option,
			     text);
}

static enum option_outcome make_filter(const struct option_table *table,
				       const struct stored_choice *choice,
				       struct reader_filter *filter)
{
	enum option_outcome outcome;

	filter->list = choice->list;
	filter->without_names = choice->no_resolve;
	filter->has_direction = choice->direction > 0;
	filter->direction = choice->direction == 2 ? TRACE_REVERSE : TRACE_FORWARD;
	outcome = parse_cycle(table, choice->cycle, filter);
	if (outcome == OPTION_OK)
		outcome = parse_moment(table, "since", choice->since, &filter->since_us);
	if (outcome == OPTION_OK)
		outcome = parse_moment(table, "until", choice->until, &filter->until_us);
	return outcome;
}

enum option_outcome show_options_parse(int argc, char **argv, struct show_options *ret_options)
{
	struct show_options parsed = { 0 };
	bool given[ARRAY_LEN(show_entries)];
	enum option_outcome outcome;
	int operand;

	outcome = option_parse(&show_option_table, argc, argv, &parsed, given, &operand);
	if (outcome != OPTION_OK)
		return outcome;
	if (argc - operand < 1)
		return option_refuse(&show_option_table, "no database given");
	if (argc - operand > 2)
		return option_refuse(&show_option_table, "one database and one target, no more");
	parsed.database = argv[operand];
	parsed.filter.endpoint = argv[operand + 1];
	outcome = make_filter(&show_option_table, &parsed.choice, &parsed.filter);
	if (outcome == OPTION_OK)
		*ret_options = parsed;
	return outcome;
}

static enum option_outcome check_export(const struct export_options *o)
{
	const char *const streams[] = { o->warts, o->jsonl, o->text };
	int stdouts = 0, outputs = o->study || o->draws;

	for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
		outputs += streams[i] != NULL;
		stdouts += streams[i] && strcmp(streams[i], "-") == 0;
	}
	if (outputs == 0)
		return option_refuse(&export_option_table,
				     "nothing to write: --warts, --jsonl, --text, -o or -s");
	if (stdouts > 1)
		return option_refuse(&export_option_table,
				     "one output only can go to standard output");
	return OPTION_OK;
}

enum option_outcome export_options_parse(int argc, char **argv, struct export_options *ret_options)
{
	struct export_options parsed = { 0 };
	bool given[ARRAY_LEN(export_entries)];
	enum option_outcome outcome;
	int operand;

	outcome = option_parse(&export_option_table, argc, argv, &parsed, given, &operand);
	if (outcome != OPTION_OK)
		return outcome;
	if (argc - operand != 1)
		return option_refuse(&export_option_table, "one database is needed, and no more");
	parsed.database = argv[operand];
	parsed.draws = parsed.output != NULL;
	outcome = check_export(&parsed);
	if (outcome == OPTION_OK)
		outcome = make_filter(&export_option_table, &parsed.choice, &parsed.filter);
	if (outcome != OPTION_OK)
		return outcome;
	parsed.filter.endpoint = parsed.endpoint;
	if (!parsed.output)
		parsed.output = "trace";
	if (parsed.quiet)
		parsed.log_level = LOG_ERROR;
	*ret_options = parsed;
	return OPTION_OK;
}
