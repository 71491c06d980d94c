// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/collect/counts.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/container.h"

#define PREFIX "revprobe_collect_"

const char *count_end_name(enum count_end end)
{
	switch (end) {
	case COUNT_STORED:
		return "stored";
	case COUNT_REPEATED:
		return "repeated";
	case COUNT_CONFLICT:
		return "key-conflict";
	case COUNT_MALFORMED:
		return "malformed";
	case COUNT_TOO_LARGE:
		return "too-large";
	case COUNT_UNSUPPORTED:
		return "unsupported";
	case COUNT_UNAUTHORIZED:
		return "unauthorized";
	case COUNT_GUARDED:
		return "guarded";
	case COUNT_LIMITED:
		return "limited";
	case COUNT_BUSY:
		return "busy";
	case COUNT_FAILED:
		return "failed";
	case COUNT_OTHER:
		return "other";
	case COUNT_ENDS:
		break;
	}
	return NULL;
}

static void print_head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name, type);
}

void counts_print(FILE *out, const struct counts *c, const char *version)
{
	const struct {
		const char *name, *type, *help;
		uint64_t value;
	} numbers[] = {
		{ "document_bytes_total", "counter", "Bytes of documents that were stored.",
		  c->bytes },
		{ "commits_total", "counter", "Transactions.", c->commits },
		{ "passwords_compared_total", "counter", "Passwords that had to be hashed.",
		  c->hashed },
		{ "connections_cut_total", "counter", "Connections that took too long.", c->cut },
		{ "connections_full_total", "counter", "Times when no more were taken.", c->full },
		{ "connections", "gauge", "Connections, at most a second ago.", c->connections },
		{ "passwords_waiting", "gauge", "Passwords that wait to be hashed.", c->hashing },
		{ "accounts", "gauge", "Accounts that may send.", c->accounts },
	};

	print_head(out, "build_info", "gauge", "The version that runs; always 1.");
	fprintf(out, PREFIX "build_info{version=\"%s\"} 1\n", version);
	print_head(out, "requests_total", "counter", "Requests by what became of them.");
	for (int i = 0; i < COUNT_ENDS; i++)
		fprintf(out, PREFIX "requests_total{end=\"%s\"} %" PRIu64 "\n",
			count_end_name((enum count_end)i), c->ends[i]);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		print_head(out, numbers[i].name, numbers[i].type, numbers[i].help);
		fprintf(out, PREFIX "%s %" PRIu64 "\n", numbers[i].name, numbers[i].value);
	}
	print_head(out, "commit_seconds_total", "counter", "Time that transactions took to end.");
	fprintf(out, PREFIX "commit_seconds_total %.6f\n", (double)c->commit_ns / (double)NS_PER_S);
}
