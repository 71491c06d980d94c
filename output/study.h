// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The study's document: what the Augsburg traceroute client writes with -s and
 * uploads, field by field; docs/study-json.md tells where ours differ.  Traces are in
 * it raw: no vertices are merged.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "output/record.h"

/* How to write a document: as the reference does, ASCII only, and without the digits
 * of a double that say nothing. */
#define STUDY_DUMP_FLAGS (JSON_INDENT(4) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15))
/* The same, to be sent. */
#define STUDY_SEND_FLAGS (JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15))

/* What the command line asked for, so far as the document tells. */
struct study_settings {
	uint32_t min_ttl;
	uint32_t max_ttl;
	uint64_t inter_ns;
	uint64_t timeout_ns;
	uint32_t abort;
	uint32_t probes; /* single path only; those below are multipath only */
	uint32_t retry;
	uint32_t min_burst;
	uint32_t max_burst;
	bool single_vertex_probe_opt;
	bool is_indirect;   /* reverse: the probes went to somebody else, not to us */
	bool redact_source; /* our own address is left out; the run's config does not say so */
};

/*
 * Reads them from the `config` of a run, which has every setting by the name of its
 * option, and is stored with the results: documents can be made of those, too.
 * Returns 0 or -EINVAL, with the reason logged.
 */
int study_settings_read(const char *config, struct study_settings *ret_settings);

/* The names of an address, the canonical one first, and NULL behind the last; NULL if
 * it has none.  Valid until the next call. */
typedef const char *const *study_names(void *context, const struct addr *addr);

/*
 * The document of one trace, or of both directions of a two-way trace: either may be
 * NULL.  `names` may be NULL: no host names.  NULL is returned for lack of memory and
 * for no other reason.
 *
 * With redact_source the vertices of this host have the address 0.0.0.0 or ::, its hash
 * and no names: the root of a forward trace, and in a reverse one whoever has the
 * address that the probes went to, or is as far away as a probe that was seen to come
 * in here: behind a NAT that is another address.
 */
json_t *study_document(const struct study_settings *settings, const struct trace_record *forward,
		       const struct trace_record *reverse, study_names *names, void *context);
