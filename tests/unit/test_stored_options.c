// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/stored_options.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <string.h>

#include "base/container.h"

struct time_case {
	const char *text;
	int64_t seconds; /* -1: none */
};

Test(stored_options, times_are_utc)
{
	static const struct time_case cases[] = {
		{ "2026-11-24", 1795478400 },
		{ "2026-11-24 13:05", 1795525500 },
		{ "2026-11-24 13:05:09", 1795525509 },
		{ "2026-11-24T13:05:09", 1795525509 },
		{ "2026-11-24T13:05:09Z", 1795525509 },
		{ "@1795525509", 1795525509 },
		{ "", -1 },
		{ "@", -1 },
		{ "@-1", -1 },
		{ "@99999999999999999999", -1 },
		{ "2026-11-24 13:05:09 CET", -1 },
		{ "2026-13-24", -1 },
		{ "yesterday", -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t us = -1000000;

		cr_assert_eq(stored_parse_time(cases[i].text, &us), cases[i].seconds >= 0, "%s",
			     cases[i].text);
		cr_assert_eq(us, cases[i].seconds * 1000000, "%s", cases[i].text);
	}
}

static enum option_outcome show(struct show_options *o, char *one, char *two, char *three)
{
	char *argv[] = { "show", one, two, three, NULL };
	int argc = 1;

	while (argv[argc])
		argc++;
	return show_options_parse(argc, argv, o);
}

static enum option_outcome export(struct export_options *o, char *one, char *two, char *three) {
	char *argv[] = { "export", one, two, three, NULL }; int argc = 1;

	while (argv[argc]) argc++;
	return export_options_parse(argc, argv, o);
}

Test(stored_options, show_takes_a_database_and_maybe_a_target, .init = cr_redirect_stderr)
{
	struct show_options o;

	cr_assert_eq(show(&o, NULL, NULL, NULL), OPTION_USAGE);
	cr_assert_eq(show(&o, "a.db", NULL, NULL), OPTION_OK);
	cr_assert(strcmp(o.database, "a.db") == 0 && !o.filter.endpoint);
	cr_assert(!o.filter.has_direction && !o.filter.cycle && !o.filter.newest);
	cr_assert_eq(show(&o, "a.db", "b", NULL), OPTION_OK);
	cr_assert_str_eq(o.filter.endpoint, "b");
	cr_assert_eq(show(&o, "a.db", "b", "c"), OPTION_USAGE);
}

Test(stored_options, filter_says_what_was_asked_for, .init = cr_redirect_stderr)
{
	struct show_options o;

	cr_assert_eq(show(&o, "--cycle=7", "--direction=reverse", "a.db"), OPTION_OK);
	cr_assert(o.filter.cycle == 7 && o.filter.has_direction);
	cr_assert_eq(o.filter.direction, TRACE_REVERSE);
	cr_assert_eq(show(&o, "--cycle=last", "--direction=forward", "a.db"), OPTION_OK);
	cr_assert(o.filter.newest && !o.filter.cycle && o.filter.has_direction);
	cr_assert_eq(o.filter.direction, TRACE_FORWARD);
	cr_assert_eq(show(&o, "--since=@5", "--until=@6", "a.db"), OPTION_OK);
	cr_assert(o.filter.since_us == 5000000 && o.filter.until_us == 6000000);
	for (size_t i = 0; i < 5; i++) {
		char *const wrong[] = { "--cycle=0", "--cycle=-1", "--cycle=x", "--since=x",
					"--until=x" };

		cr_assert_eq(show(&o, wrong[i], "a.db", NULL), OPTION_USAGE, "%s", wrong[i]);
	}
}

Test(stored_options, export_needs_something_to_write, .init = cr_redirect_stderr)
{
	struct export_options o;

	cr_assert_eq(export(&o, "a.db", NULL, NULL), OPTION_USAGE);
	cr_assert_eq(export(&o, "--jsonl=-", NULL, NULL), OPTION_USAGE);
	cr_assert_eq(export(&o, "--jsonl=-", "--warts=-", "a.db"), OPTION_USAGE);
	cr_assert_eq(export(&o, "--jsonl=-", "a.db", "b"), OPTION_USAGE);
	cr_assert_eq(export(&o, "--jsonl=-", "--endpoint=b", "a.db"), OPTION_OK);
	cr_assert_str_eq(o.filter.endpoint, "b");
	cr_assert_eq(export(&o, "-s", "a.db", NULL), OPTION_OK);
	cr_assert(o.study && !o.draws && strcmp(o.output, "trace") == 0);
	cr_assert_eq(export(&o, "-o", "x", "a.db"), OPTION_OK);
	cr_assert(!o.study && o.draws && strcmp(o.output, "x") == 0);
}
