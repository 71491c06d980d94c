// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/options_check.h"

#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/container.h"
#include "base/listen_address.h"
#include "prober/options.h"
#include "prober/probe/spec.h"

/* The next operand must be one of `names`. */
static enum option_outcome options_choose(const char *what, const char *operand,
					  const char *const *names, unsigned int *ret_choice)
{
	char all[128] = "";

	for (unsigned int i = 0; names[i]; i++) {
		size_t used = strlen(all);

		if (operand && strcmp(operand, names[i]) == 0) {
			*ret_choice = i;
			return OPTION_OK;
		}
		snprintf(all + used, sizeof(all) - used, "%s%s",
			 i == 0 ? "" : (names[i + 1] ? ", " : " or "), names[i]);
	}
	if (!operand)
		return option_refuse(&prober_option_table, "no %s given: %s", what, all);
	return option_refuse(&prober_option_table, "unknown %s '%s': not %s", what, operand, all);
}

enum option_outcome options_operands(char **operands, size_t count, struct prober_options *o)
{
	unsigned int direction = 0;
	unsigned int protocol = 0;
	unsigned int mode = 0;
	enum option_outcome outcome;

	outcome = options_choose("direction", count > 0 ? operands[0] : NULL,
				 options_direction_names, &direction);
	if (outcome == OPTION_OK)
		outcome = options_choose("protocol", count > 1 ? operands[1] : NULL,
					 options_protocol_names, &protocol);
	if (outcome == OPTION_OK)
		outcome = options_choose("mode", count > 2 ? operands[2] : NULL, options_mode_names,
					 &mode);
	if (outcome != OPTION_OK)
		return outcome;
	o->direction = (enum options_direction)direction;
	o->protocol = (enum options_protocol)protocol;
	o->mode = (enum options_mode)mode;
	o->operands = operands + 3;
	o->operand_count = count - 3;
	return OPTION_OK;
}

static enum option_outcome options_check_aliases(const struct prober_options *o)
{
	if (o->alias_private && !o->resolve_aliases)
		return option_refuse(&prober_option_table,
				     "--alias-private goes with --resolve-aliases only");
	if (!o->resolve_aliases)
		return OPTION_OK;
	if (o->direction != DIRECTION_TWO_WAY)
		return option_refuse(&prober_option_table,
				     "--resolve-aliases goes with two-way only");
	if (o->v6)
		return option_refuse(&prober_option_table,
				     "--resolve-aliases is for IPv4, not for -6");
	for (size_t i = 0; i < o->operand_count; i++)
		if (strchr(o->operands[i], ':'))
			return option_refuse(&prober_option_table,
					     "--resolve-aliases is for IPv4, not for %s",
					     o->operands[i]);
	return OPTION_OK;
}

/* What goes to standard output can be but one thing, or nobody can read it. */
static enum option_outcome options_check_streams(const struct prober_options *o)
{
	const char *const paths[] = { o->text, o->jsonl, o->warts };
	int count = 0;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		count += paths[i] && strcmp(paths[i], "-") == 0;
	if (count > 1)
		return option_refuse(&prober_option_table,
				     "one output only can go to standard output");
	return OPTION_OK;
}

static enum option_outcome options_check_transmit(const struct prober_options *o)
{
	const struct {
		const char *name;
		bool is_given;
	} parts[] = {
		{ "--collector", o->collector.url },
		{ "--auth-file", o->collector.auth_file },
		{ "--ca-file", o->collector.ca_file },
		{ "--allow-http", o->collector.allow_http },
		{ "--redact-source", o->redact_source },
	};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i].is_given && !o->transmit)
			return option_refuse(&prober_option_table, "%s goes with --transmit only",
					     parts[i].name);
	return OPTION_OK;
}

/* Printable, and no longer than a packet has room for. */
static bool contact_is_fine(const char *uri)
{
	bool has_scheme = strncmp(uri, "mailto:", 7) == 0 || strncmp(uri, "https:", 6) == 0;
	size_t len = strlen(uri);

	for (size_t i = 0; i < len; i++)
		if (uri[i] <= ' ' || uri[i] > '~')
			return false;
	return has_scheme && len <= PROBE_CONTACT_MAX && len > strlen("mailto:");
}

enum option_outcome options_check(const struct prober_options *o)
{
	char host[LISTEN_HOST_LEN];
	struct addr source;
	uint16_t port;

	if (o->v4 && o->v6)
		return option_refuse(&prober_option_table, "-4 and -6 exclude each other");
	if (o->no_resolve && o->resolve)
		return option_refuse(&prober_option_table,
				     "--no-resolve and --resolve exclude each other");
	if (o->min_ttl > o->max_ttl)
		return option_refuse(&prober_option_table, "--min-ttl %u is above --max-ttl %u",
				     o->min_ttl, o->max_ttl);
	if (!o->operand_count && !o->targets.count && !o->endpoints.count)
		return option_refuse(&prober_option_table, "no target given");
	if (o->forward_to && o->direction != DIRECTION_REVERSE)
		return option_refuse(&prober_option_table, "--forward-to goes with reverse only");
	if (o->shard >= o->shards)
		return option_refuse(&prober_option_table, "--shard %u is not below --shards %u",
				     o->shard, o->shards);
	if (o->min_burst > o->max_burst)
		return option_refuse(&prober_option_table, "--min-burst %u is above --max-burst %u",
				     o->min_burst, o->max_burst);
	if (o->metrics && listen_address(o->metrics, 1, host, &port))
		return option_refuse(&prober_option_table,
				     "--metrics: '%s' is not PORT, ADDRESS:PORT or "
				     "[ADDRESS]:PORT",
				     o->metrics);
	if (o->contact && !contact_is_fine(o->contact))
		return option_refuse(&prober_option_table,
				     "--contact: '%s' is not mailto: or https: with no more than "
				     "%d characters",
				     o->contact, PROBE_CONTACT_MAX);
	if (o->source && !addr_from_text(o->source, &source))
		return option_refuse(&prober_option_table, "--source: '%s' is not an address",
				     o->source);
	if (options_check_transmit(o) != OPTION_OK || options_check_streams(o) != OPTION_OK)
		return OPTION_USAGE;
	return options_check_aliases(o);
}
