// SPDX-License-Identifier: GPL-2.0-or-later
/* The collector's table, and what it needs. */
#include "prober/collect_options.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdio.h>

#include "base/log.h"

static void expect_store(const struct option_desc *o, double value, int want)
{
	struct collect_options config = { 0 };
	char text[64];

	snprintf(text, sizeof(text), "%.10g", value);
	cr_expect_eq(option_store(o, text, &config), want, "--%s %s", o->name, text);
}

Test(collect_options, every_entry_takes_its_bounds_and_no_more)
{
	for (size_t i = 0; i < collect_option_table.count; i++) {
		const struct option_desc *o = &collect_option_table.options[i];
		struct collect_options config = { 0 };

		cr_expect(o->help && *o->help, "entry %zu has no help", i);
		if (o->preset)
			cr_expect_eq(option_store(o, o->preset, &config), 0, "--%s", o->name);
		if (o->type != OPTION_U32 && o->type != OPTION_SECONDS)
			continue;
		expect_store(o, o->min, 0);
		expect_store(o, o->max, 0);
		expect_store(o, o->max + 1, -ERANGE);
		expect_store(o, o->min - 1, -ERANGE);
	}
}

static enum option_outcome parse(struct collect_options *options, char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return collect_options_parse(argc, argv, options);
}

#define ALL "--listen", "127.0.0.1:1", "--db", "a.db", "--auth-file", "accounts"

Test(collect_options, what_is_needed, .init = cr_redirect_stderr)
{
	struct collect_options o;

	cr_assert_eq(parse(&o, (char *[]){ "collect", ALL, NULL }), OPTION_OK);
	cr_assert_eq(o.user_rate.pps, 50);
	cr_assert_eq(o.user_rate.burst, 1000);
	cr_assert_not(o.behind_proxy);
	cr_assert_eq(parse(&o, (char *[]){ "collect", ALL, "-q", NULL }), OPTION_OK);
	cr_assert_eq(o.log_level, LOG_ERROR);
	cr_assert_eq(parse(&o, (char *[]){ "collect", "--make-account", "alice", NULL }),
		     OPTION_OK);
	cr_assert_eq(parse(&o, (char *[]){ "collect", NULL }), OPTION_USAGE);
	cr_assert_eq(parse(&o, (char *[]){ "collect", ALL, "a.db", NULL }), OPTION_USAGE);
	cr_assert_eq(parse(&o, (char *[]){ "collect", ALL, "--user-rate", "0/0", NULL }),
		     OPTION_USAGE);
	cr_assert_eq(parse(&o, (char *[]){ "collect", ALL, "--user-rate", "off", NULL }),
		     OPTION_OK);
	cr_assert_eq(o.user_rate.pps, 0);
}
