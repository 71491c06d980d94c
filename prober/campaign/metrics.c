// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/metrics.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/listen_address.h"
#include "base/log.h"
#include "base/memory_text.h"
#include "config.h"

/* Enough for any scraper; more is not read. */
#define HEADERS_MAX	4096
#define BODY_MAX	0
#define TIMEOUT_SECONDS 10
#define PREFIX		"revprobe_"

struct metrics {
	struct metrics_config config;
	struct evhttp *http;
};

static void metric_head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name, type);
}

static void metric_gauge(FILE *out, const char *name, const char *help, double value)
{
	metric_head(out, name, "gauge", help);
	fprintf(out, PREFIX "%s %.15g\n", name, value);
}

static void metric_event(void *arg, const char *name, uint64_t value)
{
	fprintf(arg, PREFIX "events_total{event=\"%s\"} %" PRIu64 "\n", name, value);
}

void metrics_print(FILE *out, const struct metrics_values *values)
{
	metric_head(out, "build_info", "gauge", "The version that runs; always 1.");
	fprintf(out, PREFIX "build_info{version=\"%s\"} 1\n", PACKAGE_VERSION);
	metric_gauge(out, "traces_in_flight", "Traces that have begun and not ended.",
		     values->in_flight);
	metric_gauge(out, "traces_expected", "Traces that there will be, at most; 0: not known.",
		     (double)values->total);
	metric_gauge(out, "run_seconds", "Time since the run began.", values->seconds);
	metric_head(out, "events_total", "counter",
		    "What was counted, by the names that the database has.");
	stats_each(&values->stats, metric_event, out);
}

static void status_put(void *arg, const char *name, uint64_t value)
{
	json_object_set_new(arg, name, json_integer((json_int_t)value));
}

char *metrics_status(const struct metrics_values *values)
{
	json_t *counters = json_object();
	json_t *object;
	char *text;

	if (!counters)
		return NULL;
	stats_each(&values->stats, status_put, counters);
	object = json_pack("{s:s,s:s,s:f,s:I,s:I,s:o}", "program", PACKAGE_STRING, "state",
			   values->state, "seconds", values->seconds, "traces-expected",
			   (json_int_t)values->total, "traces-in-flight",
			   (json_int_t)values->in_flight, "counters", counters);
	text = object ? json_dumps(object, JSON_PRESERVE_ORDER) : NULL;
	json_decref(object);
	return text;
}

static void metrics_reply(struct evhttp_request *request, const char *type, char *text)
{
	if (!text) {
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
		return;
	}
	evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", type);
	evbuffer_add(evhttp_request_get_output_buffer(request), text, strlen(text));
	evhttp_send_reply(request, HTTP_OK, NULL, NULL);
	free(text);
}

static void metrics_on_metrics(struct evhttp_request *request, void *arg)
{
	const struct metrics *m = arg;
	struct metrics_values values;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out) {
		m->config.fetch(m->config.arg, &values);
		metrics_print(out, &values);
		if (memory_text_end(out, &text))
			text = NULL;
	}
	metrics_reply(request, "text/plain; version=0.0.4; charset=utf-8", text);
}

static void metrics_on_status(struct evhttp_request *request, void *arg)
{
	const struct metrics *m = arg;
	struct metrics_values values;

	m->config.fetch(m->config.arg, &values);
	metrics_reply(request, "application/json", metrics_status(&values));
}

static int metrics_listen(struct metrics *m)
{
	char host[LISTEN_HOST_LEN];
	uint16_t port;

	if (listen_address(m->config.listen, 1, host, &port))
		return -EINVAL; /* which the options do not let through */
	errno = 0;
	if (!evhttp_bind_socket_with_handle(m->http, host, port)) {
		int err = errno ? -errno : -EIO;

		log_error("metrics: cannot listen at %s port %u: %s", host, port, strerror(-err));
		return err;
	}
	log_info("metrics: at %s port %u, /metrics and /status", host, port);
	return 0;
}

int metrics_open(struct event_base *base, const struct metrics_config *config,
		 struct metrics **ret_metrics)
{
	struct metrics *m = calloc(1, sizeof(*m));
	int err = -ENOMEM;

	if (!m)
		return err;
	m->config = *config;
	m->http = evhttp_new(base);
	if (!m->http)
		goto fail;
	evhttp_set_allowed_methods(m->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_max_headers_size(m->http, HEADERS_MAX);
	evhttp_set_max_body_size(m->http, BODY_MAX);
	evhttp_set_timeout(m->http, TIMEOUT_SECONDS);
	if (evhttp_set_cb(m->http, "/metrics", metrics_on_metrics, m) ||
	    evhttp_set_cb(m->http, "/status", metrics_on_status, m))
		goto fail;
	err = metrics_listen(m);
	if (err)
		goto fail;
	*ret_metrics = m;
	return 0;
fail:
	metrics_close(m);
	return err;
}

void metrics_close(struct metrics *m)
{
	if (!m)
		return;
	if (m->http)
		evhttp_free(m->http);
	free(m);
}
