// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the kernel would send a packet: interface, source address, neighbour.
 * Asked over netlink, which needs no privilege.  Owns one netlink socket.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

struct route_query {
	struct addr dst;
	uint8_t proto;	/* enum ip_proto of what will be sent; multipath routes hash it … */
	uint16_t sport; /* … and the ports, 0 where there are none */
	uint16_t dport;
};

struct route {
	int ifindex;
	struct addr src;
	uint8_t link_addr[8]; /* of the next hop */
	uint8_t link_addr_len;
	bool has_link_addr; /* known, or not needed on this interface; else the
			     * kernel must resolve the neighbour first */
};

struct routes;

struct routes_config {
	int ifindex;	 /* 0: as the routing table says */
	struct addr src; /* none: as the routing table says */
};

int routes_open(const struct routes_config *config, struct routes **ret_routes);
void routes_close(struct routes *r);

/*
 * Returns 0 or -errno: -ENETUNREACH, -EHOSTUNREACH, -EACCES as the routing table
 * says, -EINVAL for an address that is broadcast or multicast here, -EADDRNOTAVAIL
 * if there is no source address.
 */
int routes_find(struct routes *r, const struct route_query *query, struct route *ret_route);

/* What is wrong, for people. */
const char *routes_strerror(int err);

/* Is this an address that packets may leave from here? */
bool routes_address_is_own(const struct addr *a);
