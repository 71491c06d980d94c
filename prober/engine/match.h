// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ties a reply to the probe that caused it, or says why it can't: by peer,
 * identifier, protocol, flow and keyed value.  Changes nothing.
 */
#pragma once

#include "prober/engine/trace.h"

struct match_tables {
	const struct hosts *hosts;
	const struct inflight *inflight;
	const struct pool *traces; /* of struct trace */
	const struct identity_key *key;
	uint64_t timeout_ns; /* of probes */
};

/* What this probe of this trace asks for, without what the key adds. */
struct probe_spec match_asked(const struct trace *t, uint32_t index);
/* What was sent as this probe, sealed with the key. */
void match_spec(const struct identity_key *key, const struct trace *t, uint32_t index,
		struct probe_spec *ret_spec);

/*
 * MATCH_ANSWER, MATCH_SENT or MATCH_ARRIVAL with the trace and the index of its
 * probe; any other verdict leaves both untouched.
 */
enum match_verdict match_reply(const struct match_tables *tables, const struct reply *reply,
			       struct trace **ret_trace, uint32_t *ret_probe);
