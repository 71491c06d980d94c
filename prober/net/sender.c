// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/net/sender.h"

#include <assert.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "wire/headers.h"

#define SENDER_BATCH  64 /* larger ones gain nothing */
#define SENDER_BUFFER (4 << 20)

struct sender {
	int packet_fd;
	int raw_v4_fd;
	int raw_v6_fd;
	unsigned int first; /* of the batch that waits */
	unsigned int count; /* end of it */
	struct mmsghdr messages[SENDER_BATCH];
	struct iovec vectors[SENDER_BATCH];
	struct sockaddr_ll names[SENDER_BATCH];
	uint8_t packets[SENDER_BATCH][SENDER_PACKET_MAX];
	struct sender_stats stats;
};

static int sender_socket(int family, int type, int protocol, int *ret_fd)
{
	int size = SENDER_BUFFER;
	int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	int err;

	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
		*ret_fd = fd;
		return 0;
	}
	err = -errno;
	if (err == -EPERM)
		log_error("packet socket: not permitted: needs CAP_NET_RAW");
	else
		log_error("packet socket: cannot open: %s", strerror(-err));
	return err;
}

static void sender_prepare(struct sender *s)
{
	for (unsigned int i = 0; i < SENDER_BATCH; i++) {
		s->vectors[i].iov_base = s->packets[i];
		s->names[i].sll_family = AF_PACKET;
		s->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &s->names[i],
			.msg_namelen = sizeof(s->names[i]),
			.msg_iov = &s->vectors[i],
			.msg_iovlen = 1,
		};
	}
}

int sender_open(struct sender **ret_sender)
{
	struct sender *s = calloc(1, sizeof(*s));
	int err = -ENOMEM;

	if (!s)
		return err;
	s->packet_fd = s->raw_v4_fd = s->raw_v6_fd = -1;
	/* Protocol 0: this socket receives nothing. */
	err = sender_socket(AF_PACKET, SOCK_DGRAM, 0, &s->packet_fd);
	if (!err)
		err = sender_socket(AF_INET, SOCK_RAW, IPPROTO_RAW, &s->raw_v4_fd);
	if (err)
		goto fail;
	/* A kernel without IPv6 is fine until somebody wants to use it. */
	s->raw_v6_fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
	sender_prepare(s);
	*ret_sender = s;
	return 0;
fail:
	sender_close(s);
	return err;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void sender_close(struct sender *s)
{
	if (!s)
		return;
	close_fd(s->packet_fd);
	close_fd(s->raw_v4_fd);
	close_fd(s->raw_v6_fd);
	free(s);
}

static void sender_failed(struct sender *s, int error)
{
	s->stats.failed++;
	s->stats.last_errno = error;
}

static bool sender_is_full(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
}

int sender_flush(struct sender *s)
{
	while (s->first < s->count) {
		int sent = sendmmsg(s->packet_fd, s->messages + s->first, s->count - s->first, 0);

		if (sent > 0) {
			s->first += (unsigned int)sent;
			s->stats.sent += (unsigned int)sent;
		} else if (sender_is_full(errno)) {
			return -EAGAIN;
		} else if (errno != EINTR) {
			sender_failed(s, errno);
			s->first++; /* the one it stumbled over */
		}
	}
	s->first = s->count = 0;
	return 0;
}

/* The slow way, in which the kernel finds the neighbour. */
static int sender_send_raw(struct sender *s, const struct route *route, const void *packet,
			   size_t len)
{
	const struct ipv4_hdr *v4 = packet;
	const struct ipv6_hdr *v6 = packet;
	struct sockaddr_in to_v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 to_v6 = { .sin6_family = AF_INET6 };
	bool is_v4 = v4->ver_ihl >> 4 == 4;
	union {
		char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
		struct cmsghdr align;
	} control = { .bytes = { 0 } };
	uint8_t copy[SENDER_PACKET_MAX];
	struct iovec vector = { .iov_base = copy, .iov_len = len };
	struct msghdr message = { .msg_iov = &vector,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes };
	struct cmsghdr *cmsg = &control.align;

	memcpy(copy, packet, len);
	if (is_v4) {
		struct in_pktinfo info = { .ipi_ifindex = route->ifindex };

		memcpy(&to_v4.sin_addr, &v4->dst, sizeof(v4->dst));
		message.msg_name = &to_v4;
		message.msg_namelen = sizeof(to_v4);
		message.msg_controllen = CMSG_SPACE(sizeof(info));
		*cmsg = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(info)),
					  .cmsg_level = IPPROTO_IP,
					  .cmsg_type = IP_PKTINFO };
		memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
	} else {
		struct in6_pktinfo info = { .ipi6_ifindex = (unsigned int)route->ifindex };

		memcpy(&to_v6.sin6_addr, &v6->dst, sizeof(v6->dst));
		message.msg_name = &to_v6;
		message.msg_namelen = sizeof(to_v6);
		message.msg_controllen = CMSG_SPACE(sizeof(info));
		*cmsg = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(info)),
					  .cmsg_level = IPPROTO_IPV6,
					  .cmsg_type = IPV6_PKTINFO };
		memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
	}
	if (sendmsg(is_v4 ? s->raw_v4_fd : s->raw_v6_fd, &message, 0) >= 0) {
		s->stats.sent++;
		s->stats.resolved++;
		return 0;
	}
	if (sender_is_full(errno))
		return -EAGAIN;
	sender_failed(s, errno);
	return 0;
}

int sender_send(struct sender *s, const struct route *route, const void *packet, size_t len)
{
	struct sockaddr_ll *name;

	assert(len <= SENDER_PACKET_MAX && len >= sizeof(struct ipv4_hdr));
	if (!route->has_link_addr)
		return sender_send_raw(s, route, packet, len);
	if (s->count == SENDER_BATCH && sender_flush(s))
		return -EAGAIN;
	name = &s->names[s->count];
	name->sll_protocol = be16_from(addr_is_v4(&route->src) ? ETHER_IPV4 : ETHER_IPV6).raw;
	name->sll_ifindex = route->ifindex;
	name->sll_halen = route->link_addr_len;
	memcpy(name->sll_addr, route->link_addr, sizeof(name->sll_addr));
	memcpy(s->packets[s->count], packet, len);
	s->vectors[s->count].iov_len = len;
	s->count++;
	return 0;
}

const struct sender_stats *sender_stats(const struct sender *s)
{
	return &s->stats;
}
