// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/resolver.h"

#include <errno.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "prober/campaign/dns.h"

/* One that is down or answers late must not hold up a campaign. */
#define RESOLVER_TIMEOUT  "3"
#define RESOLVER_ATTEMPTS "3"

struct resolver {
	struct evdns_base *dns;
	enum resolver_family family;
	resolver_done *done;
	void *arg;
	uint32_t pending;
	bool is_closed; /* lives on until its last lookup has come back */
};

struct resolver_lookup {
	struct resolver *resolver;
	uint32_t job;
};

int resolver_open(struct event_base *base, enum resolver_family family, resolver_done *done,
		  void *arg, struct resolver **ret_resolver)
{
	struct resolver *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->family = family;
	r->done = done;
	r->arg = arg;
	err = dns_open(base, RESOLVER_TIMEOUT, RESOLVER_ATTEMPTS, &r->dns);
	if (err) {
		free(r);
		return err;
	}
	*ret_resolver = r;
	return 0;
}

/* One lookup less; the last one after resolver_close() takes the resolver with it. */
static void resolver_release(struct resolver *r)
{
	if (--r->pending == 0 && r->is_closed)
		free(r);
}

void resolver_close(struct resolver *r)
{
	if (!r)
		return;
	r->is_closed = true;
	r->pending++; /* held until all has been said here */
	/* Lookups under way fail, and libevent says so in a later turn of the loop. */
	evdns_base_free(r->dns, 1);
	resolver_release(r);
}

static bool resolver_take(const struct evutil_addrinfo *info, int family, struct addr *ret_addr)
{
	for (; info; info = info->ai_next) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)(void *)info->ai_addr;
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(void *)info->ai_addr;
		be32 address;

		if (info->ai_family != family)
			continue;
		if (family == AF_INET6) {
			memcpy(ret_addr->bytes, &v6->sin6_addr, sizeof(ret_addr->bytes));
			return true;
		}
		memcpy(&address, &v4->sin_addr, sizeof(address));
		*ret_addr = addr_from_v4(address);
		return true;
	}
	return false;
}

static const char *resolver_reason(int error)
{
	switch (error) {
	case 0:
		return "no address of that family";
	case EVUTIL_EAI_NONAME:
	case EVUTIL_EAI_NODATA:
		return "no such host name";
	case EVUTIL_EAI_AGAIN:
	case EVUTIL_EAI_FAIL:
		return "the name servers do not answer";
	default:
		return evutil_gai_strerror(error);
	}
}

static void resolver_answered(int error, struct evutil_addrinfo *info, void *arg)
{
	struct resolver_lookup *lookup = arg;
	struct resolver *r = lookup->resolver;
	uint32_t job = lookup->job;
	struct addr addr;
	bool found = false;
	bool is_closed;

	free(lookup);
	is_closed = r->is_closed;
	resolver_release(r);
	if (is_closed)
		goto out;
	if (!error && r->family != RESOLVE_V6)
		found = resolver_take(info, AF_INET, &addr);
	if (!error && !found && r->family != RESOLVE_V4)
		found = resolver_take(info, AF_INET6, &addr);
	if (found)
		r->done(r->arg, job, &addr, NULL);
	else
		r->done(r->arg, job, NULL, resolver_reason(error));
out:
	if (info)
		evutil_freeaddrinfo(info);
}

int resolver_start(struct resolver *r, const char *name, uint32_t job)
{
	static const int families[] = {
		[RESOLVE_V4_FIRST] = AF_UNSPEC,
		[RESOLVE_V4] = AF_INET,
		[RESOLVE_V6] = AF_INET6,
	};
	struct evutil_addrinfo hints = {
		.ai_family = families[r->family],
		.ai_socktype = SOCK_DGRAM,
		.ai_protocol = IPPROTO_UDP,
	};
	struct resolver_lookup *lookup = malloc(sizeof(*lookup));

	if (!lookup)
		return -ENOMEM;
	*lookup = (struct resolver_lookup){ r, job };
	r->pending++;
	evdns_getaddrinfo(r->dns, name, NULL, &hints, resolver_answered, lookup);
	return 0;
}

uint32_t resolver_pending(const struct resolver *r)
{
	return r ? r->pending : 0;
}
