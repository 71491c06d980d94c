// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A run: one event loop that wires targets, engine, network and sinks.  Owns the
 * loop, the engine, the sockets and the pace; targets, names and sinks stay the caller's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "output/fanout.h"
#include "prober/campaign/progress.h"
#include "prober/campaign/stats.h"
#include "prober/engine/mda.h"
#include "prober/probe/identity.h"
#include "targets/target.h"

struct campaign;

struct campaign_config {
	bool forward, reverse;
	bool udp, tcp, icmp; /* one of them */
	enum trace_mode mode;
	uint16_t flow; /* single path */
	uint32_t probes;
	uint8_t min_ttl, max_ttl;
	uint8_t gap_limit;
	uint8_t ahead;
	uint64_t timeout_ns;
	uint64_t inter_ns;    /* to one host; 0: no limit */
	bool inter_is_strict; /* keep each gap, not only each second's number */
	uint32_t rate_pps;    /* in all; 0: no limit */
	bool rate_is_strict;
	uint32_t window; /* traces in flight */
	enum resolver_family family;
	int ifindex;	    /* 0: as routed */
	struct addr source; /* none: as routed */
	struct addr toward; /* reverse: who gets the probes; none: this host */
	bool skip_invalid;
	double min_hitrate;	 /* halt below that share of answers; 0: never */
	uint32_t targets_max;	 /* halt before more than that; 0: no limit */
	const char *metrics;	 /* where to serve numbers; NULL: nowhere */
	const char *contact;	 /* goes along in packets; NULL: none */
	uint64_t max_runtime_ns; /* then as by a signal; 0: no limit */
	enum progress_mode progress;
	bool shows_results; /* on the terminal */
	bool allow_special;
	struct choice *choice; /* who may be probed: read again on SIGHUP */
	struct names *names;   /* gets the host names of what answers; NULL: nobody asks */
	struct identity_key key;
	struct mda_config mda; /* multipath */
	uint32_t budget;       /* multipath: probes a trace */
};

/*
 * Opens sockets and capture.  Returns 0 or -errno with the reason logged: -EPERM
 * without CAP_NET_RAW.
 */
int campaign_open(const struct campaign_config *config, struct target_source *source,
		  struct fanout *sinks, struct campaign **ret_campaign);
/* Takes NULL. */
void campaign_close(struct campaign *c);

/*
 * Traces everything, until all is done or a signal ends it: SIGINT or SIGTERM once
 * sends no more and awaits what is under way, twice ends now.  It does the same to itself
 * where it ought not to go on.  Returns RUN_FAILED, with the reason logged, when the
 * network or a sink failed.
 */
enum run_state campaign_run(struct campaign *c);

/* Why it ended itself, as a clause; NULL: it did not.  Valid as long as the campaign. */
const char *campaign_reason(const struct campaign *c);

/* What was counted so far. */
void campaign_get_stats(const struct campaign *c, struct campaign_stats *ret_stats);
