// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/attach.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "base/log.h"
#include "server-bpf/filters.h"
#include "server-bpf/lock.h"

/* Where deployed servers attach too; the handle tells our filter from theirs. */
#define ATTACH_PRIORITY 1
#define ATTACH_HANDLE	0xbeaf

struct attachment {
	char interface[IF_NAMESIZE];
	int ifindex;
	struct lock lock;
	bool made_hook;
	bool attached;
};

/* Which program suits the kind of interface (ARPHRD_...); -EOPNOTSUPP if none. */
static int attach_choose(const struct attachment *a, unsigned int kind,
			 const struct attach_programs *programs, int *ret_program)
{
	switch (kind) {
	case ARPHRD_ETHER:
		*ret_program = programs->ethernet;
		return 0;
	case ARPHRD_NONE: /* tun, WireGuard */
	case ARPHRD_PPP:
	case ARPHRD_RAWIP:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
		*ret_program = programs->plain;
		return 0;
	case ARPHRD_LOOPBACK:
		log_error("interface %s: only this host's own packets come there: nothing to serve",
			  a->interface);
		return -EOPNOTSUPP;
	default:
		log_error("interface %s: its packets have headers of an unknown kind (%u): "
			  "cannot serve it",
			  a->interface, kind);
		return -EOPNOTSUPP;
	}
}

static int attach_find_interface(struct attachment *a, const struct attach_programs *programs,
				 int *ret_program)
{
	struct ifreq request = { 0 };
	int fd;
	int err = 0;

	a->ifindex = (int)if_nametoindex(a->interface);
	if (!a->ifindex) {
		log_error("interface %s: no such interface", a->interface);
		return -ENODEV;
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	memcpy(request.ifr_name, a->interface, sizeof(a->interface));
	if (ioctl(fd, SIOCGIFHWADDR, &request))
		err = -errno;
	close(fd);
	if (err) {
		log_error("interface %s: cannot read its type: %s", a->interface, strerror(-err));
		return err;
	}
	return attach_choose(a, request.ifr_hwaddr.sa_family, programs, ret_program);
}

static int attach_lock(struct attachment *a)
{
	int err = lock_take(a->ifindex, &a->lock);

	if (err == -EBUSY)
		log_error("interface %s: another revprobe-server is running there", a->interface);
	return err;
}

static int attach_hook(struct attachment *a, int program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = a->ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, left, .handle = ATTACH_HANDLE, .priority = ATTACH_PRIORITY);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = ATTACH_HANDLE, .priority = ATTACH_PRIORITY,
		    .prog_fd = program, .flags = BPF_TC_F_REPLACE);
	int err = bpf_tc_hook_create(&hook);

	if (err && err != -EEXIST) {
		log_error("interface %s: cannot make the clsact qdisc: %s", a->interface,
			  strerror(-err));
		return err;
	}
	a->made_hook = !err;
	if (!a->made_hook && !bpf_tc_query(&hook, &left))
		log_info("interface %s: taking over the filter of a server that is gone",
			 a->interface);
	err = bpf_tc_attach(&hook, &filter);
	if (err) {
		log_error("interface %s: cannot attach at tc ingress, priority %d: %s",
			  a->interface, ATTACH_PRIORITY, strerror(-err));
		return err;
	}
	a->attached = true;
	return 0;
}

/* Knows the interface and which program is for it, and has nothing of it. */
static int attach_new(const char *interface, const struct attach_programs *programs,
		      int *ret_program, struct attachment **ret_attachment)
{
	struct attachment *a = calloc(1, sizeof(*a));
	size_t len = strlen(interface);
	int err;

	if (!a)
		return -ENOMEM;
	a->lock.fd = -1;
	if (len >= sizeof(a->interface)) {
		log_error("interface %s: no such interface", interface);
		err = -ENODEV;
		goto fail;
	}
	memcpy(a->interface, interface, len + 1);
	err = attach_find_interface(a, programs, ret_program);
	if (err)
		goto fail;
	*ret_attachment = a;
	return 0;
fail:
	attach_close(a);
	return err;
}

int attach_check(const char *interface)
{
	const struct attach_programs none = { -1, -1 };
	struct attachment *a;
	int program = -1;
	int err = attach_new(interface, &none, &program, &a);

	if (!err)
		attach_close(a);
	return err;
}

int attach_open(const char *interface, const struct attach_programs *programs,
		struct attachment **ret_attachment)
{
	struct attachment *a;
	int program = -1;
	int err = attach_new(interface, programs, &program, &a);

	if (err)
		return err;
	err = attach_lock(a);
	if (!err)
		err = attach_hook(a, program);
	if (err) {
		attach_close(a);
		return err;
	}
	*ret_attachment = a;
	return 0;
}

const char *attach_name(const struct attachment *a)
{
	return a->interface;
}

bool attach_is_alive(const struct attachment *a)
{
	char name[IF_NAMESIZE];

	return if_indextoname((unsigned int)a->ifindex, name) != NULL;
}

static void attach_release(struct attachment *a)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = a->ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = ATTACH_HANDLE, .priority = ATTACH_PRIORITY);
	int err = a->attached ? bpf_tc_detach(&hook, &filter) : 0;

	if (err && err != -ENODEV && err != -ENOENT)
		log_error("interface %s: cannot detach: %s", a->interface, strerror(-err));
	if (!a->made_hook || filters_count(a->ifindex) != 0)
		return;
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS; /* both: the whole qdisc */
	bpf_tc_hook_destroy(&hook);
}

void attach_close(struct attachment *a)
{
	if (!a)
		return;
	if ((a->attached || a->made_hook) && attach_is_alive(a))
		attach_release(a);
	lock_release(&a->lock);
	free(a);
}
