// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/campaign/dns.h"

#include <errno.h>
#include <event2/dns.h>

#include "base/log.h"

int dns_open(struct event_base *base, const char *timeout_s, const char *attempts,
	     struct evdns_base **ret_dns)
{
	/* Not to count as a reason for the loop to go on. */
	struct evdns_base *dns = evdns_base_new(base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);

	if (!dns) {
		log_error("resolver: cannot start");
		return -ENOMEM;
	}
	/* Without a file evdns asks a name server on this host, as resolv.conf(5) says. */
	evdns_base_resolv_conf_parse(dns, DNS_OPTIONS_ALL, "/etc/resolv.conf");
	evdns_base_set_option(dns, "timeout:", timeout_s);
	evdns_base_set_option(dns, "attempts:", attempts);
	*ret_dns = dns;
	return 0;
}
