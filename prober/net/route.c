// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/net/route.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "wire/headers.h"

#define LINKS_MAX  64
#define NUD_USABLE (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY)

/* What an interface's packets start with; asked once an interface. */
struct link {
	int ifindex;
	uint8_t addr_len;    /* of its neighbours' addresses; 0: no link header */
	bool has_neighbours; /* they must be resolved */
};

struct routes {
	struct mnl_socket *socket;
	struct routes_config config;
	uint32_t seq;
	struct link links[LINKS_MAX];
	size_t link_count;
};

int routes_open(const struct routes_config *config, struct routes **ret_routes)
{
	struct routes *r = calloc(1, sizeof(*r));
	int err = -ENOMEM;

	if (!r)
		goto fail;
	r->config = *config;
	r->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!r->socket || mnl_socket_bind(r->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		log_error("netlink: cannot open: %s", strerror(-err));
		goto fail;
	}
	*ret_routes = r;
	return 0;
fail:
	routes_close(r);
	return err;
}

void routes_close(struct routes *r)
{
	if (!r)
		return;
	if (r->socket)
		mnl_socket_close(r->socket);
	free(r);
}

/* One question, one answer: `handler` gets the answer's message. */
static int routes_ask(struct routes *r, struct nlmsghdr *request, mnl_cb_t handler, void *arg)
{
	char buffer[8192];
	unsigned int port = mnl_socket_get_portid(r->socket);
	int status = MNL_CB_OK;

	request->nlmsg_flags = NLM_F_REQUEST;
	request->nlmsg_seq = ++r->seq;
	if (mnl_socket_sendto(r->socket, request, request->nlmsg_len) < 0)
		return -errno;
	while (status > MNL_CB_STOP) {
		ssize_t len = mnl_socket_recvfrom(r->socket, buffer, sizeof(buffer));

		if (len < 0)
			return -errno;
		status = mnl_cb_run(buffer, (size_t)len, r->seq, port, handler, arg);
		if (status < 0 && errno == EPROTO)
			status = MNL_CB_OK; /* the answer to a question given up on */
	}
	return status < 0 ? -errno : 0;
}

static void put_addr(struct nlmsghdr *request, uint16_t type, const struct addr *a)
{
	if (addr_is_v4(a))
		mnl_attr_put(request, type, 4, &a->bytes[12]);
	else
		mnl_attr_put(request, type, 16, a->bytes);
}

static bool get_addr(const struct nlattr *attribute, struct addr *ret_addr)
{
	be32 v4;

	switch (mnl_attr_get_payload_len(attribute)) {
	case 4:
		memcpy(&v4, mnl_attr_get_payload(attribute), sizeof(v4));
		*ret_addr = addr_from_v4(v4);
		return true;
	case 16:
		memcpy(ret_addr, mnl_attr_get_payload(attribute), sizeof(*ret_addr));
		return true;
	default:
		return false;
	}
}

/* The attributes of an answer, by type. */
#define ATTRIBUTES_MAX 64

struct attributes {
	const struct nlattr *of[ATTRIBUTES_MAX];
};

static int attribute_keep(const struct nlattr *attribute, void *arg)
{
	struct attributes *attributes = arg;

	if (mnl_attr_get_type(attribute) < ATTRIBUTES_MAX)
		attributes->of[mnl_attr_get_type(attribute)] = attribute;
	return MNL_CB_OK;
}

static struct attributes attributes_of(const struct nlmsghdr *message, size_t header_len)
{
	struct attributes attributes = { 0 };

	mnl_attr_parse(message, (unsigned int)header_len, attribute_keep, &attributes);
	return attributes;
}

/* --- the interface -------------------------------------------------------- */

static int link_seen(const struct nlmsghdr *message, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct attributes attributes = attributes_of(message, sizeof(*info));
	struct link *link = arg;

	if (attributes.of[IFLA_ADDRESS])
		link->addr_len = (uint8_t)mnl_attr_get_payload_len(attributes.of[IFLA_ADDRESS]);
	/* Tunnels call their end point an address, too: only real links have some. */
	if (info->ifi_type != ARPHRD_ETHER && info->ifi_type != ARPHRD_LOOPBACK &&
	    info->ifi_type != ARPHRD_INFINIBAND)
		link->addr_len = 0;
	link->has_neighbours =
		link->addr_len != 0 && !(info->ifi_flags & (IFF_NOARP | IFF_LOOPBACK));
	return MNL_CB_STOP;
}

static int routes_link(struct routes *r, int ifindex, struct link *ret_link)
{
	char buffer[256] = { 0 };
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct link link = { .ifindex = ifindex };
	struct ifinfomsg *info;
	int err;

	for (size_t i = 0; i < r->link_count; i++) {
		if (r->links[i].ifindex == ifindex) {
			*ret_link = r->links[i];
			return 0;
		}
	}
	request->nlmsg_type = RTM_GETLINK;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_index = ifindex;
	err = routes_ask(r, request, link_seen, &link);
	if (err)
		return err;
	if (r->link_count < LINKS_MAX)
		r->links[r->link_count++] = link;
	*ret_link = link;
	return 0;
}

/* --- the neighbour -------------------------------------------------------- */

static int neighbour_seen(const struct nlmsghdr *message, void *arg)
{
	const struct ndmsg *neighbour = mnl_nlmsg_get_payload(message);
	struct attributes attributes = attributes_of(message, sizeof(*neighbour));
	const struct nlattr *link_addr = attributes.of[NDA_LLADDR];
	struct route *route = arg;
	size_t len;

	if (!(neighbour->ndm_state & NUD_USABLE) || !link_addr)
		return MNL_CB_STOP;
	len = mnl_attr_get_payload_len(link_addr);
	if (len > sizeof(route->link_addr))
		return MNL_CB_STOP;
	memcpy(route->link_addr, mnl_attr_get_payload(link_addr), len);
	route->link_addr_len = (uint8_t)len;
	route->has_link_addr = true;
	return MNL_CB_STOP;
}

static int routes_neighbour(struct routes *r, const struct addr *next_hop, struct route *route)
{
	char buffer[256] = { 0 };
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ndmsg *neighbour;
	struct link link;
	int err = routes_link(r, route->ifindex, &link);

	if (err)
		return err;
	if (!link.has_neighbours) {
		route->link_addr_len = link.addr_len;
		route->has_link_addr = link.addr_len <= sizeof(route->link_addr);
		return 0;
	}
	request->nlmsg_type = RTM_GETNEIGH;
	neighbour = mnl_nlmsg_put_extra_header(request, sizeof(*neighbour));
	neighbour->ndm_family = addr_is_v4(next_hop) ? AF_INET : AF_INET6;
	neighbour->ndm_ifindex = route->ifindex;
	put_addr(request, NDA_DST, next_hop);
	err = routes_ask(r, request, neighbour_seen, route);
	/* No entry: the kernel will make one when it sends for us. */
	return err == -ENOENT ? 0 : err;
}

/* --- the route ------------------------------------------------------------ */

struct route_answer {
	struct route route;
	struct addr next_hop;
	uint8_t type; /* RTN_UNICAST … */
};

/* An IPv4 route may lead through an IPv6 neighbour: RFC 5549. */
static void get_via(const struct nlattr *attribute, struct addr *ret_addr)
{
	const struct rtvia *via = mnl_attr_get_payload(attribute);

	if (mnl_attr_get_payload_len(attribute) >= sizeof(*via) + sizeof(*ret_addr))
		memcpy(ret_addr, via->rtvia_addr, sizeof(*ret_addr));
}

static int route_seen(const struct nlmsghdr *message, void *arg)
{
	const struct rtmsg *rt = mnl_nlmsg_get_payload(message);
	struct attributes attributes = attributes_of(message, sizeof(*rt));
	struct route_answer *answer = arg;

	answer->type = rt->rtm_type;
	if (attributes.of[RTA_OIF])
		answer->route.ifindex = (int)mnl_attr_get_u32(attributes.of[RTA_OIF]);
	if (attributes.of[RTA_PREFSRC])
		get_addr(attributes.of[RTA_PREFSRC], &answer->route.src);
	if (attributes.of[RTA_GATEWAY])
		get_addr(attributes.of[RTA_GATEWAY], &answer->next_hop);
	if (attributes.of[RTA_VIA])
		get_via(attributes.of[RTA_VIA], &answer->next_hop);
	return MNL_CB_STOP;
}

static void routes_put_query(const struct routes *r, const struct route_query *query,
			     struct nlmsghdr *request)
{
	bool is_v4 = addr_is_v4(&query->dst);
	uint8_t bits = is_v4 ? 32 : 128;
	struct rtmsg *rt;

	request->nlmsg_type = RTM_GETROUTE;
	rt = mnl_nlmsg_put_extra_header(request, sizeof(*rt));
	rt->rtm_family = is_v4 ? AF_INET : AF_INET6;
	rt->rtm_dst_len = bits;
	put_addr(request, RTA_DST, &query->dst);
	if (!addr_is_none(&r->config.src) && addr_is_v4(&r->config.src) == is_v4) {
		rt->rtm_src_len = bits;
		put_addr(request, RTA_SRC, &r->config.src);
	}
	if (r->config.ifindex)
		mnl_attr_put_u32(request, RTA_OIF, (uint32_t)r->config.ifindex);
	mnl_attr_put_u8(request, RTA_IP_PROTO, query->proto);
	if (query->proto == PROTO_UDP || query->proto == PROTO_TCP) {
		mnl_attr_put_u16(request, RTA_SPORT, be16_from(query->sport).raw);
		mnl_attr_put_u16(request, RTA_DPORT, be16_from(query->dport).raw);
	}
}

int routes_find(struct routes *r, const struct route_query *query, struct route *ret_route)
{
	char buffer[512] = { 0 };
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct route_answer answer = { .next_hop = query->dst };
	int err;

	routes_put_query(r, query, request);
	err = routes_ask(r, request, route_seen, &answer);
	if (err)
		return err;
	if (answer.type != RTN_UNICAST && answer.type != RTN_LOCAL)
		return -EINVAL;
	if (!addr_is_none(&r->config.src) && addr_is_v4(&r->config.src) == addr_is_v4(&query->dst))
		answer.route.src = r->config.src;
	if (!answer.route.ifindex || addr_is_none(&answer.route.src))
		return -EADDRNOTAVAIL;
	err = routes_neighbour(r, &answer.next_hop, &answer.route);
	if (err)
		return err;
	*ret_route = answer.route;
	return 0;
}

bool routes_address_is_own(const struct addr *a)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	bool is_v4 = addr_is_v4(a);
	int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int status;

	if (fd < 0)
		return false;
	memcpy(&v4.sin_addr, &a->bytes[12], sizeof(v4.sin_addr));
	memcpy(&v6.sin6_addr, a->bytes, sizeof(v6.sin6_addr));
	/* The kernel binds to its own addresses only. */
	status = is_v4 ? bind(fd, (struct sockaddr *)&v4, sizeof(v4))
		       : bind(fd, (struct sockaddr *)&v6, sizeof(v6));
	close(fd);
	return status == 0;
}

const char *routes_strerror(int err)
{
	switch (-err) {
	case EINVAL:
		return "a broadcast or multicast address here";
	case EADDRNOTAVAIL:
		return "no source address for it";
	default:
		return strerror(-err);
	}
}
