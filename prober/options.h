// SPDX-License-Identifier: GPL-2.0-or-later
/* The prober's command line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/option.h"
#include "output/record.h"
#include "prober/transmit_options.h"

#define OPTIONS_ANONYMOUS_MAX 10000 /* targets without --contact; its help says so, too */

enum options_direction { DIRECTION_FORWARD, DIRECTION_REVERSE, DIRECTION_TWO_WAY };
enum options_mode { MODE_SINGLEPATH, MODE_MULTIPATH };
enum options_protocol { PROTOCOL_UDP, PROTOCOL_TCP, PROTOCOL_ICMP };

/* The table's fields come first; what operands say is below. */
struct prober_options {
	/* Whom. */
	struct option_list targets;
	struct option_list endpoints;
	struct option_list blocklists;
	struct option_list allowlists;
	const char *forward_to;
	const char *contact;
	uint64_t seed; /* of the order; drawn if not given */
	uint32_t shards;
	uint32_t shard;
	/* How fast, how long. */
	uint64_t timeout_ns;
	uint64_t inter_ns;	 /* 0: no limit */
	uint64_t max_runtime_ns; /* 0: no limit */
	double min_hitrate;	 /* 0: none */
	uint32_t rate_pps;	 /* 0: no limit */
	uint64_t bandwidth;	 /* bits a second, 0: no limit beside the rate's */
	uint32_t window;	 /* 0: from the rate */
	/* Which probes. */
	uint32_t abort; /* gap limit */
	uint32_t ahead; /* 0: the engine's default */
	uint32_t min_ttl;
	uint32_t max_ttl;
	uint32_t flow; /* 0: the protocol's default */
	uint32_t probes;
	uint32_t retry;
	double confidence;
	double confidence_trace; /* 0: not given */
	uint32_t min_burst;
	uint32_t max_burst;
	uint32_t budget;
	int method; /* enum mda_method */
	/* Where from, where to. */
	const char *interface;
	const char *source;
	const char *db;
	const char *text;
	const char *jsonl;
	const char *warts;
	const char *output; /* BASE of files that show one trace each */
	const char *asn_db;
	const char *metrics;
	const char *geo_db;
	struct collector_options collector;
	int format;    /* index in picture_formats */
	int progress;  /* enum progress_mode */
	int log_level; /* enum log_level */
	bool v4;
	bool v6;
	bool no_resolve;
	bool resolve; /* what holds, once parsed: the opposite of no_resolve */
	bool opt_single_vertex_hop;
	bool skip_invalid;
	bool allow_special;
	bool dry_run;
	bool no_contact;
	bool study;
	bool no_merge;
	bool resolve_aliases;
	bool alias_private;
	bool transmit;
	bool redact_source;
	bool quiet;

	bool inter_is_given; /* then it is kept packet by packet */
	bool rate_is_given;
	bool is_sweep; /* unattended: one target that comes to nothing is no failure */
	bool draws;    /* pictures are wanted */
	enum options_direction direction;
	enum options_protocol protocol;
	enum options_mode mode;
	char **operands; /* hosts, addresses, prefixes; into argv */
	size_t operand_count;
};

extern const struct option_table prober_option_table;

/* Parses, checks and completes; what is wrong was said in one line to stderr. */
enum option_outcome prober_options_parse(int argc, char **argv, struct prober_options *ret_options);

/* For tables that have this one in them: the same from parsed fields on; `given` is this
 * table's.  Direction, protocol and mode are set. */
enum option_outcome prober_options_complete(struct prober_options *o, const bool *given);

/* By their enums; NULL at the end. */
extern const char *const options_progress_names[];
extern const char *const options_direction_names[];
extern const char *const options_protocol_names[];
extern const char *const options_mode_names[];

/* "reverse", "udp": as on the command line. */
const char *options_direction_name(enum options_direction direction);
const char *options_protocol_name(enum options_protocol protocol);
const char *options_mode_name(enum options_mode mode);
