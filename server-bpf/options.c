// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/options.h"

#include <stdio.h>
#include <string.h>

#include "base/container.h"
#include "base/listen_address.h"
#include "base/log.h"
#include "config.h"

#define DEFAULT_SESSIONS   5000
#define DEFAULT_TIMEOUT_NS 5000000000ull
#define FIELD(member)	   offsetof(struct server_options, member)

/* Levels as every program has them, then what only a server can tell. */
static const char *const log_words[] = { "error", "warning", "info",	 "debug",
					 "quiet", "events",  "sessions", NULL };
static const struct {
	enum log_level level;
	enum event_level events;
} log_meanings[] = {
	{ LOG_ERROR, EVENTS_NONE },    { LOG_WARN, EVENTS_NONE },  { LOG_INFO, EVENTS_NONE },
	{ LOG_DEBUG, EVENTS_NONE },    { LOG_ERROR, EVENTS_NONE }, { LOG_INFO, EVENTS_REFUSED },
	{ LOG_INFO, EVENTS_SESSIONS },
};

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
	{ .name = "allow-from", .metavar = "FILE", .type = OPTION_STRING,
	  .offset = FIELD(allow[ACCESS_DIRECT]),
	  .help = "Serve only sources that this list of addresses and prefixes holds, of both "
		  "families, one a line, # for comments; without it everybody is served, with an "
		  "empty one nobody. SIGHUP reads it again." },
	{ .name = "allow-indirect-from", .metavar = "FILE", .type = OPTION_STRING,
	  .offset = FIELD(allow[ACCESS_INDIRECT]),
	  .help = "Who of those that are served may have a third host traced: a list as for "
		  "--allow-from; without it all of them." },
	{ .name = "rate-limit", .metavar = "PPS[/BURST]", .type = OPTION_RATE,
	  .offset = FIELD(rate_source), .min = 1, .max = 10000000, .preset = "200/400",
	  .help = "Requests of one source network (/24 or /48) that are served in a second, and "
		  "at once after a time of silence; 0 or off: no limit." },
	{ .name = "rate-limit-total", .metavar = "PPS[/BURST]", .type = OPTION_RATE,
	  .offset = FIELD(rate_total), .min = 1, .max = 10000000, .preset = "10000/1000",
	  .help = "Requests of all sources together, likewise." },
	{ .name = "rate-limit-target", .metavar = "PPS[/BURST]", .type = OPTION_RATE,
	  .offset = FIELD(rate_target), .min = 1, .max = 10000000, .preset = "50/100",
	  .help = "Probes towards third hosts in one network (/24 or /48), likewise, whoever "
		  "asks for them." },
	{ .name = "require-padding", .type = OPTION_FLAG, .offset = FIELD(require_padding),
	  .help = "Serve only requests that are at least as long as the longest packet that "
		  "serving them sends; revprobe pads its requests, deployed clients do not." },
	{ .name = "metrics", .metavar = "[ADDR:]PORT", .type = OPTION_STRING,
	  .offset = FIELD(metrics),
	  .help = "Serve the counters and more to Prometheus, as /metrics, at this address; the "
		  "loopback address if only a port is given." },
	{ .name = "dry-run", .type = OPTION_FLAG, .offset = FIELD(dry_run),
	  .help = "Load and verify the program, read the lists, look at the interfaces, say what "
		  "was found and end, without serving." },
	{ .name = "log", .letter = 'l', .metavar = "WHAT", .type = OPTION_CHOICE,
	  .offset = FIELD(log), .choices = log_words, .preset = "info",
	  .help = "What to say on standard error: error (or quiet), warning, info or debug; "
		  "events: info, and each request that is dropped or refused; sessions: events, "
		  "and each session; of these two at most 100 lines a second." },
	OPTIONS_INFORM,
};
/* clang-format on */

const struct option_table server_option_table = {
	.program = "revprobe-server",
	.version = PACKAGE_VERSION,
	.synopsis = "[-4] [-6] [-n SESSIONS] [-t TIMEOUT] [OPTIONS] INTERFACE ...",
	.summary =
		"Answers reverse-traceroute requests that arrive on the interfaces, until it is\n"
		"told to stop. SIGUSR1 prints the counters, SIGHUP reads the lists again, SIGINT\n"
		"and SIGTERM end it.",
	.options = options,
	.count = ARRAY_LEN(options),
};

static bool server_options_check_metrics(const char *text)
{
	char host[LISTEN_HOST_LEN];
	uint16_t port;

	if (listen_address(text, 1, host, &port) == 0)
		return true;
	fprintf(stderr, "%s: --metrics: '%s' is not PORT, ADDRESS:PORT or [ADDRESS]:PORT\n",
		server_option_table.program, text);
	return false;
}

enum option_outcome server_options_parse(int argc, char **argv, struct server_options *ret_options)
{
	struct server_options parsed = { 0 };
	bool given[ARRAY_LEN(options)];
	enum option_outcome outcome;
	int operand;

	outcome = option_parse(&server_option_table, argc, argv, &parsed, given, &operand);
	if (outcome != OPTION_OK)
		return outcome;
	if (operand == argc)
		return option_refuse(&server_option_table, "no interface given");
	if (parsed.metrics && !server_options_check_metrics(parsed.metrics))
		return OPTION_USAGE;
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

enum log_level server_options_log_level(const struct server_options *of)
{
	return log_meanings[of->log].level;
}

enum event_level server_options_events(const struct server_options *of)
{
	return log_meanings[of->log].events;
}
