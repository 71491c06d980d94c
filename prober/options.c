// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/options.h"

#include <sodium.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "config.h"
#include "output/picture.h"
#include "prober/bandwidth.h"
#include "prober/engine/engine.h"
#include "prober/options_check.h"
#include "prober/probe/spec.h"
#include "targets/choice.h"

#define FIELD(member) offsetof(struct prober_options, member)

const char *const options_progress_names[] = { "auto", "always", "never", NULL };
static const char *const method_names[] = { "node", "mda", "lite", NULL };

/* clang-format off */
static const struct option_desc options[] = {
	{ .letter = '4', .type = OPTION_FLAG, .offset = FIELD(v4),
	  .help = "Use IPv4 addresses of host names only; without -4 and -6, IPv4 first." },
	{ .letter = '6', .type = OPTION_FLAG, .offset = FIELD(v6),
	  .help = "Use IPv6 addresses of host names only." },
	{ .name = "no-resolve", .letter = 'n', .type = OPTION_FLAG, .offset = FIELD(no_resolve),
	  .help = "Do not look up the host names of the addresses that answer." },
	{ .name = "resolve", .type = OPTION_FLAG, .offset = FIELD(resolve),
	  .help = "Look them up in any case. Without -n and --resolve that happens where text "
		  "is written and every target is a name or an address on the command line, not "
		  "for prefixes and lists." },
	{ .name = "timeout", .metavar = "S", .type = OPTION_SECONDS, .offset = FIELD(timeout_ns),
	  .min = 0.001, .max = 3600, .preset = "2",
	  .help = "How many seconds to wait for an answer." },
	{ .name = "inter", .metavar = "S", .type = OPTION_SECONDS, .offset = FIELD(inter_ns),
	  .min = 0, .max = 3600, .preset = "0.02",
	  .help = "Least gap between two packets to one remote host, in seconds; 0 is no limit. "
		  "By default the packets of a second may leave together, and no second has "
		  "more; when the option is given, each gap is kept." },
	{ .name = "rate", .letter = 'r', .metavar = "PPS", .type = OPTION_U32,
	  .offset = FIELD(rate_pps), .min = 0, .max = 10000000, .preset = "1000",
	  .help = "Packets a second, all together; 0 is no limit." },
	{ .name = "bandwidth", .letter = 'B', .metavar = "BITS", .type = OPTION_BITS,
	  .offset = FIELD(bandwidth), .min = 1000, .max = 1e12,
	  .help = "The same in bits a second of Ethernet frames, with K, M or G for a thousand, a "
		  "million, a thousand millions: as many packets as that is if each were the "
		  "longest. With --rate the lower of both." },
	{ .name = "window", .letter = 'w', .metavar = "N", .type = OPTION_U32,
	  .offset = FIELD(window), .min = 1, .max = ENGINE_WINDOW_MAX,
	  .help = "Traces in flight; without it, as many as the rate keeps busy." },
	{ .name = "abort", .metavar = "N", .type = OPTION_U32, .offset = FIELD(abort),
	  .min = 1, .max = 254, .preset = "3",
	  .help = "End a trace after that many silent or repeated hops in a row." },
	{ .name = "ahead", .metavar = "N", .type = OPTION_U32, .offset = FIELD(ahead),
	  .min = 0, .max = 254, .preset = "0",
	  .help = "Single path: send no further than that many hops beyond those that are "
		  "known.  1 sends nothing in vain beyond a path's end, at one round trip a "
		  "hop, which a campaign with many traces in flight need not mind; 0 is 5, or "
		  "as far as --abort says." },
	{ .name = "min-ttl", .metavar = "N", .type = OPTION_U32, .offset = FIELD(min_ttl),
	  .min = 1, .max = ENGINE_TTL_MAX, .preset = "1",
	  .help = "First TTL to probe." },
	{ .name = "max-ttl", .metavar = "N", .type = OPTION_U32, .offset = FIELD(max_ttl),
	  .min = 1, .max = ENGINE_TTL_MAX, .preset = "30",
	  .help = "Last TTL to probe." },
	{ .name = "flow", .metavar = "N", .type = OPTION_U32, .offset = FIELD(flow),
	  .min = 1, .max = 65535,
	  .help = "Flow identifier that load balancers see: the destination port (UDP, TCP) or "
		  "the checksum (ICMP) of every probe. Without it 33434, and 80 for TCP." },
	{ .name = "probes", .metavar = "N", .type = OPTION_U32, .offset = FIELD(probes),
	  .min = 1, .max = ENGINE_PROBES_MAX, .preset = "3",
	  .help = "Probes a hop." },
	{ .name = "confidence", .metavar = "P", .type = OPTION_FRACTION,
	  .offset = FIELD(confidence), .min = 0.000001, .max = 0.5, .preset = "0.05",
	  .help = "Multipath: the chance to miss a next hop of a router, at most." },
	{ .name = "confidence-trace", .metavar = "P", .type = OPTION_FRACTION,
	  .offset = FIELD(confidence_trace), .min = 0.000001, .max = 0.5,
	  .help = "Multipath: the chance to miss anything in a trace of up to 16 branching "
		  "routers, at most; instead of --confidence." },
	{ .name = "retry", .metavar = "N", .type = OPTION_U32, .offset = FIELD(retry),
	  .min = 0, .max = MDA_RETRIES_MAX, .preset = "3",
	  .help = "Multipath: how often a flow that is not answered is sent again." },
	{ .name = "min-burst", .metavar = "N", .type = OPTION_U32, .offset = FIELD(min_burst),
	  .min = 1, .max = 4000, .preset = "20",
	  .help = "Multipath: probes of a trace that may await their answers at first, and "
		  "after a loss." },
	{ .name = "max-burst", .metavar = "N", .type = OPTION_U32, .offset = FIELD(max_burst),
	  .min = 1, .max = 4000, .preset = "500",
	  .help = "Multipath: the same after doubling as long as all are answered." },
	{ .name = "opt-single-vertex-hop", .type = OPTION_FLAG,
	  .offset = FIELD(opt_single_vertex_hop),
	  .help = "Multipath, method mda: don't ask where a flow comes by if the hop before "
		  "has one router." },
	{ .name = "method", .metavar = "NAME", .type = OPTION_CHOICE, .offset = FIELD(method),
	  .choices = method_names, .preset = "node",
	  .help = "Multipath: node counts the flows of each router; mda those of a hop by its rarest "
		  "router, as the deployed client does; lite those of a hop as one, at less than "
		  "half the probes, but without a bound for routers that balance on their own." },
	{ .name = "budget", .metavar = "N", .type = OPTION_U32, .offset = FIELD(budget),
	  .min = 100, .max = ENGINE_BUDGET_MAX, .preset = "8192",
	  .help = "Multipath: probes a trace, at most." },
	{ .name = "forward-to", .metavar = "HOST", .type = OPTION_STRING,
	  .offset = FIELD(forward_to),
	  .help = "Reverse: ask the endpoints to trace towards this host instead of us." },
	{ .name = "targets", .letter = 't', .metavar = "FILE", .type = OPTION_LIST,
	  .offset = FIELD(targets),
	  .help = "Read targets from a file, one host name, address or prefix a line; - is "
		  "standard input. May be given many times." },
	{ .name = "endpoints", .metavar = "FILE", .type = OPTION_LIST, .offset = FIELD(endpoints),
	  .help = "Read endpoints from a file of lines address;asnumber;email_contact. May be "
		  "given many times." },
	{ .name = "skip-invalid", .type = OPTION_FLAG, .offset = FIELD(skip_invalid),
	  .help = "Pass over bad lines of files and count them; without it the first ends the "
		  "run." },
	{ .name = "allow-special", .type = OPTION_FLAG, .offset = FIELD(allow_special),
	  .help = "Do not pass over private and other special-purpose addresses in lists and "
		  "prefixes." },
	{ .name = "min-hitrate", .metavar = "P", .type = OPTION_FRACTION,
	  .offset = FIELD(min_hitrate), .min = 0, .max = 1,
	  .help = "Halt, as if interrupted, when a smaller share of the packets of ten seconds is "
		  "answered; without it, or with 0, never." },
	{ .name = "contact", .metavar = "URI", .type = OPTION_STRING, .offset = FIELD(contact),
	  .help = "Whom to ask about these packets, mailto: or https:, of no more than 64 "
		  "characters; goes along in requests and in probes of UDP and ICMP (RFC 9511). "
		  "Needed for more than 10000 targets." },
	{ .name = "no-contact", .type = OPTION_FLAG, .offset = FIELD(no_contact),
	  .help = "More than 10000 targets without --contact." },
	{ .name = "max-runtime", .metavar = "S", .type = OPTION_SECONDS,
	  .offset = FIELD(max_runtime_ns), .min = 0.001, .max = 31536000,
	  .help = "Send no more after so many seconds: as if interrupted." },
	{ .name = "dry-run", .type = OPTION_FLAG, .offset = FIELD(dry_run),
	  .help = "Send nothing: print the targets, in the order they would be traced in." },
	{ .name = "metrics", .metavar = "[ADDR:]PORT", .type = OPTION_STRING,
	  .offset = FIELD(metrics),
	  .help = "Serve the counters to Prometheus, as /metrics, and as JSON, as /status, while the "
		  "run goes on; without an address at 127.0.0.1." },
	{ .name = "progress", .metavar = "WHEN", .type = OPTION_CHOICE, .offset = FIELD(progress),
	  .choices = options_progress_names, .preset = "auto",
	  .help = "Say how far it is: on a terminal on a line that is written over, elsewhere every "
		  "ten seconds; auto: unless results go to the terminal, or with -q." },
	{ .name = "blocklist", .metavar = "FILE", .type = OPTION_LIST, .offset = FIELD(blocklists),
	  .help = "Never send to the addresses and prefixes in this file, one a line. May be given "
		  "many times; " CHOICE_SYSTEM_FILE " is honoured in any case." },
	{ .name = "allowlist", .metavar = "FILE", .type = OPTION_LIST, .offset = FIELD(allowlists),
	  .help = "Send only to those in this file. May be given many times." },
	{ .name = "seed", .metavar = "N", .type = OPTION_U64, .offset = FIELD(seed),
	  .help = "What the order of the targets comes from; without it, something new each "
		  "time." },
	{ .name = "shards", .metavar = "N", .type = OPTION_U32, .offset = FIELD(shards),
	  .min = 1, .max = 65536, .preset = "1",
	  .help = "Divide the targets among that many runs." },
	{ .name = "shard", .metavar = "I", .type = OPTION_U32, .offset = FIELD(shard),
	  .min = 0, .max = 65535, .preset = "0",
	  .help = "Which of them this run takes, from 0." },
	{ .name = "interface", .letter = 'i', .metavar = "NAME", .type = OPTION_STRING,
	  .offset = FIELD(interface),
	  .help = "Send by this interface; without it, as the routing table says." },
	{ .name = "source", .letter = 'S', .metavar = "ADDRESS", .type = OPTION_STRING,
	  .offset = FIELD(source),
	  .help = "Send from this address of this host; without it, as the routing table "
		  "says." },
	{ .name = "db", .letter = 'd', .metavar = "FILE", .type = OPTION_STRING,
	  .offset = FIELD(db),
	  .help = "Store results in this SQLite file: created, or appended to as a new cycle." },
	{ .name = "text", .metavar = "FILE", .type = OPTION_STRING, .offset = FIELD(text),
	  .help = "Write results as text to this file; - is standard output, and what happens "
		  "without any output option." },
	{ .name = "jsonl", .metavar = "FILE", .type = OPTION_STRING, .offset = FIELD(jsonl),
	  .help = "Write results as JSON Lines to this file, a trace a line; - is standard "
		  "output." },
	{ .name = "warts", .metavar = "FILE", .type = OPTION_STRING, .offset = FIELD(warts),
	  .help = "Write results to this file in warts, the format of scamper; - is standard "
		  "output." },
	{ .name = "output", .letter = 'o', .metavar = "BASE", .type = OPTION_STRING,
	  .offset = FIELD(output),
	  .help = "Draw each trace or pair: BASE.dot, and of it BASE.FORMAT by Graphviz. With more "
		  "than one target the names are BASE-TARGET, and no more than a hundred are "
		  "drawn. Other files that have one trace each begin with BASE, too; without the "
		  "option, with trace." },
	{ .name = "format", .letter = 'f', .metavar = "FORMAT", .type = OPTION_CHOICE,
	  .offset = FIELD(format), .choices = picture_formats, .preset = "pdf",
	  .help = "What to draw pictures as: dot, gif, jpg, pdf, png, ps or svg." },
	{ .name = "no-merge", .type = OPTION_FLAG, .offset = FIELD(no_merge),
	  .help = "In pictures, keep hops apart that have the same address at different TTLs, or "
		  "addresses of one router." },
	{ .name = "store-json", .letter = 's', .type = OPTION_FLAG, .offset = FIELD(study),
	  .help = "Write the study's JSON document of each trace, BASE.json." },
	{ .name = "resolve-aliases", .type = OPTION_FLAG, .offset = FIELD(resolve_aliases),
	  .help = "Two-way, IPv4: find out which addresses belong to one router; write "
		  "BASE.aliases, a router a line, and draw it as one." },
	{ .name = "alias-private", .type = OPTION_FLAG, .offset = FIELD(alias_private),
	  .help = "Aliases: also of private and shared addresses, where it is certain that no "
		  "two networks on the way use the same." },
	{ .name = "asn-db", .metavar = "FILE", .type = OPTION_STRING, .offset = FIELD(asn_db),
	  .help = "Show the autonomous system of each address in pictures and text, by this file "
		  "in MaxMind's format, such as GeoLite2-ASN.mmdb, and store it in databases." },
	{ .name = "geo-db", .metavar = "FILE", .type = OPTION_STRING, .offset = FIELD(geo_db),
	  .help = "Store the country and city of each address in databases, by a file such as "
		  "GeoLite2-City.mmdb." },
	{ .name = "transmit", .type = OPTION_FLAG, .offset = FIELD(transmit),
	  .help = "Send each measurement to the collector when probing has ended. It waits in the "
		  "database of --db, or without that in one of its own, until it is there; see "
		  "revprobe-transmit(8)." },
	OPTIONS_COLLECTOR(FIELD(collector)),
	{ .name = "redact-source", .type = OPTION_FLAG, .offset = FIELD(redact_source),
	  .help = "Leave the address of this host out of what is sent." },
	{ .name = "quiet", .letter = 'q', .type = OPTION_FLAG, .offset = FIELD(quiet),
	  .help = "Say nothing on standard error but errors." },
	OPTIONS_COMMON(FIELD(log_level)),
};
/* clang-format on */

const struct option_table prober_option_table = {
	.program = "revprobe",
	.version = PACKAGE_VERSION,
	.synopsis = "[OPTIONS] DIRECTION PROTOCOL MODE [TARGET ...]\n"
		    "       DIRECTION  forward | reverse | two-way\n"
		    "       PROTOCOL   udp | tcp | icmp\n"
		    "       MODE       singlepath | multipath\n"
		    "       TARGET     host name, address or CIDR prefix\n"
		    "   or: revprobe annotate [OPTIONS] DB          (revprobe annotate --help)\n"
		    "   or: revprobe collect [OPTIONS] ...          (revprobe collect --help)\n"
		    "   or: revprobe export [OPTIONS] DB            (revprobe export --help)\n"
		    "   or: revprobe report [OPTIONS] DB -o FILE    (revprobe report --help)\n"
		    "   or: revprobe resume [OPTIONS] DB            (revprobe resume --help)\n"
		    "   or: revprobe show [OPTIONS] DB [TARGET]     (revprobe show --help)\n"
		    "   or: revprobe sweep [OPTIONS] [ENDPOINTS]    (revprobe sweep --help)\n"
		    "   or: revprobe transmit [OPTIONS] [DB ...]    (revprobe transmit --help)",
	.summary =
		"Finds the routers on the way to each target (forward), on the way back from it\n"
		"(reverse: it must run a reverse-traceroute server), or both.",
	.options = options,
	.count = ARRAY_LEN(options),
};

/* Designated by the enums; NULL at the end, for options_choose(). */
const char *const options_direction_names[] = {
	[DIRECTION_FORWARD] = "forward",
	[DIRECTION_REVERSE] = "reverse",
	[DIRECTION_TWO_WAY] = "two-way",
	NULL,
};
const char *const options_protocol_names[] = {
	[PROTOCOL_UDP] = "udp",
	[PROTOCOL_TCP] = "tcp",
	[PROTOCOL_ICMP] = "icmp",
	NULL,
};
const char *const options_mode_names[] = {
	[MODE_SINGLEPATH] = "singlepath",
	[MODE_MULTIPATH] = "multipath",
	NULL,
};

const char *options_direction_name(enum options_direction direction)
{
	return options_direction_names[direction];
}

const char *options_protocol_name(enum options_protocol protocol)
{
	return options_protocol_names[protocol];
}

const char *options_mode_name(enum options_mode mode)
{
	return options_mode_names[mode];
}

#define WINDOW_LEAST	 64
#define WINDOW_MOST	 20000
#define WINDOW_MULTIPATH 250 /* each remembers far more */

/*
 * As many traces as keep the rate: one to a silent target sends about eight packets
 * and waits for a timeout.
 */
static uint32_t options_window(const struct prober_options *o)
{
	uint32_t most = o->mode == MODE_MULTIPATH ? WINDOW_MULTIPATH : WINDOW_MOST;
	double window = (double)o->rate_pps * (double)o->timeout_ns / (double)NS_PER_S / 8;

	if (!o->rate_pps || window > most)
		return most;
	return window < WINDOW_LEAST ? WINDOW_LEAST : (uint32_t)window;
}

/* Reverse DNS by default: for who watches a few traces, not for a list of thousands. */
static bool options_want_names(const struct prober_options *o)
{
	if (!o->text || o->targets.count || o->endpoints.count)
		return false;
	for (size_t i = 0; i < o->operand_count; i++)
		if (strchr(o->operands[i], '/'))
			return false;
	return true;
}

static void options_fill_in(struct prober_options *o)
{
	if (!o->flow)
		o->flow = o->protocol == PROTOCOL_TCP ? 80 : PROBE_SOURCE_PORT;
	if (!o->window)
		o->window = options_window(o);
	/* A two-way measurement needs two. */
	if (o->direction == DIRECTION_TWO_WAY && o->window < 2)
		o->window = 2;
	o->draws |= o->output != NULL;
	if (!o->output)
		o->output = "trace";
	if (o->resolve_aliases)
		o->v4 = true; /* of names that have both */
	if (!o->db && !o->text && !o->jsonl && !o->warts)
		o->text = "-";
	if (!o->resolve && !o->no_resolve)
		o->resolve = options_want_names(o);
	o->no_resolve = !o->resolve;
	if (o->quiet)
		o->log_level = LOG_ERROR;
}

static void options_limit_bandwidth(struct prober_options *o)
{
	uint32_t pps;

	if (!o->bandwidth)
		return;
	pps = bandwidth_pps(o, o->bandwidth);
	if (!o->rate_is_given || !o->rate_pps || pps < o->rate_pps)
		o->rate_pps = pps;
	o->rate_is_given = true;
}

enum option_outcome prober_options_complete(struct prober_options *o, const bool *given)
{
	enum option_outcome outcome = options_check(o);

	if (outcome != OPTION_OK)
		return outcome;
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		if (options[i].offset == FIELD(inter_ns) && options[i].type == OPTION_SECONDS)
			o->inter_is_given = given[i];
		if (options[i].offset == FIELD(rate_pps) && options[i].type == OPTION_U32)
			o->rate_is_given = given[i];
		if (options[i].offset == FIELD(seed) && options[i].type == OPTION_U64 && !given[i])
			randombytes_buf(&o->seed, sizeof(o->seed));
		if (options[i].choices == picture_formats)
			o->draws = given[i];
	}
	options_limit_bandwidth(o);
	options_fill_in(o);
	return OPTION_OK;
}

enum option_outcome prober_options_parse(int argc, char **argv, struct prober_options *ret_options)
{
	struct prober_options parsed = { 0 };
	bool given[ARRAY_LEN(options)];
	enum option_outcome outcome;
	int operand;

	outcome = option_parse(&prober_option_table, argc, argv, &parsed, given, &operand);
	if (outcome == OPTION_OK)
		outcome = options_operands(argv + operand, (size_t)(argc - operand), &parsed);
	if (outcome == OPTION_OK)
		outcome = prober_options_complete(&parsed, given);
	if (outcome == OPTION_OK)
		*ret_options = parsed;
	return outcome;
}
