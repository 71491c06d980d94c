// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/progress.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>

#include "base/log.h"

#define START ((mono){ 1000 * NS_PER_S })

static mono after(uint64_t seconds)
{
	return mono_after(START, seconds * NS_PER_S);
}

static const char *text_of(const struct progress *p, const struct campaign_stats *s, uint64_t total,
			   mono now)
{
	static char text[PROGRESS_TEXT_LEN];

	progress_text(p, s, 64, total, now, text);
	return text;
}

Test(progress, line_has_all_that_is_asked)
{
	struct progress p = { .started = START, .shown = after(10), .sent = 1000, .answered = 900 };
	struct campaign_stats s = { .traces = 250, .sender.sent = 3000, .capture.dropped = 7 };

	s.matched[MATCH_ANSWER] = 2400;
	cr_expect_str_eq(text_of(&p, &s, 1000, after(12)),
			 "12 s  traces 250/1000 25.0 %, 36 s to go  sent 1000/s, replies 750/s "
			 "(80.0 %)  in flight 64, dropped 7");
	cr_expect_str_eq(text_of(&p, &s, 100000, after(200)),
			 "3 min  traces 250/100000 0.2 %, 22.2 h to go  sent 11/s, replies 8/s "
			 "(80.0 %)  in flight 64, dropped 7");
}

Test(progress, what_is_not_known_is_not_said)
{
	struct progress p = { .started = START, .shown = START };
	struct campaign_stats s = { 0 };

	cr_expect_str_eq(text_of(&p, &s, 0, START),
			 "0 s  traces 0  sent 0/s, replies 0/s (0.0 %)  in flight 64, dropped 0");
	cr_expect_str_eq(
		text_of(&p, &s, 50, after(1)),
		"1 s  traces 0/50  sent 0/s, replies 0/s (0.0 %)  in flight 64, dropped 0");
}

Test(progress, log_has_a_line_every_ten_seconds, .init = cr_redirect_stderr)
{
	struct campaign_stats s = { .traces = 1 };
	struct progress p;

	log_init("revprobe", LOG_INFO);
	progress_init(&p, PROGRESS_AUTO, false, START);
	for (uint64_t second = 0; second <= 20; second++)
		progress_show(&p, &s, 0, 0, after(second));
	progress_end(&p);
	fflush(stderr);
	cr_expect_stderr_eq_str(
		"revprobe: 10 s  traces 1  sent 0/s, replies 0/s (0.0 %)  in flight 0, dropped 0\n"
		"revprobe: 20 s  traces 1  sent 0/s, replies 0/s (0.0 %)  in flight 0, dropped "
		"0\n");
}

Test(progress, is_off_where_nobody_wants_it)
{
	struct progress p;

	log_init("revprobe", LOG_INFO);
	progress_init(&p, PROGRESS_NEVER, false, START);
	cr_expect_eq(progress_due(&p).ns, MONO_NEVER.ns);
	progress_init(&p, PROGRESS_AUTO, true, START);
	cr_expect_eq(progress_due(&p).ns, MONO_NEVER.ns);
	progress_init(&p, PROGRESS_ALWAYS, true, START);
	cr_expect_neq(progress_due(&p).ns, MONO_NEVER.ns);
	log_init("revprobe", LOG_ERROR);
	progress_init(&p, PROGRESS_AUTO, false, START);
	cr_expect_eq(progress_due(&p).ns, MONO_NEVER.ns);
}
