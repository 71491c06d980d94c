// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/access.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/line.h"
#include "base/log.h"
#include "base/text.h"

#define SHOWN_LEN 64 /* of a bad line, in a message */

static int access_add(struct access_prefixes *p, const struct prefix *prefix)
{
	/* Doubled whenever the count is a power of two: no capacity to keep. */
	if ((p->count & (p->count - 1)) == 0) {
		size_t capacity = p->count ? p->count * 2 : 1;
		struct prefix *items = reallocarray(p->items, capacity, sizeof(*items));

		if (!items)
			return -ENOMEM;
		p->items = items;
	}
	p->items[p->count++] = *prefix;
	return 0;
}

/* `text` is a line without comment and blanks.  Logs what is wrong with it. */
static int access_add_text(struct access_prefixes *p, const char *path, size_t number,
			   const char *text)
{
	char shown[SHOWN_LEN];
	struct prefix prefix;
	int err;

	if (p->count == ACCESS_PREFIXES_MAX) {
		log_error("%s:%zu: more than %d prefixes", path, number, ACCESS_PREFIXES_MAX);
		return -E2BIG;
	}
	err = prefix_from_text(text, &prefix);
	if (!err)
		return access_add(p, &prefix);
	text_show(text, shown, sizeof(shown));
	if (err == -EDOM)
		log_error("%s:%zu: '%s' has host bits set", path, number, shown);
	else
		log_error("%s:%zu: '%s' is neither an address nor a prefix", path, number, shown);
	return -EINVAL;
}

/* One turn of the reader; -ENODATA at the end. */
static int access_read_line(struct access_prefixes *p, const char *path, struct line_reader *reader)
{
	char *line;
	int err;

	switch (line_next(reader, &line)) {
	case LINE_OK:
		line[strcspn(line, "#")] = '\0';
		line = text_trim(line);
		return *line ? access_add_text(p, path, line_number(reader), line) : 0;
	case LINE_WAIT: /* a file is always ready, and others were refused */
	case LINE_END:
		return -ENODATA;
	case LINE_TOO_LONG:
		log_error("%s:%zu: longer than %d bytes", path, line_number(reader), LINE_LEN_MAX);
		return -EINVAL;
	case LINE_HAS_NUL:
		log_error("%s:%zu: a NUL byte: not a text", path, line_number(reader));
		return -EINVAL;
	case LINE_FAILED:
		err = -line_error(reader);
		log_error("%s: cannot read: %s", path, strerror(-err));
		return err;
	}
	return -ENODATA;
}

/* It is read again when a signal asks for it, and that must not wait for anybody. */
static int access_open(const char *path, struct line_reader **ret_reader)
{
	struct stat status;
	int err = 0;

	if (stat(path, &status))
		err = -errno;
	else if (!S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode))
		err = S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
	if (!err)
		err = line_open(path, ret_reader);
	if (err)
		log_error("%s: cannot read: %s", path,
			  err == -EINVAL ? "Not a file" : strerror(-err));
	return err;
}

int access_read(const char *path, struct access_prefixes *ret_prefixes)
{
	struct access_prefixes p = { 0 };
	struct line_reader *reader;
	int err = access_open(path, &reader);

	if (err)
		return err;
	while (!err)
		err = access_read_line(&p, path, reader);
	line_close(reader);
	if (err != -ENODATA) {
		access_free(&p);
		return err;
	}
	*ret_prefixes = p;
	return 0;
}

void access_free(struct access_prefixes *p)
{
	free(p->items);
	*p = (struct access_prefixes){ 0 };
}

/* Makes a trie of the prefixes.  Returns its fd, or -errno. */
static int access_build(const struct access_prefixes *p)
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
		struct access_prefixes p;
		int err;

		if (!paths[i])
			continue;
		err = access_read(paths[i], &p);
		if (err)
			return err;
		ret_fds[i] = access_build(&p);
		access_free(&p);
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
