// SPDX-License-Identifier: GPL-2.0-or-later
/* The server's real table: every entry takes its preset and its bounds, and
 * nothing beyond them. */
#include "server-bpf/options.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static void expect_store(const struct option_desc *o, double value, int want)
{
	struct server_options config = { 0 };
	char text[64];
	int got;

	snprintf(text, sizeof(text), "%.0f", value);
	got = option_store(o, text, &config);
	cr_expect_eq(got, want, "--%s %s: %d", o->name, text, got);
}

Test(server_options, every_entry_takes_its_bounds_and_no_more)
{
	for (size_t i = 0; i < server_option_table.count; i++) {
		const struct option_desc *o = &server_option_table.options[i];
		struct server_options config = { 0 };

		cr_expect(o->name || o->letter, "entry %zu has no name", i);
		cr_expect(o->help && *o->help, "entry %zu has no help", i);
		if (o->preset)
			cr_expect_eq(option_store(o, o->preset, &config), 0, "--%s %s", o->name,
				     o->preset);
		if (o->type != OPTION_U32 && o->type != OPTION_DURATION)
			continue;
		expect_store(o, o->min, 0);
		expect_store(o, o->max, 0);
		expect_store(o, o->max + 1, -ERANGE);
		expect_store(o, o->min - 1, o->min > 0 ? -ERANGE : -EINVAL);
	}
}

static enum option_outcome parse(struct server_options *options, char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return server_options_parse(argc, argv, options);
}

Test(server_options, defaults_are_those_of_the_deployed_server)
{
	char *argv[] = { "revprobe-server", "eth0", NULL };
	struct server_options options;

	cr_assert_eq(parse(&options, argv), OPTION_OK);
	cr_assert_eq(options.sessions, 5000);
	cr_assert_eq(options.timeout_ns, 5 * NS_PER_S);
	cr_assert(options.v4 && options.v6);
	cr_assert_str_eq(options.interfaces[0], "eth0");
	cr_assert_null(options.interfaces[1]);
}

Test(server_options, zero_means_the_default_and_a_bare_number_nanoseconds)
{
	char *zero[] = { "revprobe-server", "-n", "0", "-t", "0", "-4", "eth0", NULL };
	char *some[] = { "revprobe-server", "-n", "70000", "-t", "5000000000", "-6", "eth0", NULL };
	struct server_options options;

	cr_assert_eq(parse(&options, zero), OPTION_OK);
	cr_assert_eq(options.sessions, 5000);
	cr_assert_eq(options.timeout_ns, 5 * NS_PER_S);
	cr_assert(options.v4 && !options.v6);
	cr_assert_eq(parse(&options, some), OPTION_OK);
	cr_assert_eq(options.sessions, 70000);
	cr_assert_eq(options.timeout_ns, 5 * NS_PER_S);
	cr_assert(!options.v4 && options.v6);
}

Test(server_options, what_it_serves_besides)
{
	char *plain[] = { "revprobe-server", "eth0", NULL };
	char *other[] = { "revprobe-server",
			  "--tcp-syn-probes=no",
			  "--indirect",
			  "yes",
			  "--sessions-per-target=9",
			  "eth0",
			  NULL };
	char *few[] = { "revprobe-server", "-n", "3", "eth0", NULL };
	char *wrong[] = { "revprobe-server", "--indirect=perhaps", "eth0", NULL };
	struct server_options options;

	cr_assert_eq(parse(&options, plain), OPTION_OK);
	cr_assert_eq(options.tcp_syn_probes, OPTION_YES);
	cr_assert_eq(options.indirect, OPTION_NO);
	cr_assert_eq(options.sessions_per_target, 1250);
	cr_assert_eq(parse(&options, other), OPTION_OK);
	cr_assert_eq(options.tcp_syn_probes, OPTION_NO);
	cr_assert_eq(options.indirect, OPTION_YES);
	cr_assert_eq(options.sessions_per_target, 9);
	cr_assert_eq(parse(&options, few), OPTION_OK);
	cr_assert_eq(options.sessions_per_target, 1);
	cr_assert_eq(parse(&options, wrong), OPTION_USAGE);
}

Test(server_options, an_interface_is_needed)
{
	char *argv[] = { "revprobe-server", "-4", NULL };
	struct server_options options = { .sessions = 77 };

	cr_assert_eq(parse(&options, argv), OPTION_USAGE);
	cr_assert_eq(options.sessions, 77);
}

Test(server_options, one_word_says_what_the_log_gets)
{
	static const struct {
		char word[12];
		enum log_level level;
		enum event_level events;
	} words[] = {
		{ "error", LOG_ERROR, EVENTS_NONE },	   { "quiet", LOG_ERROR, EVENTS_NONE },
		{ "warning", LOG_WARN, EVENTS_NONE },	   { "info", LOG_INFO, EVENTS_NONE },
		{ "debug", LOG_DEBUG, EVENTS_NONE },	   { "events", LOG_INFO, EVENTS_REFUSED },
		{ "sessions", LOG_INFO, EVENTS_SESSIONS },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char *argv[] = { "revprobe-server", "-l", (char *)words[i].word, "eth0", NULL };
		struct server_options options;

		cr_assert_eq(parse(&options, argv), OPTION_OK, "%s", words[i].word);
		cr_expect_eq(server_options_log_level(&options), words[i].level, "%s",
			     words[i].word);
		cr_expect_eq(server_options_events(&options), words[i].events, "%s", words[i].word);
	}
}
