// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/collect/exchange.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/clock.h"
#include "base/log.h"
#include "output/inbox.h"
#include "prober/collect/answer.h"
#include "prober/collect/basic.h"
#include "prober/collect/upload.h"

enum {
	BATCH_US = 2000, /* what comes within is committed together */
	BATCH_MAX = 64,
	HASHING_EACH = 4,     /* passwords of one address that may wait to be compared */
	COST_BYTES = 1 << 16, /* more than that counts as more than one document */
};

#define BUSY_NS	   (2 * NS_PER_S)
#define FAILING_NS (10 * NS_PER_S)

static const char *header_of(struct evhttp_request *request, const char *name)
{
	return evhttp_find_header(evhttp_request_get_input_headers(request), name);
}

/* --- stored ------------------------------------------------------------------------------ */

static struct exchange *take_first(struct exchanges *list)
{
	struct exchange *x = TAILQ_FIRST(list);

	if (x)
		TAILQ_REMOVE(list, x, entry);
	return x;
}

static void answer_failed(struct server *s, struct evhttp_request *request)
{
	s->is_failing = true;
	answer_refused(s, request, COUNT_FAILED, 503, "cannot store it now", FAILING_NS);
}

/* All that are in the transaction, by whether that went well. */
static void answer_batch(struct server *s, int err)
{
	struct exchange *x;

	s->stored_count = 0;
	event_del(s->commit_timer);
	while ((x = take_first(&s->stored))) {
		if (err) {
			answer_failed(s, x->request);
		} else {
			s->is_failing = false;
			if (x->end == COUNT_STORED)
				s->counts.bytes += x->bytes;
			answer_stored(s, x->request, x->received_id, x->end);
		}
		free(x);
	}
}

void exchange_commit(struct server *s)
{
	mono start = clock_now();
	int err;

	if (TAILQ_EMPTY(&s->stored))
		return;
	err = inbox_commit(s->inbox);
	s->counts.commits++;
	s->counts.commit_ns += mono_since(start, clock_now());
	answer_batch(s, err);
}

static void await_commit(struct server *s, struct exchange *x)
{
	const struct timeval wait = { 0, BATCH_US };

	TAILQ_INSERT_TAIL(&s->stored, x, entry);
	if (++s->stored_count >= BATCH_MAX)
		exchange_commit(s);
	else if (s->stored_count == 1)
		event_add(s->commit_timer, &wait);
}

/* Takes `x`. */
static void store(struct server *s, struct exchange *x, const struct upload *upload)
{
	const struct inbox_document document = {
		.sender = x->name,
		.key = upload->key[0] ? upload->key : NULL,
		.received_us = clock_wall_us(),
		.input = &upload->input,
		.text = upload->text,
		.len = upload->len,
	};
	enum inbox_verdict verdict;

	if (inbox_add(s->inbox, &document, &verdict, &x->received_id)) {
		answer_batch(s, -EIO);
		answer_failed(s, x->request);
		free(x);
	} else if (verdict == INBOX_CONFLICT) {
		answer_refused(s, x->request, COUNT_CONFLICT, 422,
			       "Idempotency-Key: is that of another document", 0);
		free(x);
	} else {
		x->end = verdict == INBOX_STORED ? COUNT_STORED : COUNT_REPEATED;
		x->bytes = upload->len;
		await_commit(s, x);
	}
}

/* --- read -------------------------------------------------------------------------------- */

static enum count_end end_of(enum upload_status status)
{
	switch (status) {
	case UPLOAD_TOO_LARGE:
		return COUNT_TOO_LARGE;
	case UPLOAD_UNSUPPORTED:
		return COUNT_UNSUPPORTED;
	case UPLOAD_NO_MEMORY:
		return COUNT_FAILED;
	case UPLOAD_OK:
	case UPLOAD_BAD_REQUEST:
	case UPLOAD_UNPROCESSABLE:
		break;
	}
	return COUNT_MALFORMED;
}

/* How long the account has to wait; 0: it may now, and that is counted.  GCRA. */
static uint64_t spend(const struct server *s, struct account *account, size_t len, mono now)
{
	uint64_t cost = 1 + len / COST_BYTES;
	uint64_t gap_ns = s->config.rate ? NS_PER_S / s->config.rate : 0;
	uint64_t most_ns = gap_ns * s->config.burst;
	mono start = mono_before(account->next, now) ? now : account->next;
	mono end;

	if (cost > s->config.burst)
		cost = s->config.burst;
	end = mono_after(start, cost * gap_ns);
	if (mono_since(now, end) > most_ns)
		return mono_since(now, end) - most_ns;
	account->next = end;
	return 0;
}

/* Who it is, is known.  Takes `x`. */
static void take(struct server *s, struct exchange *x, struct account *account)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(x->request);
	struct upload_request request = {
		.content_type = header_of(x->request, "Content-Type"),
		.content_encoding = header_of(x->request, "Content-Encoding"),
		.key = header_of(x->request, "Idempotency-Key"),
		.body_len = evbuffer_get_length(body),
		.document_max = s->config.document_max,
	};
	uint64_t wait_ns = spend(s, account, request.body_len, clock_now());
	char reason[STUDY_REASON_LEN];
	enum upload_status status;
	struct upload upload;

	if (wait_ns > 0) {
		answer_refused(s, x->request, COUNT_LIMITED, 429, "more than this account may send",
			       wait_ns);
		free(x);
		return;
	}
	request.body = evbuffer_pullup(body, -1);
	status = upload_read(&request, &upload, reason);
	if (status != UPLOAD_OK) {
		log_debug("collect: %s: %d: %s", x->name, status, reason);
		answer_refused(s, x->request, end_of(status), (int)status, reason,
			       status == UPLOAD_NO_MEMORY ? BUSY_NS : 0);
		free(x);
		return;
	}
	store(s, x, &upload);
	upload_fini(&upload);
}

/* --- who is it --------------------------------------------------------------------------- */

static struct addr client_address(const struct server *s, struct evhttp_request *request)
{
	const char *list = s->config.is_behind_proxy ? header_of(request, "X-Forwarded-For") : NULL;
	const char *last = list ? strrchr(list, ',') : NULL;
	struct addr addr = { 0 };
	char *text = NULL;
	uint16_t port;

	if (list) {
		last = last ? last + 1 : list;
		addr_from_text(last + strspn(last, " \t"), &addr);
		return addr;
	}
	evhttp_connection_get_peer(evhttp_request_get_connection(request), &text, &port);
	if (text)
		addr_from_text(text, &addr);
	return addr;
}

/* What is remembered of credentials that were right, and useless to anybody else. */
static void make_seal(const struct server *s, const struct credentials *c,
		      uint8_t seal[static ACCOUNT_SEAL_LEN])
{
	crypto_generichash(seal, ACCOUNT_SEAL_LEN, (const unsigned char *)c, sizeof(*c),
			   s->seal_key, sizeof(s->seal_key));
}

static size_t count_hashing(const struct server *s, const struct addr *who)
{
	const struct exchange *x;
	size_t count = 0;

	TAILQ_FOREACH(x, &s->hashing, entry)
	count += addr_equal(&x->who, who);
	return count;
}

/* The slow way.  Takes `x`. */
static void await_hasher(struct server *s, struct exchange *x, const struct account *account,
			 const char *password)
{
	mono now = clock_now(), open_at = guard_open_at(s->guard, &x->who, now);

	if (mono_before(now, open_at)) {
		answer_refused(s, x->request, COUNT_GUARDED, 429, "too many failures",
			       mono_since(now, open_at));
		free(x);
		return;
	}
	if (account)
		memcpy(x->hash, account->hash, sizeof(x->hash));
	else
		memcpy(x->hash, accounts_stand_in(s->accounts, x->name)->hash, sizeof(x->hash));
	x->id = s->next_id++;
	if (count_hashing(s, &x->who) >= HASHING_EACH ||
	    hasher_ask(s->hasher, x->id, x->hash, password)) {
		answer_refused(s, x->request, COUNT_BUSY, 503, "busy", BUSY_NS);
		free(x);
		return;
	}
	TAILQ_INSERT_TAIL(&s->hashing, x, entry);
}

static void on_verdict(struct server *s, struct exchange *x, bool is_right)
{
	struct account *account = accounts_find(s->accounts, x->name);

	s->counts.hashed++;
	/* The file may have been read again since. */
	if (!is_right || !account || strcmp(account->hash, x->hash) != 0) {
		guard_fail(s->guard, &x->who, clock_now());
		answer_unauthorized(s, x->request);
		free(x);
		return;
	}
	memcpy(account->seal, x->seal, sizeof(account->seal));
	account->is_verified = true;
	take(s, x, account);
}

bool exchange_on_hashed(struct server *s)
{
	bool is_right;
	uint64_t id;
	int err;

	while ((err = hasher_next(s->hasher, &id, &is_right)) == 0) {
		struct exchange *x = take_first(&s->hashing);

		if (!x || x->id != id) {
			free(x);
			return false;
		}
		on_verdict(s, x, is_right);
	}
	return err == -EAGAIN;
}

static void identify(struct server *s, struct evhttp_request *request)
{
	struct credentials c;
	struct account *account;
	struct exchange *x;

	if (!basic_read(header_of(request, "Authorization"), &c)) {
		answer_unauthorized(s, request);
		return;
	}
	x = calloc(1, sizeof(*x));
	if (!x) {
		answer_failed(s, request);
		credentials_fini(&c);
		return;
	}
	x->request = request;
	x->who = client_address(s, request);
	memcpy(x->name, c.name, sizeof(x->name));
	make_seal(s, &c, x->seal);
	account = accounts_find(s->accounts, c.name);
	if (account && account->is_verified &&
	    sodium_memcmp(account->seal, x->seal, sizeof(x->seal)) == 0)
		take(s, x, account);
	else
		await_hasher(s, x, account, c.password);
	credentials_fini(&c);
}

/* --- what is asked for -------------------------------------------------------------------- */

static void answer_metrics(struct server *s, struct evhttp_request *request)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out) {
		s->counts.hashing = hasher_waiting(s->hasher);
		s->counts.accounts = accounts_count(s->accounts);
		counts_print(out, &s->counts, s->config.version);
		fclose(out);
	}
	if (text)
		answer_text(s, request, 200, "text/plain; version=0.0.4; charset=utf-8", text);
	else
		answer_failed(s, request);
	free(text);
}

static void answer_health(struct server *s, struct evhttp_request *request)
{
	bool is_well = !s->is_failing && !s->is_stopping;

	answer_text(s, request, is_well ? 200 : 503, "text/plain; charset=utf-8",
		    is_well	     ? "ok\n"
		    : s->is_stopping ? "stopping\n"
				     : "cannot store\n");
}

static void on_closed(struct evhttp_connection *connection, void *arg)
{
	struct server *s = arg;

	(void)connection;
	s->in_hand--;
	if (s->is_stopping && s->in_hand == 0)
		event_base_loopbreak(s->base);
}

/* The reference client's path, and ours. */
static bool is_for_documents(const char *path)
{
	return strcmp(path, "/v1/measurements") == 0 || strcmp(path, "/post_trace") == 0;
}

void exchange_begin(struct evhttp_request *request, void *arg)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
	enum evhttp_cmd_type method = evhttp_request_get_command(request);
	struct server *s = arg;

	s->in_hand++;
	evhttp_connection_set_closecb(evhttp_request_get_connection(request), on_closed, s);
	if (!path)
		path = "";
	if (is_for_documents(path) && method == EVHTTP_REQ_POST)
		identify(s, request);
	else if (is_for_documents(path))
		answer_refused(s, request, COUNT_OTHER, 405, "documents are posted here", 0);
	else if (strcmp(path, "/metrics") == 0 && method == EVHTTP_REQ_GET)
		answer_metrics(s, request);
	else if (strcmp(path, "/healthz") == 0 && method == EVHTTP_REQ_GET)
		answer_health(s, request);
	else
		answer_refused(s, request, COUNT_OTHER, 404, "nothing is here", 0);
}

void exchange_drop_all(struct server *s)
{
	struct exchange *x;

	while ((x = take_first(&s->hashing)) || (x = take_first(&s->stored)))
		free(x);
}
