// SPDX-License-Identifier: GPL-2.0-or-later
/* evdns as all who ask name servers want it. */
#pragma once

struct event_base;
struct evdns_base;

/*
 * With what /etc/hosts and /etc/resolv.conf say; each question is asked `attempts`
 * times, `timeout_s` apart.  Returns 0, or -ENOMEM with the reason logged.
 *
 * Who frees it while `base` runs on will hear of what was under way later, from the loop.
 */
int dns_open(struct event_base *base, const char *timeout_s, const char *attempts,
	     struct evdns_base **ret_dns);
