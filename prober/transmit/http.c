// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/log.h"
#include "config.h"
#include "prober/transmit/reason.h"

/* Of an attempt, to connect: a host that does not answer is found out sooner. */
#define CONNECT_MS 20000

struct transfer {
	LIST_ENTRY(transfer) entry;
	struct http *http;
	int64_t id;
	CURL *easy;
	struct curl_slist *headers;
	void *body;
	bool is_packed;
	size_t answer_len; /* all of it */
	size_t text_len;   /* what was kept of it */
	char text[HTTP_REASON_LEN];
	char error[CURL_ERROR_SIZE];
};

struct http {
	struct event_base *base;
	struct event *timer;
	CURLM *multi;
	struct http_config config;
	http_done *done;
	void *arg;
	LIST_HEAD(, transfer) transfers;
};

/* --- attempts ----------------------------------------------------------------- */

static void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	if (t->easy) {
		curl_multi_remove_handle(t->http->multi, t->easy);
		curl_easy_cleanup(t->easy);
	}
	curl_slist_free_all(t->headers);
	free(t->body);
	free(t);
}

static size_t on_answer(char *bytes, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	size_t len = size * count;
	size_t room = sizeof(t->text) - 1 - t->text_len;

	memcpy(t->text + t->text_len, bytes, len < room ? len : room);
	t->text_len += len < room ? len : room;
	t->answer_len += len;
	return t->answer_len > HTTP_ANSWER_MAX ? 0 : len;
}

static int transfer_add_header(struct transfer *t, const char *line)
{
	struct curl_slist *longer = curl_slist_append(t->headers, line);

	if (!longer)
		return -ENOMEM;
	t->headers = longer;
	return 0;
}

/* The key is a string as structured fields have them (RFC 8941). */
static int transfer_add_headers(struct transfer *t, const char *key, bool is_packed)
{
	char line[96];
	int err = transfer_add_header(t, "Content-Type: application/json");

	snprintf(line, sizeof(line), "Idempotency-Key: \"%s\"", key);
	if (!err && is_packed)
		err = transfer_add_header(t, "Content-Encoding: gzip");
	if (!err)
		err = transfer_add_header(t, line);
	return err ? err : transfer_add_header(t, "Expect:"); /* not sent: a round trip less */
}

static bool transfer_set_security(struct transfer *t)
{
	const struct http_config *config = &t->http->config;
	const struct collector *collector = config->collector;
	CURL *easy = t->easy;

	return !curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
				 collector->is_plain ? "http" : "https") &&
	       !curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) &&
	       !curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) &&
	       !curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) &&
	       !curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
	       (!config->ca_file || !curl_easy_setopt(easy, CURLOPT_CAINFO, config->ca_file)) &&
	       /* A proxy would be another host. */
	       (!collector->is_loopback || !curl_easy_setopt(easy, CURLOPT_NOPROXY, "*")) &&
	       (!config->auth->text[0] ||
		(!curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) &&
		 !curl_easy_setopt(easy, CURLOPT_USERNAME, config->auth->text) &&
		 !curl_easy_setopt(easy, CURLOPT_PASSWORD, config->auth->password)));
}

static bool transfer_set_request(struct transfer *t, size_t body_len)
{
	long timeout_ms = (long)(t->http->config.timeout_ns / NS_PER_MS);
	CURL *easy = t->easy;

	return !curl_easy_setopt(easy, CURLOPT_PRIVATE, t) &&
	       !curl_easy_setopt(easy, CURLOPT_URL, t->http->config.collector->url) &&
	       !curl_easy_setopt(easy, CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION) &&
	       !curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
	       !curl_easy_setopt(easy, CURLOPT_POST, 1L) &&
	       !curl_easy_setopt(easy, CURLOPT_POSTFIELDS, t->body) &&
	       !curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body_len) &&
	       !curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers) &&
	       !curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer) &&
	       !curl_easy_setopt(easy, CURLOPT_WRITEDATA, t) &&
	       !curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->error) &&
	       !curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms) &&
	       !curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
				 timeout_ms < CONNECT_MS ? timeout_ms : CONNECT_MS) &&
	       !curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) &&
	       /* A name that is being looked up does not hold up the end. */
	       !curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
}

int http_post(struct http *h, int64_t id, const char *key, void *body, size_t body_len,
	      bool is_packed)
{
	struct transfer *t = calloc(1, sizeof(*t));

	if (!t) {
		free(body);
		return -ENOMEM;
	}
	t->http = h;
	t->id = id;
	t->body = body;
	t->is_packed = is_packed;
	t->easy = curl_easy_init();
	if (!t->easy || transfer_add_headers(t, key, is_packed) ||
	    !transfer_set_request(t, body_len) || !transfer_set_security(t) ||
	    curl_multi_add_handle(h->multi, t->easy) != CURLM_OK) {
		transfer_free(t);
		return -ENOMEM;
	}
	LIST_INSERT_HEAD(&h->transfers, t, entry);
	return 0;
}

/* --- ends ----------------------------------------------------------------------- */

static bool is_about_trust(CURLcode code)
{
	return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
	       code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_INVALIDCERTSTATUS;
}

/* An answer whose status is known and whose text is too long is an answer. */
static bool is_answered(const struct transfer *t, CURLcode code)
{
	return code == CURLE_OK || (code == CURLE_WRITE_ERROR && t->answer_len > HTTP_ANSWER_MAX);
}

static void transfer_end(struct transfer *t, CURLcode code)
{
	struct http_result result = { .was_packed = t->is_packed,
				      .is_untrusted = is_about_trust(code) };
	char reason[HTTP_REASON_LEN], *target = NULL;
	struct http *h = t->http;
	int64_t id = t->id;
	curl_off_t retry_s = 0;

	if (is_answered(t, code)) {
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &result.status);
		curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &retry_s);
		curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &target);
		reason_from_answer(result.status, target ? target : t->text, reason);
	} else {
		reason_clean(t->error[0] ? t->error : curl_easy_strerror(code), reason);
	}
	if (retry_s > 0)
		result.retry_ns = (uint64_t)(retry_s < 86400 ? retry_s : 86400) * NS_PER_S;
	result.reason = reason;
	LIST_REMOVE(t, entry);
	transfer_free(t);
	h->done(h->arg, id, &result);
}

static void http_collect(struct http *h)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(h->multi, &left))) {
		CURLcode code = message->data.result;
		void *transfer = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
		transfer_end(transfer, code);
	}
}

/* --- libcurl's sockets and timer, as events --------------------------------------- */

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	int flags =
		(what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	struct http *h = arg;
	int running;

	curl_multi_socket_action(h->multi, fd, flags, &running);
	http_collect(h);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;
	int running;

	(void)fd;
	(void)what;
	curl_multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	http_collect(h);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct http *h = arg;
	struct event *event = socket_arg;
	short wanted = (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
			       (what & CURL_POLL_OUT ? EV_WRITE : 0));

	(void)easy;
	if (event)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		event = event_new(h->base, fd, wanted, on_ready, h);
		if (!event || event_add(event, NULL) != 0)
			return -1;
	}
	curl_multi_assign(h->multi, fd, event);
	return 0;
}

static int want_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct timeval wait = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };
	struct http *h = arg;

	(void)multi;
	return timeout_ms < 0 ? event_del(h->timer) : event_add(h->timer, &wait);
}

/* --- life ------------------------------------------------------------------------- */

int http_open(struct event_base *base, const struct http_config *config, http_done *done, void *arg,
	      struct http **ret_http)
{
	struct http *h = calloc(1, sizeof(*h));

	if (!h || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(h);
		log_error("libcurl: cannot start");
		return -ENOMEM;
	}
	h->base = base;
	h->config = *config;
	h->done = done;
	h->arg = arg;
	LIST_INIT(&h->transfers);
	h->timer = evtimer_new(base, on_timer, h);
	h->multi = curl_multi_init();
	if (!h->timer || !h->multi ||
	    curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, want_socket) ||
	    curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h) ||
	    curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, want_timer) ||
	    curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h)) {
		log_error("libcurl: cannot start");
		http_close(h);
		return -ENOMEM;
	}
	*ret_http = h;
	return 0;
}

void http_close(struct http *h)
{
	struct transfer *t;

	if (!h)
		return;
	while ((t = LIST_FIRST(&h->transfers))) {
		LIST_REMOVE(t, entry);
		transfer_free(t);
	}
	if (h->multi)
		curl_multi_cleanup(h->multi);
	if (h->timer)
		event_free(h->timer);
	curl_global_cleanup();
	free(h);
}
