// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

/* Runs at the same time that have no database of their own. */
#define SPOOL_FILES_MAX 64

/* The XDG base directory specification: what is not absolute does not count. */
static int spool_folder(char **ret_folder)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	char *folder = NULL;
	int len;

	if (state && state[0] == '/')
		len = asprintf(&folder, "%s/revprobe", state);
	else if (geteuid() == 0)
		len = asprintf(&folder, "/var/lib/revprobe");
	else if (home && home[0] == '/')
		len = asprintf(&folder, "%s/.local/state/revprobe", home);
	else {
		log_error("no place for measurements to wait: HOME is not set; use --db");
		return -ENOENT;
	}
	if (len < 0)
		return -ENOMEM;
	*ret_folder = folder;
	return 0;
}

/* With all folders above it. */
static int spool_make_folder(const char *folder)
{
	char *path = strdup(folder);
	int err = path ? 0 : -ENOMEM;

	for (char *slash = path; !err && slash;) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST) {
			err = -errno;
			log_error("%s: cannot make a folder: %s; use --db", path, strerror(-err));
		}
		if (slash)
			*slash = '/';
	}
	free(path);
	return err;
}

static char *spool_path(const char *folder, int number)
{
	char *path = NULL;

	if (asprintf(&path, "%s/spool-%d.db", folder, number) < 0)
		return NULL;
	return path;
}

/* 1: nobody writes to it; 0: somebody does; or -errno. */
static int spool_probe(const char *path, int flags)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	int result;

	if (fd < 0)
		return -errno;
	result = flock(fd, LOCK_EX | LOCK_NB) == 0 ? 1 : (errno == EWOULDBLOCK ? 0 : -errno);
	close(fd);
	return result;
}

int spool_choose(char **ret_path)
{
	char *folder = NULL, *path = NULL;
	int err = spool_folder(&folder);
	int is_free = 0;

	if (!err)
		err = spool_make_folder(folder);
	for (int i = 1; !err && is_free == 0 && i <= SPOOL_FILES_MAX; i++) {
		free(path);
		path = spool_path(folder, i);
		is_free = path ? spool_probe(path, O_CREAT) : -ENOMEM;
	}
	if (!err && is_free <= 0) {
		err = is_free ? is_free : -EBUSY;
		log_error("%s: no place for measurements to wait: %s; use --db", folder,
			  strerror(-err));
	}
	free(folder);
	if (err)
		free(path);
	else
		*ret_path = path;
	return err;
}

int spool_list(char ***ret_paths, size_t *ret_count)
{
	char **paths = calloc(SPOOL_FILES_MAX, sizeof(*paths));
	char *folder = NULL;
	size_t count = 0;
	int err = paths ? spool_folder(&folder) : -ENOMEM;

	for (int i = 1; !err && i <= SPOOL_FILES_MAX; i++) {
		char *path = spool_path(folder, i);

		if (path && spool_probe(path, 0) == 1)
			paths[count++] = path;
		else
			free(path);
	}
	free(folder);
	if (err) {
		free(paths);
		return err;
	}
	*ret_paths = paths;
	*ret_count = count;
	return 0;
}
