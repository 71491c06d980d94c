// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/collect_options.h"

#include <stdio.h>

#include "base/container.h"
#include "base/log.h"
#include "config.h"

#define FIELD(member) offsetof(struct collect_options, member)

/* clang-format off */
static const struct option_desc options[] = {
	{ .name = "listen", .metavar = "[ADDR:]PORT", .type = OPTION_STRING, .offset = FIELD(listen),
	  .help = "Where documents are taken, over HTTP; an IPv6 address in brackets." },
	{ .name = "db", .letter = 'd', .metavar = "FILE", .type = OPTION_STRING, .offset = FIELD(db),
	  .help = "The database that they are stored in; created where there is none." },
	{ .name = "auth-file", .metavar = "FILE", .type = OPTION_STRING,
	  .offset = FIELD(auth_file),
	  .help = "Who may send: lines NAME:HASH, in a file that is closed to others; read again "
		  "on SIGHUP." },
	{ .name = "make-account", .metavar = "NAME", .type = OPTION_STRING,
	  .offset = FIELD(make_account),
	  .help = "Print a line for that file, for a password that is read from standard input, "
		  "and end." },
	{ .name = "user-rate", .metavar = "N[/BURST]", .type = OPTION_RATE,
	  .offset = FIELD(user_rate), .min = 1, .max = 1000000, .preset = "50/1000",
	  .help = "Documents a second that one account may send, each 64 KiB of a longer one "
		  "counting as one; off is no limit." },
	{ .name = "max-body", .metavar = "BYTES", .type = OPTION_U32, .offset = FIELD(max_body),
	  .min = 1024, .max = 67108864, .preset = "1048576",
	  .help = "The longest document that is read, as it comes." },
	{ .name = "max-document", .metavar = "BYTES", .type = OPTION_U32,
	  .offset = FIELD(max_document), .min = 1024, .max = 268435456, .preset = "8388608",
	  .help = "The longest document when it is unpacked." },
	{ .name = "max-connections", .metavar = "N", .type = OPTION_U32,
	  .offset = FIELD(max_connections), .min = 1, .max = 100000, .preset = "512",
	  .help = "Connections at one time; more wait." },
	{ .name = "request-timeout", .metavar = "S", .type = OPTION_SECONDS,
	  .offset = FIELD(request_timeout_ns), .min = 1, .max = 3600, .preset = "30",
	  .help = "How many seconds a connection may take in all." },
	{ .name = "behind-proxy", .type = OPTION_FLAG, .offset = FIELD(behind_proxy),
	  .help = "Take the client's address from the last part of X-Forwarded-For." },
	{ .name = "quiet", .letter = 'q', .type = OPTION_FLAG, .offset = FIELD(quiet),
	  .help = "Say nothing on standard error but errors." },
	OPTIONS_COMMON(FIELD(log_level)),
};
/* clang-format on */

const struct option_table collect_option_table = {
	.program = "revprobe collect",
	.version = PACKAGE_VERSION,
	.synopsis = "[OPTIONS] --listen [ADDR:]PORT --db FILE --auth-file FILE",
	.summary = "Receives measurements that others send, and stores them.",
	.options = options,
	.count = ARRAY_LEN(options),
};

static const char *find_missing(const struct collect_options *o)
{
	if (o->make_account)
		return NULL;
	return !o->listen ? "--listen" : !o->db ? "--db" : !o->auth_file ? "--auth-file" : NULL;
}

enum option_outcome collect_options_parse(int argc, char **argv,
					  struct collect_options *ret_options)
{
	struct collect_options parsed = { 0 };
	bool given[ARRAY_LEN(options)];
	enum option_outcome outcome;
	const char *missing;
	int operand;

	outcome = option_parse(&collect_option_table, argc, argv, &parsed, given, &operand);
	if (outcome != OPTION_OK)
		return outcome;
	missing = find_missing(&parsed);
	if (missing || operand < argc) {
		fprintf(stderr, "%s: %s%s\n", collect_option_table.program,
			missing ? missing : "takes no operand: ",
			missing ? " is needed" : argv[operand]);
		return OPTION_USAGE;
	}
	if (parsed.quiet)
		parsed.log_level = LOG_ERROR;
	*ret_options = parsed;
	return OPTION_OK;
}
