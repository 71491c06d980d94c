// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit/consent.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static void consent_describe(const struct consent_question *q)
{
	fprintf(stderr, "To be sent to %s, %s%s%s:\n", q->collector,
		*q->user ? "as '" : "without a name", q->user, *q->user ? "'" : "");
	if (q->waiting > 0) {
		fprintf(stderr, "  %lld measurements that wait for another collector\n",
			(long long)q->waiting);
		return;
	}
	fprintf(stderr, "  the target as it was given, protocol and settings;\n"
			"  all addresses on the ways there and back, with their round trips;\n");
	fprintf(stderr, "  %s host names%s;\n", q->with_names ? "their" : "no",
		q->with_names ? " (--no-resolve leaves them out)" : "");
	fprintf(stderr, "  %s.\n",
		q->with_source ? "the address of this host (--redact-source leaves it out)"
			       : "not the address of this host");
}

/* "y" or "yes", in whatever case, and nothing else. */
static bool consent_is_yes(const char *line)
{
	return strcasecmp(line, "y\n") == 0 || strcasecmp(line, "yes\n") == 0;
}

int consent_ask(const struct consent_question *q, bool yes)
{
	char line[16] = "";

	if (yes)
		return 0;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		log_error("nobody is there to ask whether measurements may be sent to %s: "
			  "-y says yes",
			  q->collector);
		return -ENOTTY;
	}
	consent_describe(q);
	fprintf(stderr, "Send it? [y/N] ");
	fflush(stderr);
	if (fgets(line, sizeof(line), stdin) && consent_is_yes(line))
		return 0;
	log_error("not sent, and nothing done");
	return -EACCES;
}
