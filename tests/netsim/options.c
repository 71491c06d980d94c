// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/netsim/options.h"

#include <errno.h>
#include <stdlib.h>

enum world_option {
	OPTION_SEED = WORLD_OPTION_FIRST,
	OPTION_SHORTEST,
	OPTION_LONGEST,
	OPTION_BRANCHES,
	OPTION_BALANCED,
	OPTION_SILENT,
	OPTION_DEAF,
	OPTION_SERVERS,
	OPTION_OPEN,
	OPTION_LOSS,
	OPTION_QUOTE,
	OPTION_ERRORS,
	OPTION_BURST,
};

const struct option world_long_options[] = {
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "shortest", required_argument, NULL, OPTION_SHORTEST },
	{ "longest", required_argument, NULL, OPTION_LONGEST },
	{ "branches", required_argument, NULL, OPTION_BRANCHES },
	{ "balanced", required_argument, NULL, OPTION_BALANCED },
	{ "silent", required_argument, NULL, OPTION_SILENT },
	{ "deaf", required_argument, NULL, OPTION_DEAF },
	{ "servers", required_argument, NULL, OPTION_SERVERS },
	{ "open", required_argument, NULL, OPTION_OPEN },
	{ "loss", required_argument, NULL, OPTION_LOSS },
	{ "quote", required_argument, NULL, OPTION_QUOTE },
	{ "errors", required_argument, NULL, OPTION_ERRORS },
	{ "burst", required_argument, NULL, OPTION_BURST },
	{ 0 },
};
_Static_assert(sizeof(world_long_options) / sizeof(world_long_options[0]) == WORLD_OPTION_COUNT + 1,
	       "who copies them needs to know");

void world_print_help(FILE *to)
{
	fputs("the world (shares are numbers from 0 to 1):\n"
	      "  --seed N          another one (1)\n"
	      "  --shortest N      hops of the shortest path, with its target (8)\n"
	      "  --longest N       and of the longest, up to 31 (20)\n"
	      "  --branches N      routers side by side where flows are balanced, up to 8 (1)\n"
	      "  --balanced T,...  the hops at which they are (5,8,11)\n"
	      "  --silent SHARE    routers that never answer (0)\n"
	      "  --deaf SHARE      targets that never answer (0)\n"
	      "  --servers SHARE   targets that answer reverse traceroute requests (0)\n"
	      "  --open SHARE      targets whose TCP ports are open (0)\n"
	      "  --loss SHARE      answers that get lost (0)\n"
	      "  --quote N         bytes quoted behind the IP header, 8 to 128 (8)\n"
	      "  --errors N        ICMP errors a second and node; 0: no limit (0)\n"
	      "  --burst N         of them at once (10)\n",
	      to);
}

struct world world_default(void)
{
	return (struct world){
		.seed = 1,
		.shortest = 8,
		.longest = 20,
		.branches = 1,
		.balanced = 1u << 5 | 1u << 8 | 1u << 11,
		.quote = 8,
		.error_burst = 10,
	};
}

bool netsim_number(const char *text, unsigned long least, unsigned long most, uint32_t *ret_number)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || number < least || number > most)
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

static bool world_share(const char *text, uint32_t *ret_share)
{
	char *end;
	double share = strtod(text, &end);

	if (end == text || *end || !(share >= 0 && share <= 1))
		return false;
	*ret_share = share >= 1 ? WORLD_ALL : (uint32_t)(share * 4294967296.0);
	return true;
}

static bool world_hops(const char *text, uint32_t *ret_hops)
{
	uint32_t hops = 0;

	for (;;) {
		char *end;
		unsigned long hop = strtoul(text, &end, 10);

		if (end == text || hop < 1 || hop > WORLD_LONGEST)
			return false;
		hops |= 1u << hop;
		if (!*end)
			break;
		if (*end != ',')
			return false;
		text = end + 1;
	}
	*ret_hops = hops;
	return true;
}

static bool world_errors(const char *text, uint32_t *ret_gap_ns)
{
	uint32_t rate;

	if (!netsim_number(text, 0, 1000000000, &rate))
		return false;
	*ret_gap_ns = rate ? 1000000000u / rate : 0;
	return true;
}

static bool world_take(struct world *w, enum world_option option, const char *value)
{
	switch (option) {
	case OPTION_SEED:
		return netsim_number(value, 0, UINT32_MAX, &w->seed);
	case OPTION_SHORTEST:
		return netsim_number(value, 1, WORLD_LONGEST, &w->shortest);
	case OPTION_LONGEST:
		return netsim_number(value, 1, WORLD_LONGEST, &w->longest);
	case OPTION_BRANCHES:
		return netsim_number(value, 1, WORLD_BRANCHES, &w->branches);
	case OPTION_BALANCED:
		return world_hops(value, &w->balanced);
	case OPTION_SILENT:
		return world_share(value, &w->silent);
	case OPTION_DEAF:
		return world_share(value, &w->deaf);
	case OPTION_SERVERS:
		return world_share(value, &w->servers);
	case OPTION_OPEN:
		return world_share(value, &w->open);
	case OPTION_LOSS:
		return world_share(value, &w->loss);
	case OPTION_QUOTE:
		return netsim_number(value, 8, WORLD_QUOTE_MAX, &w->quote);
	case OPTION_ERRORS:
		return world_errors(value, &w->error_gap_ns);
	case OPTION_BURST:
		return netsim_number(value, 1, 1000000, &w->error_burst);
	}
	return false;
}

bool world_set_option(struct world *w, int option, const char *value)
{
	if (world_take(w, (enum world_option)option, value))
		return true;
	if (option >= WORLD_OPTION_FIRST)
		fprintf(stderr, "--%s: %s is not good\n",
			world_long_options[option - WORLD_OPTION_FIRST].name, value);
	return false;
}

bool world_is_sound(const struct world *w)
{
	if (w->shortest <= w->longest)
		return true;
	fputs("--shortest is above --longest\n", stderr);
	return false;
}
