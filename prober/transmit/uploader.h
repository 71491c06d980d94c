// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Empties an outbox: sends what waits for its collector, several at once, tries again
 * what failed, and writes down what became of each.  It has a loop of its own, and runs
 * when nobody probes.
 */
#pragma once

#include "output/outbox.h"
#include "prober/transmit/http.h"

struct uploader_config {
	struct http_config http;
	uint32_t parallel;    /* at most OUTBOX_FLIGHT_MAX */
	uint64_t patience_ns; /* ends when nothing could be delivered for so long */
	uint64_t deadline_ns; /* ends in any case; 0: when all is done */
};

enum uploader_end {
	UPLOADER_EMPTY,	      /* nothing waits any more */
	UPLOADER_LATER,	      /* the collector does not answer, or not now */
	UPLOADER_REFUSED,     /* it takes nothing from us, or is not who it should be */
	UPLOADER_FAILED,      /* our database, or memory */
	UPLOADER_INTERRUPTED, /* SIGINT, SIGTERM */
};

struct uploader_counts {
	uint32_t sent, rejected, attempts;
};

/*
 * The outbox has chosen its collector.  Returns when one of the ends has come, with its
 * reason logged; what was on its way then is queued as if it had not been tried.
 */
enum uploader_end uploader_run(struct outbox *outbox, const struct uploader_config *config,
			       struct uploader_counts *ret_counts);
