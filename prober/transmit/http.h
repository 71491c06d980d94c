// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * POSTs of packed documents to one collector, several at once: libcurl in a libevent
 * loop.  It knows nothing of queues and states; each attempt ends in one call of
 * `done`, and is not made again.
 *
 * No redirect is followed, no more than HTTP_ANSWER_MAX bytes of an answer are read, and
 * no more than HTTP_REASON_LEN are kept.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prober/transmit/auth.h"
#include "prober/transmit/collector.h"

struct event_base;
struct http;

#define HTTP_ANSWER_MAX 65536
#define HTTP_REASON_LEN 256

/* What it points to stays the caller's, and must outlive the connections. */
struct http_config {
	const struct collector *collector;
	const struct auth *auth; /* no name: none is sent */
	const char *ca_file;	 /* whom to trust; NULL: whom the system does */
	uint64_t timeout_ns;	 /* an attempt, from its start to the end of the answer */
};

struct http_result {
	long status;	    /* 0: there was no whole answer, or it can't be trusted */
	bool was_packed;    /* it was sent as gzip */
	bool is_untrusted;  /* the other side could not prove who it is */
	uint64_t retry_ns;  /* Retry-After (RFC 9110, section 10.2.3); 0: none */
	const char *reason; /* the answer's text, or what went wrong: one line, printable */
};

/* Valid during the call, which may start more. */
typedef void http_done(void *arg, int64_t id, const struct http_result *result);

/* Returns 0, or -errno with the reason logged. */
int http_open(struct event_base *base, const struct http_config *config, http_done *done, void *arg,
	      struct http **ret_http);
/* Takes NULL.  Attempts under way end without a word. */
void http_close(struct http *h);

/* Takes `body`, which is gzip or plain JSON, also where it fails: -ENOMEM. */
int http_post(struct http *h, int64_t id, const char *key, void *body, size_t body_len,
	      bool is_packed);
