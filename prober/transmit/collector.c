// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit/collector.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* Literal addresses, and the one name that libcurl never asks DNS for. */
static bool collector_host_is_loopback(const char *host)
{
	struct in_addr v4;

	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}

/* An empty text where the URL has no such part. */
static int collector_part(CURLU *url, CURLUPart what, char **ret_part)
{
	char *part = NULL;
	CURLUcode code = curl_url_get(url, what, &part, 0);

	if (code == CURLUE_OUT_OF_MEMORY)
		return -ENOMEM;
	*ret_part = strdup(part ? part : "");
	curl_free(part);
	return *ret_part ? 0 : -ENOMEM;
}

/* What is wrong with it; NULL: nothing. */
static const char *collector_complaint(const char *scheme, const char *host, const char *fragment,
				       bool allow_http)
{
	if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
		return "not a URL https://HOST/PATH";
	if (!*host)
		return "a URL without a host";
	if (*fragment)
		return "a URL with a fragment";
	if (strcmp(scheme, "http") == 0 && !collector_host_is_loopback(host) && !allow_http)
		return "HTTP, which everybody on the way can read: use https, or --allow-http";
	return NULL;
}

static int collector_fill(struct collector *c, CURLU *url, bool allow_http)
{
	char *scheme = NULL, *host = NULL, *fragment = NULL;
	const char *complaint;
	int err = collector_part(url, CURLUPART_URL, &c->url);

	if (!err)
		err = collector_part(url, CURLUPART_SCHEME, &scheme);
	if (!err)
		err = collector_part(url, CURLUPART_HOST, &host);
	if (!err)
		err = collector_part(url, CURLUPART_FRAGMENT, &fragment);
	if (err)
		goto out;
	c->is_plain = strcmp(scheme, "http") == 0;
	c->is_loopback = collector_host_is_loopback(host);
	complaint = collector_complaint(scheme, host, fragment, allow_http);
	if (complaint) {
		log_error("collector %s: %s", c->url, complaint);
		err = -EINVAL;
	}
out:
	free(scheme);
	free(host);
	free(fragment);
	return err;
}

int collector_init(struct collector *c, const char *url, bool allow_http)
{
	CURLU *parts = curl_url();
	CURLUcode code;
	int err = -ENOMEM;

	memset(c, 0, sizeof(*c));
	if (!parts)
		return err;
	code = curl_url_set(parts, CURLUPART_URL, url,
			    CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME);
	if (code == CURLUE_USER_NOT_ALLOWED) {
		log_error("collector: no name or password in a URL: use --auth-file");
		err = -EINVAL;
	} else if (code != CURLUE_OK) {
		/* Not repeated: whatever it is, it may have a password in it. */
		log_error("collector: not a URL https://HOST/PATH: %s", curl_url_strerror(code));
		err = -EINVAL;
	} else {
		err = collector_fill(c, parts, allow_http);
	}
	curl_url_cleanup(parts);
	if (err)
		collector_fini(c);
	return err;
}

void collector_fini(struct collector *c)
{
	free(c->url);
	memset(c, 0, sizeof(*c));
}
