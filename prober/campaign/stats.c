// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/stats.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

/* Whoever gets the values. */
struct stats_taker {
	void (*put)(void *arg, const char *name, uint64_t value);
	void *arg;
};

static void stats_put(const struct stats_taker *taker, const char *prefix, const char *name,
		      uint64_t value)
{
	char key[64];

	snprintf(key, sizeof(key), "%s%s", prefix, name);
	taker->put(taker->arg, key, value);
}

void stats_each(const struct campaign_stats *s,
		void (*put)(void *arg, const char *name, uint64_t value), void *arg)
{
	const struct stats_taker taker = { put, arg };

	stats_put(&taker, "", "targets", s->intake.targets);
	stats_put(&taker, "targets-", "invalid", s->intake.invalid);
	stats_put(&taker, "targets-", "unresolved", s->intake.unresolved);
	stats_put(&taker, "targets-", "forbidden", s->intake.forbidden);
	stats_put(&taker, "targets-", "special", s->intake.special);
	stats_put(&taker, "targets-", "blocked", s->intake.blocked);
	stats_put(&taker, "targets-", "unroutable", s->intake.unroutable);
	stats_put(&taker, "", "traces", s->traces);
	stats_put(&taker, "traces-", "reached", s->reached);
	stats_put(&taker, "objects-", "lost", s->objects_lost);
	stats_put(&taker, "packets-", "sent", s->sender.sent);
	stats_put(&taker, "packets-", "failed", s->sender.failed);
	stats_put(&taker, "capture-", "received", s->capture.received);
	stats_put(&taker, "capture-", "dropped", s->capture.dropped);
	stats_put(&taker, "names-", "asked", s->names.asked);
	stats_put(&taker, "names-", "found", s->names.named);
	stats_put(&taker, "names-", "refused", s->names.refused);
	stats_put(&taker, "names-", "unanswered", s->names.unanswered);
	stats_put(&taker, "names-", "not-awaited", s->names.early);
	for (int i = 0; i < PARSE_VERDICT_COUNT; i++)
		stats_put(&taker, "parse-", parse_verdict_name((enum parse_verdict)i),
			  s->parsed[i]);
	for (int i = 0; i < MATCH_VERDICT_COUNT; i++)
		stats_put(&taker, "match-", match_verdict_name((enum match_verdict)i),
			  s->matched[i]);
}

static void stats_put_json(void *arg, const char *name, uint64_t value)
{
	json_object_set_new(arg, name, json_integer((json_int_t)value));
}

char *stats_to_json(const struct campaign_stats *s)
{
	json_t *object = json_object();
	char *text;

	if (!object)
		return NULL;
	stats_each(s, stats_put_json, object);
	text = json_dumps(object, JSON_PRESERVE_ORDER);
	json_decref(object);
	return text;
}

void stats_log(const struct campaign_stats *s, double seconds)
{
	log_info("%" PRIu64 " traces, %" PRIu64 " reached; %" PRIu64 " packets sent, %" PRIu64
		 " answered, in %.2f s",
		 s->traces, s->reached, s->sender.sent, s->matched[MATCH_ANSWER], seconds);
	if (s->sender.failed)
		log_warn("%" PRIu64 " packets could not be sent, the last one: %s",
			 s->sender.failed, strerror(s->sender.last_errno));
	if (s->capture.dropped)
		log_warn("the kernel dropped %" PRIu64
			 " captured packets: hops may look silent that are not",
			 s->capture.dropped);
	if (s->intake.special)
		log_info("%" PRIu64 " special-purpose addresses passed over: --allow-special has "
			 "them probed",
			 s->intake.special);
	if (s->intake.blocked)
		log_info("%" PRIu64 " targets are blocked", s->intake.blocked);
	if (s->intake.unroutable)
		log_warn("%" PRIu64 " targets had no route", s->intake.unroutable);
}
