// SPDX-License-Identifier: GPL-2.0-or-later
/* The campaign's state, shared by campaign.c (the loop), watch.c (who looks after it)
 * and setup.c (life and death). */
#pragma once

#include <event2/event.h>

#include "base/pace.h"
#include "prober/campaign/campaign.h"
#include "prober/campaign/halt.h"
#include "prober/campaign/metrics.h"
#include "prober/campaign/namer.h"
#include "prober/campaign/ptr.h"
#include "prober/engine/engine.h"
#include "prober/net/capture.h"
#include "prober/net/route.h"
#include "prober/net/sender.h"

struct campaign {
	struct campaign_config config;
	struct event_base *base;
	struct event *readable; /* the capture */
	struct event *timer;
	struct event *signals[3];
	struct engine *engine;
	struct intake *intake;
	struct routes *routes;
	struct sender *sender;
	struct capture *capture;
	struct namer *namer;	      /* NULL: no host names */
	struct ptr *ptr;	      /* its resolver */
	struct target_source *source; /* the caller's */
	struct fanout *sinks;
	struct pace pace; /* of all packets together */
	struct pace_limit limit;
	struct engine_packet parked; /* taken from the engine, not yet by the sender */
	bool has_parked;
	bool in_blocks;	   /* how packets are captured */
	bool more_frames;  /* than one turn may read */
	bool more_targets; /* than one turn may look at */
	mono send_at;	   /* when the pace lets the next packet go; never if there is none */
	mono resume_at;	   /* when to try again after the sender was full */
	unsigned int interrupts;
	enum run_state state;
	mono flushed;
	mono ends_at; /* by --max-runtime */
	struct progress progress;
	struct halt halt;
	char reason[HALT_REASON_LEN]; /* why it ended itself; empty: it did not */
	struct campaign_stats stats;
	struct metrics *metrics; /* NULL: nobody may ask */
	mono started;
};

/* What the loop calls; `arg` is the campaign. */
void campaign_on_event(evutil_socket_t fd, short what, void *arg);
void campaign_on_signal(evutil_socket_t number, short what, void *arg);
void campaign_on_reload(evutil_socket_t number, short what, void *arg);
/* News from outside the loop's own events: the next turn takes them in. */
void campaign_wake(void *arg);

/* watch.c, for the loop. */
/* No more packets; what is under way is awaited, or with `now_or_never` not. */
void campaign_interrupt(struct campaign *c, bool now_or_never);
/* For the metrics; `arg` is the campaign. */
void campaign_fetch(void *arg, struct metrics_values *ret_values);
/* Says how far it is, if that is due. */
void campaign_report(struct campaign *c, mono now);
/* Where it would only do harm it ends itself. */
void campaign_watch(struct campaign *c, mono now);
