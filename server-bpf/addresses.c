// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/addresses.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "server-bpf/shared.h"

#define ADDRESSES_TRIES 10

struct addresses {
	int map;
	uint64_t round; /* of the dump: what an older one found is gone */
	struct mnl_socket *notices;
};

struct address_dump {
	int map;
	struct own_address value;
	int err; /* the first that the map gave */
};

static int address_attribute(const struct nlattr *attribute, void *arg)
{
	const struct nlattr **found = arg;
	uint16_t type = mnl_attr_get_type(attribute);

	/* On a link of two, IFA_ADDRESS is the other end, if there is an IFA_LOCAL. */
	if (type == IFA_LOCAL || (type == IFA_ADDRESS && !*found))
		*found = attribute;
	return MNL_CB_OK;
}

static bool address_read(const struct nlmsghdr *message, struct addr *ret_address)
{
	const struct ifaddrmsg *head = mnl_nlmsg_get_payload(message);
	const struct nlattr *found = NULL;
	be32 v4;

	mnl_attr_parse(message, sizeof(*head), address_attribute, &found);
	if (!found)
		return false;
	if (head->ifa_family == AF_INET && mnl_attr_get_payload_len(found) == sizeof(v4)) {
		memcpy(&v4, mnl_attr_get_payload(found), sizeof(v4));
		*ret_address = addr_from_v4(v4);
		return true;
	}
	if (head->ifa_family != AF_INET6 || mnl_attr_get_payload_len(found) != sizeof(*ret_address))
		return false;
	memcpy(ret_address, mnl_attr_get_payload(found), sizeof(*ret_address));
	return true;
}

/* No packet from elsewhere may be for these (RFC 1122 section 3.2.1.3, RFC 4291 section
 * 2.5.3): the kernel drops it, but the program sees it first. */
static bool address_is_loopback(const struct addr *address)
{
	static const struct addr loopback = { .bytes = { [15] = 1 } };

	return addr_is_v4(address) ? address->bytes[12] == 127 : addr_equal(address, &loopback);
}

static int address_store(const struct nlmsghdr *message, void *arg)
{
	struct address_dump *dump = arg;
	struct addr address;

	if (message->nlmsg_type == RTM_NEWADDR && address_read(message, &address) &&
	    !address_is_loopback(&address) &&
	    bpf_map_update_elem(dump->map, &address, &dump->value, BPF_ANY) && !dump->err)
		dump->err = -errno;
	return MNL_CB_OK;
}

static int address_dump_receive(struct mnl_socket *socket, unsigned int seq,
				struct address_dump *dump)
{
	char buffer[32768]; /* what the kernel fills at most in one part of a dump */
	int status;

	do {
		ssize_t len = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));

		if (len < 0)
			return -errno;
		status = mnl_cb_run(buffer, (size_t)len, seq, mnl_socket_get_portid(socket),
				    address_store, dump);
	} while (status > MNL_CB_STOP);
	return status < 0 ? -errno : dump->err;
}

static int address_dump_all(struct address_dump *dump, unsigned int seq)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	char buffer[NLMSG_HDRLEN + sizeof(struct ifaddrmsg)]
		__attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	int err;

	if (!socket)
		return -errno;
	request->nlmsg_type = RTM_GETADDR;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = seq;
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifaddrmsg));
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		err = -errno;
	else
		err = address_dump_receive(socket, seq, dump);
	mnl_socket_close(socket);
	return err;
}

/* Takes out what this round did not find. */
static void addresses_sweep(struct addresses *a)
{
	struct own_address value;
	struct addr current, next;
	bool more = !bpf_map_get_next_key(a->map, NULL, &next);

	while (more) {
		current = next;
		more = !bpf_map_get_next_key(a->map, &current, &next);
		if (!bpf_map_lookup_elem(a->map, &current, &value) && value.round != a->round)
			bpf_map_delete_elem(a->map, &current);
	}
}

static int addresses_read(struct addresses *a)
{
	int err = -EINTR;

	/* EINTR: they changed while the kernel listed them. */
	for (int i = 0; i < ADDRESSES_TRIES && err == -EINTR; i++) {
		struct address_dump dump = { .map = a->map, .value.round = ++a->round };

		err = address_dump_all(&dump, (unsigned int)a->round);
	}
	if (err)
		log_error("addresses of this host: cannot read them: %s", strerror(-err));
	else
		addresses_sweep(a);
	return err;
}

int addresses_open(int map, struct addresses **ret_addresses)
{
	struct addresses *a = calloc(1, sizeof(*a));
	int err;

	if (!a)
		return -ENOMEM;
	a->map = map;
	/* Listens before it reads, so that no change falls between. */
	a->notices = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!a->notices || mnl_socket_bind(a->notices, RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
					   MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		log_error("addresses of this host: cannot listen for changes: %s", strerror(-err));
		goto fail;
	}
	err = addresses_read(a);
	if (err)
		goto fail;
	*ret_addresses = a;
	return 0;
fail:
	addresses_close(a);
	return err;
}

void addresses_close(struct addresses *a)
{
	if (!a)
		return;
	if (a->notices)
		mnl_socket_close(a->notices);
	free(a);
}

int addresses_fd(const struct addresses *a)
{
	return mnl_socket_get_fd(a->notices);
}

int addresses_update(struct addresses *a)
{
	char buffer[8192];
	ssize_t len;

	/* What the notices say is read anew: one address can be on two interfaces, and
	 * notices can be lost (ENOBUFS). */
	do
		len = mnl_socket_recvfrom(a->notices, buffer, sizeof(buffer));
	while (len > 0 || (len < 0 && (errno == ENOBUFS || errno == EINTR)));
	return addresses_read(a);
}
