// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/filters.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <time.h>

static int filters_seen(const struct nlmsghdr *message, void *arg)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(message);

	/* A chain is listed once by itself, with handle 0, and once a filter. */
	if (message->nlmsg_type == RTM_NEWTFILTER && tc->tcm_handle)
		++*(int *)arg;
	return MNL_CB_OK;
}

static int filters_count_at(struct mnl_socket *socket, int ifindex, uint32_t parent)
{
	char buffer[32768]; /* what the kernel fills at most in one part of a dump */
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	unsigned int seq = (unsigned int)time(NULL);
	struct tcmsg *tc;
	int count = 0;
	int status;

	request->nlmsg_type = RTM_GETTFILTER;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = seq;
	tc = mnl_nlmsg_put_extra_header(request, sizeof(*tc));
	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = ifindex;
	tc->tcm_parent = parent;
	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t len = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));

		if (len < 0)
			return -errno;
		status = mnl_cb_run(buffer, (size_t)len, seq, mnl_socket_get_portid(socket),
				    filters_seen, &count);
	} while (status > MNL_CB_STOP);
	return status < 0 ? -errno : count;
}

int filters_count(int ifindex)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int ingress;
	int egress;
	int err;

	if (!socket)
		return -errno;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		mnl_socket_close(socket);
		return err;
	}
	ingress = filters_count_at(socket, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS));
	egress = filters_count_at(socket, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS));
	mnl_socket_close(socket);
	if (ingress < 0)
		return ingress;
	return egress < 0 ? egress : ingress + egress;
}
