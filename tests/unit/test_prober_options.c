// SPDX-License-Identifier: GPL-2.0-or-later
/* The prober's real table: every entry takes its preset and its bounds, and nothing
 * beyond them. */
#include "prober/options.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "output/picture.h"

static void expect_store(const struct option_desc *o, double value, int want)
{
	struct prober_options config = { 0 };
	char text[64];
	int got;

	snprintf(text, sizeof(text), "%.10g", value);
	got = option_store(o, text, &config);
	cr_expect_eq(got, want, "--%s %s: %d", o->name, text, got);
}

Test(prober_options, every_entry_takes_its_bounds_and_no_more)
{
	for (size_t i = 0; i < prober_option_table.count; i++) {
		const struct option_desc *o = &prober_option_table.options[i];
		struct prober_options config = { 0 };

		cr_expect(o->name || o->letter, "entry %zu has no name", i);
		cr_expect(o->help && *o->help, "entry %zu has no help", i);
		if (o->preset)
			cr_expect_eq(option_store(o, o->preset, &config), 0, "--%s %s", o->name,
				     o->preset);
		if (o->type != OPTION_U32 && o->type != OPTION_SECONDS)
			continue;
		expect_store(o, o->min, 0);
		expect_store(o, o->max, 0);
		expect_store(o, o->max + 1, -ERANGE);
		expect_store(o, o->min - 1, o->min > 0 && o->min - 1 >= 0 ? -ERANGE : -EINVAL);
	}
}

static enum option_outcome parse(struct prober_options *options, char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return prober_options_parse(argc, argv, options);
}

Test(prober_options, picture_is_a_pdf_unless_told_otherwise)
{
	char *plain[] = { "revprobe", "-o",	    "trace",	 "two-way",
			  "udp",      "singlepath", "192.0.2.1", NULL };
	char *png[] = { "revprobe", "-f",	  "png",       "--no-merge", "forward",
			"udp",	    "singlepath", "192.0.2.1", "--output=x", NULL };
	struct prober_options options;

	cr_assert_eq(parse(&options, plain), OPTION_OK);
	cr_assert_str_eq(options.output, "trace");
	cr_assert_str_eq(picture_formats[options.format], "pdf");
	cr_assert(!options.no_merge);
	cr_assert_str_eq(options.text, "-"); /* the text goes to the terminal all the same */
	cr_assert_eq(parse(&options, png), OPTION_OK);
	cr_assert_str_eq(options.output, "x");
	cr_assert_str_eq(picture_formats[options.format], "png");
	cr_assert(options.no_merge);
}

Test(prober_options, unknown_picture_is_refused, .init = cr_redirect_stderr)
{
	char *argv[] = {
		"revprobe", "-f", "bmp", "forward", "udp", "singlepath", "192.0.2.1", NULL
	};
	struct prober_options options;

	cr_assert_eq(parse(&options, argv), OPTION_USAGE);
}

Test(prober_options, what_is_sent_goes_with_sending, .init = cr_redirect_stderr)
{
	static char *parts[][2] = {
		{ "--collector", "https://collector.example.net/" },
		{ "--auth-file", "auth" },
		{ "--ca-file", "ca.pem" },
		{ "--allow-http", "-n" },
		{ "--redact-source", "-n" },
	};
	struct prober_options options;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		char *without[] = { "revprobe", parts[i][0],  parts[i][1], "forward",
				    "udp",	"singlepath", "192.0.2.1", NULL };
		char *with[] = { "revprobe", "--transmit", parts[i][0], parts[i][1], "forward",
				 "udp",	     "singlepath", "192.0.2.1", NULL };

		cr_assert_eq(parse(&options, without), OPTION_USAGE, "%s", parts[i][0]);
		cr_assert_eq(parse(&options, with), OPTION_OK, "%s", parts[i][0]);
	}
}

/* The command of the deployed client, with our name. */
Test(prober_options, standard_output_is_for_one, .init = cr_redirect_stderr)
{
	char *two[] = { "revprobe", "--text", "-",	    "--jsonl",	 "-",
			"forward",  "udp",    "singlepath", "192.0.2.1", NULL };
	char *file[] = { "revprobe", "--jsonl",	   "x",		"forward",
			 "udp",	     "singlepath", "192.0.2.1", NULL };
	struct prober_options o;

	cr_assert_eq(parse(&o, two), OPTION_USAGE);
	cr_assert_eq(parse(&o, file), OPTION_OK);
	cr_assert_null(o.text);
}

Test(prober_options, deployed_clients_command_is_taken)
{
	char *argv[] = {
		"revprobe", "--transmit", "two-way", "tcp", "multipath", "192.0.2.1", NULL
	};
	struct prober_options options;

	cr_assert_eq(parse(&options, argv), OPTION_OK);
	cr_assert(options.transmit && !options.collector.yes);
	cr_assert_str_eq(options.text, "-");
}

static uint32_t rate_of(const char *direction, const char *bandwidth, const char *more)
{
	char *argv[] = { "revprobe",
			 "-4",
			 "-B",
			 (char *)(uintptr_t)bandwidth,
			 (char *)(uintptr_t)direction,
			 "udp",
			 "singlepath",
			 "192.0.2.1",
			 (char *)(uintptr_t)more,
			 NULL };
	struct prober_options options;

	cr_assert_eq(parse(&options, argv), OPTION_OK);
	cr_assert(options.rate_is_given);
	return options.rate_pps;
}

/* A probe is IPv4, UDP and 6 bytes, a request IPv4 and ICMP and padding: docs/protocol.md. */
Test(prober_options, bandwidth_is_a_rate_of_the_longest_frames)
{
	cr_expect_eq(rate_of("forward", "1M", NULL), 1000000 / 8 / (14 + 20 + 8 + 6));
	cr_expect_eq(rate_of("reverse", "1M", NULL), 1000000 / 8 / (14 + 92));
	cr_expect_eq(rate_of("two-way", "1M", NULL), 1000000 / 8 / (14 + 92));
	cr_expect_eq(rate_of("forward", "1M", "--rate=10"), 10);
	cr_expect_eq(rate_of("reverse", "1M", "--rate=1000000"), 1000000 / 8 / (14 + 92));
	cr_expect_eq(rate_of("reverse", "1M", "--rate=0"), 1000000 / 8 / (14 + 92));
	cr_expect_eq(rate_of("forward", "1000", "--contact=mailto:somebody@example.org"), 1);
}
