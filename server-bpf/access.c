// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/access.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/prefix_set.h"

/* Makes a trie of the prefixes.  Returns its fd, or -errno. */
static int access_build(const struct prefix_set *p)
{
	LIBBPF_OPTS(bpf_map_create_opts, create, .map_flags = BPF_F_NO_PREALLOC);
	uint32_t entries = p->count ? (uint32_t)p->count : 1;
	uint32_t there = 1;
	int fd = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "access_trie", sizeof(struct access_key),
				sizeof(there), entries, &create);

	if (fd < 0)
		return -errno;
	for (size_t i = 0; i < p->count; i++) {
		struct access_key key = {
			.len = 8u + p->items[i].len,
			.is_v4 = addr_is_v4(&p->items[i].base) && p->items[i].len >= 96,
			.addr = p->items[i].base,
		};

		if (bpf_map_update_elem(fd, &key, &there, BPF_ANY)) {
			int err = -errno;

			close(fd);
			return err;
		}
	}
	return fd;
}

/* Builds the tries of all files that are given; on failure none is left. */
static int access_build_all(const char *const paths[ACCESS_LIST_COUNT],
			    int ret_fds[ACCESS_LIST_COUNT])
{
	for (int i = 0; i < ACCESS_LIST_COUNT; i++) {
		struct prefix_set p = { 0 };
		int err;

		if (!paths[i])
			continue;
		err = prefix_set_read(&p, paths[i]);
		prefix_set_close(&p);
		if (!err && p.count > ACCESS_PREFIXES_MAX) {
			log_error("%s: more than %d prefixes", paths[i], ACCESS_PREFIXES_MAX);
			err = -E2BIG;
		}
		if (!err)
			ret_fds[i] = access_build(&p);
		prefix_set_clear(&p);
		if (err)
			return err;
		if (ret_fds[i] < 0) {
			log_error("%s: cannot make a map of it: %s", paths[i],
				  strerror(-ret_fds[i]));
			return ret_fds[i];
		}
	}
	return 0;
}

int access_reload(const struct access_maps *maps, const char *const paths[ACCESS_LIST_COUNT])
{
	uint32_t next = (*maps->generation + 1) % ACCESS_GENERATIONS;
	int fds[ACCESS_LIST_COUNT] = { -1, -1 };
	int err = access_build_all(paths, fds);

	for (uint32_t i = 0; !err && i < ACCESS_LIST_COUNT; i++) {
		uint32_t index = next * ACCESS_LIST_COUNT + i;

		if (fds[i] >= 0 && bpf_map_update_elem(maps->lists, &index, &fds[i], BPF_ANY)) {
			err = -errno;
			log_error("%s: cannot put it in force: %s", paths[i], strerror(-err));
		}
	}
	if (!err)
		__atomic_store_n(maps->generation, next, __ATOMIC_RELEASE);
	for (int i = 0; i < ACCESS_LIST_COUNT; i++)
		if (fds[i] >= 0)
			close(fds[i]); /* a trie in force is held by the map of tries */
	return err;
}
