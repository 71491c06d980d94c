// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Host names to addresses, many at once, by libevent's evdns: what /etc/hosts and
 * the name servers of /etc/resolv.conf say.
 */
#pragma once

#include <stdint.h>

#include "wire/addr.h"

struct event_base;
struct resolver;

enum resolver_family { RESOLVE_V4_FIRST, RESOLVE_V4, RESOLVE_V6 };

/* `reason` is NULL with an address, else why there is none.  May be called before
 * resolver_start() returns. */
typedef void resolver_done(void *arg, uint32_t job, const struct addr *addr, const char *reason);

/* Returns 0 or -errno with the reason logged.  `base` must outlive the resolver. */
int resolver_open(struct event_base *base, enum resolver_family family, resolver_done *done,
		  void *arg, struct resolver **ret_resolver);
/* Takes NULL.  Lookups under way are given up without a word; what they hold is freed
 * as the loop goes on. */
void resolver_close(struct resolver *r);

/* Starts a lookup; `job` comes back with the result.  Returns 0 or -ENOMEM. */
int resolver_start(struct resolver *r, const char *name, uint32_t job);
/* Lookups under way. */
uint32_t resolver_pending(const struct resolver *r);
