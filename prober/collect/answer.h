// SPDX-License-Identifier: GPL-2.0-or-later
/* What clients are told: a status, a line, and when to come back. */
#pragma once

#include <stdint.h>

#include "prober/collect/state.h"

/* Each ends the request, which must not be touched any more, and counts it. */
void answer_stored(struct server *s, struct evhttp_request *request, int64_t id,
		   enum count_end end);
/* `text` is one line.  retry_ns > 0: Retry-After, in seconds rounded up. */
void answer_refused(struct server *s, struct evhttp_request *request, enum count_end end,
		    int status, const char *text, uint64_t retry_ns);
/* The same to everybody who has not proven who he is, whatever was wrong. */
void answer_unauthorized(struct server *s, struct evhttp_request *request);
void answer_text(struct server *s, struct evhttp_request *request, int status, const char *type,
		 const char *text);
