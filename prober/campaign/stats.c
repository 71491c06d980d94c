// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/stats.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

static void stats_put(json_t *object, const char *prefix, const char *name, uint64_t value)
{
	char key[64];

	snprintf(key, sizeof(key), "%s%s", prefix, name);
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

char *stats_to_json(const struct campaign_stats *s)
{
	json_t *object = json_object();
	char *text;

	if (!object)
		return NULL;
	stats_put(object, "", "targets", s->intake.targets);
	stats_put(object, "targets-", "invalid", s->intake.invalid);
	stats_put(object, "targets-", "unresolved", s->intake.unresolved);
	stats_put(object, "targets-", "forbidden", s->intake.forbidden);
	stats_put(object, "targets-", "special", s->intake.special);
	stats_put(object, "targets-", "blocked", s->intake.blocked);
	stats_put(object, "targets-", "unroutable", s->intake.unroutable);
	stats_put(object, "", "traces", s->traces);
	stats_put(object, "traces-", "reached", s->reached);
	stats_put(object, "objects-", "lost", s->objects_lost);
	stats_put(object, "packets-", "sent", s->sender.sent);
	stats_put(object, "packets-", "failed", s->sender.failed);
	stats_put(object, "capture-", "received", s->capture.received);
	stats_put(object, "capture-", "dropped", s->capture.dropped);
	stats_put(object, "names-", "asked", s->names.asked);
	stats_put(object, "names-", "found", s->names.named);
	stats_put(object, "names-", "refused", s->names.refused);
	stats_put(object, "names-", "unanswered", s->names.unanswered);
	stats_put(object, "names-", "not-awaited", s->names.early);
	for (int i = 0; i < PARSE_VERDICT_COUNT; i++)
		stats_put(object, "parse-", parse_verdict_name((enum parse_verdict)i),
			  s->parsed[i]);
	for (int i = 0; i < MATCH_VERDICT_COUNT; i++)
		stats_put(object, "match-", match_verdict_name((enum match_verdict)i),
			  s->matched[i]);
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
