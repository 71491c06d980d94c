// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/ptr.h"

#include <errno.h>
#include <event2/dns.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "prober/campaign/dns.h"

/* Two seconds in all: nobody waits longer for a name. */
#define PTR_TIMEOUT  "1"
#define PTR_ATTEMPTS "2"

struct lookup {
	struct ptr *ptr;
	uint32_t number;
};

struct ptr {
	struct evdns_base *dns;
	ptr_done *done;
	void *arg;
	struct lookup lookups[];
};

int ptr_open(struct event_base *base, uint32_t lookups, ptr_done *done, void *arg,
	     struct ptr **ret_ptr)
{
	struct ptr *p = calloc(1, sizeof(*p) + lookups * sizeof(p->lookups[0]));
	char at_once[16];
	int err;

	if (!p)
		return -ENOMEM;
	p->done = done;
	p->arg = arg;
	for (uint32_t i = 0; i < lookups; i++)
		p->lookups[i] = (struct lookup){ p, i };
	err = dns_open(base, PTR_TIMEOUT, PTR_ATTEMPTS, &p->dns);
	if (err) {
		ptr_close(p);
		return err;
	}
	/* What waited inside evdns would use up its time there. */
	snprintf(at_once, sizeof(at_once), "%u", lookups);
	evdns_base_set_option(p->dns, "max-inflight:", at_once);
	*ret_ptr = p;
	return 0;
}

void ptr_close(struct ptr *p)
{
	if (!p)
		return;
	if (p->dns)
		evdns_base_free(p->dns, 0);
	free(p);
}

static void ptr_answered(int result, char type, int count, int ttl, void *answers, void *arg)
{
	const struct lookup *lookup = arg;
	const char *raw = NULL;
	int64_t looked_us = 0;

	(void)ttl;
	if (result == DNS_ERR_NONE || result == DNS_ERR_NOTEXIST || result == DNS_ERR_NODATA)
		looked_us = clock_wall_us();
	if (result == DNS_ERR_NONE && type == DNS_PTR && count > 0)
		raw = *(char **)answers;
	lookup->ptr->done(lookup->ptr->arg, lookup->number, raw, looked_us);
}

int ptr_ask(struct ptr *p, uint32_t lookup, const struct addr *addr)
{
	struct lookup *l = &p->lookups[lookup];
	struct evdns_request *request;
	struct in6_addr v6;
	struct in_addr v4;

	if (addr_is_v4(addr)) {
		memcpy(&v4, &addr->bytes[12], sizeof(v4));
		request = evdns_base_resolve_reverse(p->dns, &v4, 0, ptr_answered, l);
	} else {
		memcpy(&v6, addr->bytes, sizeof(v6));
		request = evdns_base_resolve_reverse_ipv6(p->dns, &v6, 0, ptr_answered, l);
	}
	return request ? 0 : -ENOMEM;
}
