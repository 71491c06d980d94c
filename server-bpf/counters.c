// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/counters.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

const char *counter_name(enum server_counter counter)
{
	static const char *const names[COUNTER_COUNT] = {
		[COUNT_REQUEST] = "requests",
		[COUNT_PROBE] = "probes-sent",
		[COUNT_RESPONSE] = "results-sent",
		[COUNT_BAD_TTL] = "refused-ttl-0",
		[COUNT_BAD_PROTO] = "refused-protocol",
		[COUNT_NOT_ALLOWED] = "dropped-not-allowed",
		[COUNT_UNPADDED] = "dropped-unpadded",
		[COUNT_SOURCE_LIMIT] = "dropped-source-limit",
		[COUNT_NEWCOMER_LIMIT] = "dropped-newcomer-limit",
		[COUNT_TOTAL_LIMIT] = "dropped-total-limit",
		[COUNT_TARGET_LIMIT] = "dropped-target-limit",
		[COUNT_BAD_OBJECT] = "refused-target",
		[COUNT_DUPLICATE] = "dropped-live-identifier",
		[COUNT_FULL] = "dropped-table-full",
		[COUNT_TARGET_FULL] = "dropped-target-full",
		[COUNT_EXPIRED] = "sessions-unanswered",
		[COUNT_UNMATCHED] = "passed-unmatched-answer",
		[COUNT_TRUNCATED_REQUEST] = "passed-truncated-request",
		[COUNT_BAD_SOURCE] = "passed-bad-source",
		[COUNT_BAD_DESTINATION] = "passed-not-this-host",
		[COUNT_BAD_CHECKSUM] = "passed-bad-checksum",
		[COUNT_FRAGMENT] = "passed-fragment",
		[COUNT_OTHER] = "passed-other",
		[COUNT_NO_ROUTE] = "dropped-no-route",
		[COUNT_RESPONSE_NO_ROUTE] = "dropped-result-no-route",
		[COUNT_REWRITE_FAILED] = "dropped-rewrite-failed",
		[COUNT_SYN_ACK_CLONED] = "syn-ack-given-to-kernel",
		[COUNT_EVENT_LOST] = "events-not-logged",
		[COUNT_SENT_BACK] = "sent-without-route",
	};

	return counter < COUNTER_COUNT ? names[counter] : NULL;
}

int counters_read(int fd, struct counter_values *ret_values)
{
	struct counter_values sums = { 0 };
	int cpus = libbpf_num_possible_cpus();
	uint64_t *per_cpu;

	if (cpus < 0)
		return cpus;
	per_cpu = calloc((size_t)cpus, sizeof(*per_cpu));
	if (!per_cpu)
		return -ENOMEM;
	for (uint32_t key = 0; key < COUNTER_COUNT * FAMILY_COUNT; key++) {
		if (bpf_map_lookup_elem(fd, &key, per_cpu)) {
			int err = -errno;

			free(per_cpu);
			return err;
		}
		for (int cpu = 0; cpu < cpus; cpu++)
			sums.of[key / FAMILY_COUNT][key % FAMILY_COUNT] += per_cpu[cpu];
	}
	free(per_cpu);
	*ret_values = sums;
	return 0;
}

void counters_print(FILE *out, const struct counter_values *values)
{
	fprintf(out, "%-26s %14s %14s\n", "counter", "IPv4", "IPv6");
	for (int i = 0; i < COUNTER_COUNT; i++) {
		const uint64_t *of = values->of[i];

		if (of[FAMILY_V4] || of[FAMILY_V6])
			fprintf(out, "%-26s %14" PRIu64 " %14" PRIu64 "\n",
				counter_name((enum server_counter)i), of[FAMILY_V4], of[FAMILY_V6]);
	}
	fflush(out);
}
