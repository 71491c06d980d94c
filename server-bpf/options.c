// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/options.h"

#include <stdio.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "config.h"

#define DEFAULT_SESSIONS   5000
#define DEFAULT_TIMEOUT_NS 5000000000ull
#define FIELD(member)	   offsetof(struct server_options, member)

static const char *const no_or_yes[] = {
	[OPTION_NO] = "no",
	[OPTION_YES] = "yes",
	NULL,
};

/* clang-format off */
static const struct option_desc options[] = {
	{ .letter = '4', .type = OPTION_FLAG, .offset = FIELD(v4),
	  .help = "Serve IPv4; without -4 and -6, both families." },
	{ .letter = '6', .type = OPTION_FLAG, .offset = FIELD(v6),
	  .help = "Serve IPv6; without -4 and -6, both families." },
	{ .name = "sessions", .letter = 'n', .metavar = "COUNT", .type = OPTION_U32,
	  .offset = FIELD(sessions), .min = 0, .max = 16000000, .preset = "5000",
	  .help = "Probes that may wait for an answer at one time; further requests are dropped "
		  "and counted. 0 means the default." },
	{ .name = "timeout", .letter = 't', .metavar = "TIME", .type = OPTION_DURATION,
	  .offset = FIELD(timeout_ns), .min = 0, .max = 3600e9, .preset = "5s",
	  .help = "How long a probe waits for its answer: a number of nanoseconds, or with one "
		  "of the suffixes ns, us, ms, s. 0 means the default." },
	{ .name = "sessions-per-target", .metavar = "COUNT", .type = OPTION_U32,
	  .offset = FIELD(sessions_per_target), .min = 0, .max = 16000000, .preset = "0",
	  .help = "How many of them may belong to one target: an IPv4 address or an IPv6 /64. "
		  "0 means a quarter." },
	{ .name = "tcp-syn-probes", .metavar = "WHETHER", .type = OPTION_CHOICE,
	  .offset = FIELD(tcp_syn_probes), .choices = no_or_yes, .preset = "yes",
	  .help = "Send TCP probes as SYNs (yes), or as segments without any flag and with four "
		  "bytes of data (no)." },
	{ .name = "indirect", .metavar = "WHETHER", .type = OPTION_CHOICE,
	  .offset = FIELD(indirect), .choices = no_or_yes, .preset = "no",
	  .help = "Serve requests for probes to another host than the one that asks (yes), or "
		  "refuse them (no)." },
	OPTIONS_COMMON(FIELD(log_level)),
};
/* clang-format on */

const struct option_table server_option_table = {
	.program = "revprobe-server",
	.version = PACKAGE_VERSION,
	.synopsis = "[-4] [-6] [-n SESSIONS] [-t TIMEOUT] [OPTIONS] INTERFACE ...",
	.summary =
		"Answers reverse-traceroute requests that arrive on the interfaces, until it is\n"
		"told to stop. SIGUSR1 prints the counters, SIGINT and SIGTERM end it.",
	.options = options,
	.count = ARRAY_LEN(options),
};

enum option_outcome server_options_parse(int argc, char **argv, struct server_options *ret_options)
{
	struct server_options parsed = { 0 };
	bool given[ARRAY_LEN(options)];
	enum option_outcome outcome;
	int operand;

	outcome = option_parse(&server_option_table, argc, argv, &parsed, given, &operand);
	if (outcome != OPTION_OK)
		return outcome;
	if (operand == argc) {
		fprintf(stderr, "%s: no interface given (try --help)\n",
			server_option_table.program);
		return OPTION_USAGE;
	}
	if (!parsed.v4 && !parsed.v6)
		parsed.v4 = parsed.v6 = true;
	if (!parsed.sessions)
		parsed.sessions = DEFAULT_SESSIONS;
	if (!parsed.sessions_per_target)
		parsed.sessions_per_target = parsed.sessions < 4 ? 1 : parsed.sessions / 4;
	if (!parsed.timeout_ns)
		parsed.timeout_ns = DEFAULT_TIMEOUT_NS;
	parsed.interfaces = argv + operand;
	*ret_options = parsed;
	return OPTION_OK;
}
