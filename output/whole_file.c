// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory_text.h"
#include "output/fnv.h"

enum { TARGET_LEN_MAX = 160 }; /* leaves room for BASE in the 255 bytes of a file name */

static bool is_plain(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '-' || c == '.' || c == '_';
}

static void print_target(FILE *out, const char *target)
{
	int len = 0;

	fputc('-', out);
	for (const unsigned char *c = (const unsigned char *)target; *c; c++) {
		if (len >= TARGET_LEN_MAX) {
			/* No plain byte is a tilde. */
			fprintf(out, "~%016jx", (uintmax_t)fnv_text(FNV_START, target));
			return;
		}
		len += is_plain(*c) ? fprintf(out, "%c", *c) : fprintf(out, "%%%02x", *c);
	}
}

char *whole_file_name(const char *base, const char *target, const char *suffix)
{
	char *name = NULL;
	size_t len;
	FILE *out = open_memstream(&name, &len);

	if (!out)
		return NULL;
	fputs(base, out);
	if (target)
		print_target(out, target);
	fputs(suffix, out);
	return memory_text_end(out, &name) ? NULL : name;
}

int whole_file_check(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int err = 0;

	if (!folder)
		return -ENOMEM;
	if (access(folder, W_OK | X_OK) != 0)
		err = -errno;
	free(folder);
	return err;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t written = write(fd, text, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		len -= (size_t)written;
	}
	return 0;
}

/* What any new file would get: mkostemp() gives less. */
static int set_mode(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, 0666 & ~mask) == 0 ? 0 : -errno;
}

int whole_draft_open(const char *path, struct whole_draft *ret_draft)
{
	struct whole_draft draft = { .path = strdup(path) };
	int err;

	if (!draft.path || asprintf(&draft.name, "%s.XXXXXX", path) < 0) {
		free(draft.path);
		return -ENOMEM;
	}
	draft.fd = mkostemp(draft.name, O_CLOEXEC);
	if (draft.fd < 0) {
		err = -errno;
		free(draft.path);
		free(draft.name);
		return err;
	}
	*ret_draft = draft;
	return 0;
}

/* Its file is gone or has its name by now. */
static void draft_fini(struct whole_draft *draft)
{
	free(draft->path);
	free(draft->name);
	*draft = (struct whole_draft){ .fd = -1 };
}

int whole_draft_keep(struct whole_draft *draft)
{
	int err = set_mode(draft->fd);

	/* Some file systems tell of a full disk only now. */
	if (close(draft->fd) != 0 && !err)
		err = -errno;
	if (!err && rename(draft->name, draft->path) != 0)
		err = -errno;
	if (err)
		unlink(draft->name);
	draft_fini(draft);
	return err;
}

void whole_draft_drop(struct whole_draft *draft)
{
	close(draft->fd);
	unlink(draft->name);
	draft_fini(draft);
}

int whole_file_write(const char *path, const char *text, size_t len)
{
	struct whole_draft draft = { .fd = -1 };
	int err = whole_draft_open(path, &draft);

	if (draft.fd < 0)
		return err;
	err = write_all(draft.fd, text, len);
	if (!err)
		return whole_draft_keep(&draft);
	whole_draft_drop(&draft);
	return err;
}

int whole_files_init(struct whole_files *files, const char *base, bool has_one_target)
{
	int err;

	*files = (struct whole_files){ .base = strdup(base), .has_one_target = has_one_target };
	if (!files->base)
		return -ENOMEM;
	err = whole_file_check(base);
	return err ? whole_files_fail(files, base, err) : 0;
}

void whole_files_fini(struct whole_files *files)
{
	free(files->base);
	files->base = NULL;
}

int whole_files_fail(struct whole_files *files, const char *path, int err)
{
	files->err = err;
	log_error("%s: cannot write: %s", path, strerror(-err));
	return err;
}

char *whole_files_name(const struct whole_files *files, const char *target, const char *suffix)
{
	return whole_file_name(files->base, files->has_one_target ? NULL : target, suffix);
}
