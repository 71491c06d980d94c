// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/links.h"

#include <assert.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "server-bpf/attach.h"

struct links {
	struct mnl_socket *news;
	struct attachment **attachments;
	size_t count;
};

/* Before anything is attached, so that no change is missed. */
static int links_listen(struct links *l)
{
	l->news = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (l->news && mnl_socket_bind(l->news, RTMGRP_LINK, MNL_SOCKET_AUTOPID) == 0)
		return 0;
	log_error("interfaces: cannot watch them: %s", strerror(errno));
	return -errno;
}

int links_open(char **interfaces, const struct attach_programs *programs, const char *served,
	       struct links **ret_links)
{
	struct links *l = calloc(1, sizeof(*l));
	size_t count = 0;
	int err = -ENOMEM;

	if (!l)
		return err;
	while (interfaces[count])
		count++;
	assert(count > 0); /* or the options were refused */
	l->attachments = calloc(count, sizeof(struct attachment *));
	if (!l->attachments)
		goto fail;
	err = links_listen(l);
	if (err)
		goto fail;
	while (l->count < count) {
		err = attach_open(interfaces[l->count], programs, &l->attachments[l->count]);
		if (err)
			goto fail;
		log_info("interface %s: serving %s", interfaces[l->count], served);
		l->count++;
	}
	*ret_links = l;
	return 0;
fail:
	links_close(l);
	return err;
}

void links_close(struct links *l)
{
	if (!l)
		return;
	while (l->count > 0)
		attach_close(l->attachments[--l->count]);
	free(l->attachments);
	if (l->news)
		mnl_socket_close(l->news);
	free(l);
}

int links_fd(const struct links *l)
{
	return mnl_socket_get_fd(l->news);
}

/* What the news say does not matter, and some may be lost: the kernel is asked. */
void links_refresh(struct links *l)
{
	char buffer[8192];
	size_t kept = 0;

	while (mnl_socket_recvfrom(l->news, buffer, sizeof(buffer)) > 0 || errno == ENOBUFS ||
	       errno == EINTR)
		errno = 0;
	for (size_t i = 0; i < l->count; i++) {
		struct attachment *a = l->attachments[i];

		if (attach_is_alive(a)) {
			l->attachments[kept++] = a;
			continue;
		}
		log_warn("interface %s: is gone: no longer served", attach_name(a));
		attach_close(a);
	}
	l->count = kept;
}

size_t links_count(const struct links *l)
{
	return l->count;
}

const char *links_name(const struct links *l, size_t index)
{
	return attach_name(l->attachments[index]);
}
