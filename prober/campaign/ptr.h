// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses to host names, by evdns: PTR questions to the name servers of
 * /etc/resolv.conf.  What they say is handed on as it came; but evdns 2.1 cannot read a
 * name of more than 63 bytes (libevent issue 1280), which counts as if nobody spoke.
 */
#pragma once

#include <stdint.h>

#include "wire/addr.h"

struct event_base;
struct ptr;

/* `raw` is NULL for "no name"; `looked_us` is 0 if no name server spoke.  Never called
 * before ptr_ask() returns. */
typedef void ptr_done(void *arg, uint32_t lookup, const char *raw, int64_t looked_us);

/* `lookups` may be under way at once.  Returns 0 or -errno with the reason logged. */
int ptr_open(struct event_base *base, uint32_t lookups, ptr_done *done, void *arg,
	     struct ptr **ret_ptr);
/* Takes NULL.  Only when `base` runs no more; lookups under way are given up without a
 * word. */
void ptr_close(struct ptr *p);

/* Starts lookup number `lookup`, below `lookups`, which is not under way.  Its answer
 * comes within two seconds.  Returns 0 or -ENOMEM. */
int ptr_ask(struct ptr *p, uint32_t lookup, const struct addr *addr);
