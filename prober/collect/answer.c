// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/collect/answer.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <inttypes.h>
#include <string.h>

static const struct {
	int status;
	const char *name;
} names[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 503, "Service Unavailable" },
};

static const char *name_of(int status)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].status == status)
			return names[i].name;
	return "";
}

static void add_header(struct evhttp_request *request, const char *name, const char *value)
{
	evhttp_add_header(evhttp_request_get_output_headers(request), name, value);
}

/* One request a connection: so its deadline is the request's. */
static void send_text(struct evhttp_request *request, int status, const char *type,
		      const char *text)
{
	add_header(request, "Content-Type", type);
	add_header(request, "Connection", "close");
	evbuffer_add(evhttp_request_get_output_buffer(request), text, strlen(text));
	evhttp_send_reply(request, status, name_of(status), NULL);
}

void answer_stored(struct server *s, struct evhttp_request *request, int64_t id, enum count_end end)
{
	char text[40];

	s->counts.ends[end]++;
	snprintf(text, sizeof(text), "{\"id\":%" PRId64 "}\n", id);
	send_text(request, 201, "application/json", text);
}

void answer_refused(struct server *s, struct evhttp_request *request, enum count_end end,
		    int status, const char *text, uint64_t retry_ns)
{
	char line[256], seconds[24];

	s->counts.ends[end]++;
	if (retry_ns > 0) {
		snprintf(seconds, sizeof(seconds), "%" PRIu64,
			 (uint64_t)((retry_ns + NS_PER_S - 1) / NS_PER_S));
		add_header(request, "Retry-After", seconds);
	}
	if (status == 405)
		add_header(request, "Allow", "POST");
	if (status == 415)
		add_header(request, "Accept-Encoding", "gzip");
	snprintf(line, sizeof(line), "%s\n", text);
	send_text(request, status, "text/plain; charset=utf-8", line);
}

void answer_unauthorized(struct server *s, struct evhttp_request *request)
{
	add_header(request, "WWW-Authenticate", "Basic realm=\"revprobe\", charset=\"UTF-8\"");
	answer_refused(s, request, COUNT_UNAUTHORIZED, 401, "name and password, please", 0);
}

void answer_text(struct server *s, struct evhttp_request *request, int status, const char *type,
		 const char *text)
{
	s->counts.ends[COUNT_OTHER]++;
	send_text(request, status, type, text);
}
