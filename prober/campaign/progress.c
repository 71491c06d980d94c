// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define TERMINAL_NS NS_PER_S
#define LOG_NS	    (10 * NS_PER_S)

void progress_init(struct progress *p, enum progress_mode mode, bool shows_results, mono now)
{
	*p = (struct progress){ .started = now,
				.shown = now,
				.is_terminal = isatty(STDERR_FILENO) };
	p->is_off = mode == PROGRESS_NEVER ||
		    (mode == PROGRESS_AUTO && (shows_results || !log_enabled(LOG_INFO)));
}

mono progress_due(const struct progress *p)
{
	return p->is_off ? MONO_NEVER : mono_after(p->shown, p->is_terminal ? TERMINAL_NS : LOG_NS);
}

static double seconds(uint64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

/* "47 s", "12 min", "3.5 h" */
static void print_duration(double s, char *text, size_t size)
{
	if (s < 120)
		snprintf(text, size, "%.0f s", s);
	else if (s < 7200)
		snprintf(text, size, "%.0f min", s / 60);
	else
		snprintf(text, size, "%.1f h", s / 3600);
}

/* By the mean of all so far: how fast it was in the last second says little. */
static void print_traces(const struct progress *p, uint64_t traces, uint64_t total, mono now,
			 char *text, size_t size)
{
	char left[32];

	if (total == 0 || traces > total) {
		snprintf(text, size, "traces %" PRIu64, traces);
		return;
	}
	if (traces == 0) {
		snprintf(text, size, "traces 0/%" PRIu64, total);
		return;
	}
	print_duration(seconds(mono_since(p->started, now)) * (double)(total - traces) /
			       (double)traces,
		       left, sizeof(left));
	snprintf(text, size, "traces %" PRIu64 "/%" PRIu64 " %.1f %%, %s to go", traces, total,
		 100.0 * (double)traces / (double)total, left);
}

void progress_text(const struct progress *p, const struct campaign_stats *s, uint32_t in_flight,
		   uint64_t total, mono now, char ret_text[static PROGRESS_TEXT_LEN])
{
	uint64_t answered = s->matched[MATCH_ANSWER];
	double since = seconds(mono_since(p->shown, now));
	char elapsed[32], traces[96];

	if (since <= 0)
		since = 1;
	print_duration(seconds(mono_since(p->started, now)), elapsed, sizeof(elapsed));
	print_traces(p, s->traces, total, now, traces, sizeof(traces));
	snprintf(ret_text, PROGRESS_TEXT_LEN,
		 "%s  %s  sent %.0f/s, replies %.0f/s (%.1f %%)  in flight %u, dropped %" PRIu64,
		 elapsed, traces, (double)(s->sender.sent - p->sent) / since,
		 (double)(answered - p->answered) / since,
		 s->sender.sent ? 100.0 * (double)answered / (double)s->sender.sent : 0.0,
		 in_flight, s->capture.dropped);
}

void progress_show(struct progress *p, const struct campaign_stats *s, uint32_t in_flight,
		   uint64_t total, mono now)
{
	char text[PROGRESS_TEXT_LEN];

	if (mono_before(now, progress_due(p)))
		return;
	progress_text(p, s, in_flight, total, now, text);
	if (p->is_terminal)
		log_status(text);
	else
		log_info("%s", text);
	p->shown = now;
	p->sent = s->sender.sent;
	p->answered = s->matched[MATCH_ANSWER];
}

void progress_end(struct progress *p)
{
	if (p->is_terminal && !p->is_off)
		log_status(NULL);
}
