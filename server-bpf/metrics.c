// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/metrics.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/listen_address.h"
#include "base/log.h"
#include "server-bpf/links.h"

/* Enough for any scraper; more is not read. */
#define HEADERS_MAX	4096
#define BODY_MAX	0
#define TIMEOUT_SECONDS 10
#define PREFIX		"revprobe_server_"

struct metrics {
	struct metrics_config config;
	struct evhttp *http;
};

static void metric_head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name, type);
}

static void metric_number(FILE *out, const char *name, const char *type, const char *help,
			  uint64_t value)
{
	metric_head(out, name, type, help);
	fprintf(out, PREFIX "%s %" PRIu64 "\n", name, value);
}

/* Backslash, quote and newline are all that a label cannot hold as they are. */
static void metric_label(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '\\' || *text == '"')
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void metrics_print_packets(FILE *out, const struct counter_values *counters)
{
	static const char *const families[FAMILY_COUNT] = { "ipv4", "ipv6" };

	metric_head(out, "packets_total", "counter",
		    "Packets and sessions by what became of them; docs/server.md has the reasons.");
	for (int i = 0; i < COUNTER_COUNT; i++)
		for (int family = 0; family < FAMILY_COUNT; family++)
			fprintf(out,
				PREFIX "packets_total{reason=\"%s\",family=\"%s\"} %" PRIu64 "\n",
				counter_name((enum server_counter)i), families[family],
				counters->of[i][family]);
}

void metrics_print(FILE *out, const struct metrics_values *values, const char *version)
{
	size_t interfaces = values->links ? links_count(values->links) : 0;

	metric_head(out, "build_info", "gauge", "The version that runs; always 1.");
	fprintf(out, PREFIX "build_info{version=\"%s\"} 1\n", version);
	metric_head(out, "interface", "gauge", "Interfaces that are served; always 1.");
	for (size_t i = 0; i < interfaces; i++) {
		fputs(PREFIX "interface{interface=\"", out);
		metric_label(out, links_name(values->links, i));
		fputs("\"} 1\n", out);
	}
	metric_number(out, "sessions_live", "gauge", "Probes that wait for an answer.",
		      values->sessions_live);
	metric_number(out, "sessions_max", "gauge", "Probes that may wait at one time.",
		      values->sessions_max);
	metrics_print_packets(out, &values->counters);
	metric_number(out, "program_runs_total", "counter",
		      "Packets that the program saw, while kernel.bpf_stats_enabled is 1.",
		      values->runs);
	metric_head(out, "program_seconds_total", "counter",
		    "Time that the program took for them.");
	fprintf(out, PREFIX "program_seconds_total %.9f\n",
		(double)values->run_ns / (double)NS_PER_S);
}

static void metrics_answer(struct evhttp_request *request, void *arg)
{
	const struct metrics *m = arg;
	struct metrics_values values;
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	if (m->config.fetch(m->config.arg, &values)) {
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
		return;
	}
	out = open_memstream(&text, &size);
	if (!out) {
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
		return;
	}
	metrics_print(out, &values, m->config.version);
	fclose(out);
	evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
			  "text/plain; version=0.0.4; charset=utf-8");
	evbuffer_add(evhttp_request_get_output_buffer(request), text, size);
	evhttp_send_reply(request, HTTP_OK, NULL, NULL);
	free(text);
}

/* A host name would have to be resolved, and might mean another address tomorrow. */
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
	log_info("metrics: at %s port %u, /metrics", host, port);
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
	if (evhttp_set_cb(m->http, "/metrics", metrics_answer, m))
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
