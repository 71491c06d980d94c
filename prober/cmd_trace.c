// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/cmd_trace.h"

#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr_text.h"
#include "base/log.h"
#include "output/asn.h"
#include "output/fanout.h"
#include "output/geo.h"
#include "output/names.h"
#include "output/picture.h"
#include "prober/campaign/campaign.h"
#include "prober/dry_run.h"
#include "prober/exit.h"
#include "prober/net/route.h"
#include "prober/provenance.h"
#include "prober/remaining.h"
#include "prober/transmission.h"
#include "targets/choice.h"
#include "targets/order.h"
#include "targets/sources.h"

static int open_order(const struct prober_options *o, struct ledger *ledger,
		      struct target_source *chain, struct target_source **ret_source)
{
	const struct order_config order = { .seed = o->seed, .shard = { o->shards, o->shard } };
	struct target_source *source;
	int err = source_open_order(chain, &order, &source);

	if (err)
		return err;
	if (ledger)
		return source_open_remaining(source, ledger, ret_source);
	*ret_source = source;
	return 0;
}

static int open_sources(const struct prober_options *o, struct ledger *ledger,
			struct target_source **ret_source)
{
	struct target_source *sources[2 * OPTION_LIST_MAX + 1];
	struct target_source *chain;
	size_t count = 0;
	int err = 0;

	if (o->operand_count)
		err = source_open_items((const char *const *)o->operands, o->operand_count,
					&sources[count++]);
	for (size_t i = 0; !err && i < o->targets.count; i++)
		err = source_open_list(o->targets.items[i], &sources[count++]);
	for (size_t i = 0; !err && i < o->endpoints.count; i++)
		err = source_open_endpoints(o->endpoints.items[i], &sources[count++]);
	if (!err) {
		err = source_open_chain(sources, count, &chain);
		return err ? err : open_order(o, ledger, chain, ret_source);
	}
	while (--count > 0)
		target_source_close(sources[count - 1]);
	return err;
}

/* A list may hold many, and so may a prefix. */
static bool is_one_target(const struct prober_options *o)
{
	return o->operand_count == 1 && !o->targets.count && !o->endpoints.count &&
	       !strchr(o->operands[0], '/');
}

/* Addresses whose host names are kept; some 10 MiB. */
#define NAMES_CAPACITY (128u << 10)

/* NULL where nobody is to look names up. */
static int open_names(const struct prober_options *o, struct names **ret_names)
{
	uint64_t seed;

	*ret_names = NULL;
	if (!o->resolve)
		return 0;
	randombytes_buf(&seed, sizeof(seed));
	return names_new(NAMES_CAPACITY, seed, ret_names);
}

/* NULL where no file is named. */
static int open_annotations(const struct prober_options *o, struct asn_db **ret_asn,
			    struct geo_db **ret_geo)
{
	int err = o->asn_db ? asn_open(o->asn_db, ret_asn) : 0;

	return err || !o->geo_db ? err : geo_open(o->geo_db, ret_geo);
}

static const char *name_of(void *arg, const struct addr *addr)
{
	return names_find(arg, addr);
}

static int open_sinks(const struct prober_options *o, const struct transmission *transmission,
		      struct names *names, const struct run_record *run, struct fanout **ret_sinks)
{
	const char *database = transmission_database(transmission, o);
	const struct sink_options options = {
		.format = picture_formats[o->format],
		.keep_apart = o->no_merge,
		.is_one_target = is_one_target(o),
		.names = { names ? name_of : NULL, names },
		.collector = transmission->delivery.collector.url,
		.consented_us = transmission->consented_us,
		.redact_source = o->redact_source,
	};
	struct fanout *sinks;
	int err = fanout_new(&sinks);

	if (err)
		return err;
	if (o->resolve_aliases)
		err = fanout_resolve_aliases(sinks, o->alias_private);
	/* First what refuses files that are not its own, then what empties them. */
	if (!err && database)
		err = fanout_add(sinks, &sqlite_sink, database, &options, run);
	/* Files show what the run that is gone on with has found: they are not begun anew. */
	if (run->resumes)
		goto out;
	if (!err && o->study)
		err = fanout_add(sinks, &study_sink, o->output, &options, run);
	if (!err && o->draws)
		err = fanout_add(sinks, &picture_sink, o->output, &options, run);
	if (!err && o->resolve_aliases)
		err = fanout_add(sinks, &alias_sink, o->output, &options, run);
	if (!err && o->jsonl)
		err = fanout_add(sinks, &jsonl_sink, o->jsonl, &options, run);
	if (!err && o->warts)
		err = fanout_add(sinks, &warts_sink, o->warts, &options, run);
	if (!err && o->text)
		err = fanout_add(sinks, &text_sink, o->text, &options, run);
out:
	if (err)
		fanout_close(sinks, NULL);
	else
		*ret_sinks = sinks;
	return err;
}

static struct mda_config make_mda_config(const struct prober_options *o)
{
	struct mda_config config = {
		.eps_trace = o->confidence_trace,
		.method = (enum mda_method)o->method,
		.retries = (uint8_t)o->retry,
		.recheck = true,
		.trust_single = o->opt_single_vertex_hop,
		.min_burst = (uint16_t)o->min_burst,
		.max_burst = (uint16_t)o->max_burst,
	};

	if (o->confidence_trace > 0)
		stopping_fill(&config.stopping,
			      stopping_eps_of_trace(o->confidence_trace, STOPPING_TRACE_POINTS));
	else
		stopping_fill(&config.stopping, o->confidence);
	return config;
}

/* One host, before anything else begins: so this may wait for an answer. */
static int find_host(const char *name, const struct prober_options *o, struct addr *ret_addr)
{
	struct addrinfo hints = {
		.ai_family = o->v4 ? AF_INET : (o->v6 ? AF_INET6 : AF_UNSPEC),
		.ai_socktype = SOCK_DGRAM,
	};
	struct addrinfo *found = NULL;
	const char *reason;
	int error = getaddrinfo(name, NULL, &hints, &found);
	char text[NI_MAXHOST];

	if (!error)
		error = getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof(text), NULL, 0,
				    NI_NUMERICHOST);
	if (found)
		freeaddrinfo(found);
	if (error || !addr_from_text(text, ret_addr)) {
		log_error("--forward-to: %s: %s", name,
			  error ? gai_strerror(error) : "an address with a scope");
		return -EHOSTUNREACH;
	}
	reason = target_forbidden(ret_addr);
	if (!reason)
		return 0;
	log_error("--forward-to: %s is %s: never probed", name, reason);
	return -EACCES;
}

static bool is_stdout(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

static int make_config(const struct prober_options *o, struct campaign_config *ret_config)
{
	struct campaign_config config = {
		.forward = o->direction != DIRECTION_REVERSE,
		.reverse = o->direction != DIRECTION_FORWARD,
		.udp = o->protocol == PROTOCOL_UDP,
		.tcp = o->protocol == PROTOCOL_TCP,
		.icmp = o->protocol == PROTOCOL_ICMP,
		.flow = (uint16_t)o->flow,
		.probes = o->probes,
		.min_ttl = (uint8_t)o->min_ttl,
		.max_ttl = (uint8_t)o->max_ttl,
		.gap_limit = (uint8_t)o->abort,
		.ahead = (uint8_t)o->ahead,
		.timeout_ns = o->timeout_ns,
		.inter_ns = o->inter_ns,
		.inter_is_strict = o->inter_is_given,
		.rate_pps = o->rate_pps,
		.rate_is_strict = o->rate_is_given,
		.window = o->window,
		.family = o->v4 ? RESOLVE_V4 : (o->v6 ? RESOLVE_V6 : RESOLVE_V4_FIRST),
		.skip_invalid = o->skip_invalid,
		.allow_special = o->allow_special,
		.min_hitrate = o->min_hitrate,
		.targets_max = o->contact || o->no_contact ? 0 : OPTIONS_ANONYMOUS_MAX,
		.contact = o->contact,
		.metrics = o->metrics,
		.max_runtime_ns = o->max_runtime_ns,
		.progress = (enum progress_mode)o->progress,
		.shows_results =
			isatty(STDOUT_FILENO) && (is_stdout(o->text) || is_stdout(o->jsonl)),
	};

	if (o->mode == MODE_MULTIPATH) {
		config.mode = TRACE_MDA;
		config.mda = make_mda_config(o);
		config.budget = o->budget;
	}
	identity_key_random(&config.key);
	if (o->interface)
		config.ifindex = (int)if_nametoindex(o->interface);
	if (o->interface && !config.ifindex) {
		log_error("interface %s: no such interface", o->interface);
		return -ENODEV;
	}
	if (o->source && addr_from_text(o->source, &config.source) &&
	    !routes_address_is_own(&config.source)) {
		log_error("--source: %s is not an address of this host", o->source);
		return -EADDRNOTAVAIL;
	}
	if (o->forward_to && find_host(o->forward_to, o, &config.toward))
		return -EHOSTUNREACH;
	*ret_config = config;
	return 0;
}

/* Runs the campaign between opened sources and sinks, and ends the sinks. */
static int run(const struct prober_options *o, const struct campaign_config *config,
	       struct target_source *source, struct fanout *sinks)
{
	struct run_end end = { .state = RUN_FAILED };
	struct campaign_stats stats = { 0 };
	struct campaign *campaign = NULL;
	mono started = clock_now();
	int err = campaign_open(config, source, sinks, &campaign);
	char *counters;

	if (!err) {
		end.state = campaign_run(campaign);
		campaign_get_stats(campaign, &stats);
		stats_log(&stats, (double)mono_since(started, clock_now()) / (double)NS_PER_S);
	}
	end.reason = campaign ? campaign_reason(campaign) : NULL;
	end.ended_us = clock_wall_us();
	end.counters = counters = stats_to_json(&stats);
	if (fanout_close(sinks, &end) && end.state == RUN_COMPLETE)
		end.state = RUN_FAILED;
	free(counters);
	campaign_close(campaign);
	if (err == -EPERM || stats.intake.too_many)
		return EXIT_USAGE;
	if (end.state == RUN_FAILED)
		return EXIT_FAILURE;
	if (end.state == RUN_INTERRUPTED)
		return EXIT_INTERRUPTED;
	if (o->is_sweep && !stats.intake.invalid)
		return EXIT_SUCCESS;
	if (stats.intake.unresolved || stats.intake.forbidden || stats.intake.blocked_operands ||
	    (stats.intake.invalid && !config->skip_invalid))
		return EXIT_USAGE;
	return stats.intake.unroutable ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int open_choice(const struct prober_options *o, struct choice **ret_choice)
{
	const struct choice_config config = {
		.blocked = o->blocklists.items,
		.blocked_count = o->blocklists.count,
		.allowed = o->allowlists.items,
		.allowed_count = o->allowlists.count,
		.system_file = CHOICE_SYSTEM_FILE,
	};

	return choice_open(&config, ret_choice);
}

/* Whom endpoints are asked to probe counts like whom we probe. */
static int check_toward(const struct campaign_config *config)
{
	const char *reason = addr_is_none(&config->toward)
				     ? NULL
				     : choice_refuses(config->choice, &config->toward);
	char text[ADDR_TEXT_LEN];

	if (!reason)
		return 0;
	log_error("--forward-to: %s is %s", addr_to_text(&config->toward, text), reason);
	return -EACCES;
}

/* `ledger`: what is done already; NULL: nothing is. */
static int measure(int argc, char **argv, const struct prober_options *options,
		   struct ledger *ledger)
{
	struct campaign_config config;
	struct transmission transmission = { 0 };
	struct provenance *provenance = NULL;
	struct target_source *source = NULL;
	struct names *names = NULL;
	struct asn_db *asn = NULL;
	struct geo_db *geo = NULL;
	struct fanout *sinks;
	int status = EXIT_USAGE;

	if (make_config(options, &config) || open_choice(options, &config.choice))
		return status;
	if (check_toward(&config) || open_annotations(options, &asn, &geo) ||
	    open_sources(options, ledger, &source) || transmission_begin(options, &transmission))
		goto out;
	if (options->dry_run) {
		status = dry_run(&config, source);
		goto out;
	}
	status = EXIT_FAILURE;
	if (provenance_new(argc, argv, options, asn ? asn_about(asn) : NULL,
			   geo ? geo_about(geo) : NULL, &provenance))
		goto out;
	if (ledger)
		provenance_resume(provenance, ledger_run(ledger)->run_id);
	if (open_names(options, &names) ||
	    open_sinks(options, &transmission, names, provenance_run(provenance), &sinks))
		goto out;
	fanout_set_annotations(sinks, asn, geo);
	config.names = names;
	status = transmission_send(&transmission, options, run(options, &config, source, sinks));
out:
	transmission_fini(&transmission);
	target_source_close(source);
	choice_close(config.choice);
	names_free(names);
	asn_close(asn);
	geo_close(geo);
	provenance_free(provenance);
	return status;
}

int cmd_trace(int argc, char **argv, const struct prober_options *options)
{
	return measure(argc, argv, options, NULL);
}

int cmd_trace_resume(int argc, char **argv, const struct prober_options *options,
		     struct ledger *ledger)
{
	return measure(argc, argv, options, ledger);
}
