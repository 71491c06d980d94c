// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit/auth.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

#define AUTH_VARIABLE "REVPROBE_AUTH"

/* RFC 7617, section 2: no colon in the name, no control character anywhere. */
static int auth_parse(const char *from, char *text, struct auth *ret_auth)
{
	char *colon = strchr(text, ':');

	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			colon = NULL;
	if (!colon || colon == text) {
		log_error("%s: is not one line NAME:PASSWORD", from);
		return -EINVAL;
	}
	memcpy(ret_auth->text, text, strlen(text) + 1);
	ret_auth->text[colon - text] = '\0';
	ret_auth->password = ret_auth->text + (colon - text) + 1;
	return 0;
}

static int auth_check_file(const char *path, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
		log_error("%s: is no file", path);
		return -EINVAL;
	}
	if (st.st_mode & (S_IRWXG | S_IRWXO)) {
		log_error("%s: others have access to it (mode %04o): chmod 600 %s", path,
			  (unsigned int)st.st_mode & 07777, path);
		return -EACCES;
	}
	if (geteuid() != 0 && st.st_uid != geteuid()) {
		log_error("%s: belongs to somebody else", path);
		return -EACCES;
	}
	return 0;
}

static ssize_t auth_read_all(int fd, char *text, size_t room)
{
	size_t len = 0;
	ssize_t got;

	do {
		got = read(fd, text + len, room - len);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got > 0)
			len += (size_t)got;
	} while (got != 0 && len < room);
	return (ssize_t)len;
}

int auth_read_file(const char *path, struct auth *ret_auth)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char text[AUTH_LEN_MAX];
	ssize_t len;
	int err;

	if (fd < 0) {
		err = -errno;
		log_error("%s: cannot open: %s", path, strerror(-err));
		return err;
	}
	err = auth_check_file(path, fd);
	if (err)
		goto out;
	len = auth_read_all(fd, text, sizeof(text));
	if (len < 0 || len == sizeof(text) || memchr(text, '\0', (size_t)len)) {
		err = len < 0 ? (int)len : -EINVAL;
		log_error("%s: %s", path,
			  len < 0 ? strerror(-err) : "is not one line NAME:PASSWORD");
		goto out;
	}
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	text[len] = '\0';
	err = auth_parse(path, text, ret_auth);
out:
	close(fd);
	sodium_memzero(text, sizeof(text));
	return err;
}

int auth_read_environment(struct auth *ret_auth)
{
	char *value = getenv(AUTH_VARIABLE);
	char text[AUTH_LEN_MAX];
	int err;

	memset(ret_auth, 0, sizeof(*ret_auth));
	ret_auth->password = ret_auth->text;
	if (!value)
		return 0;
	strncpy(text, value, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	if (strlen(value) >= sizeof(text)) {
		log_error(AUTH_VARIABLE ": is too long");
		err = -EINVAL;
	} else {
		err = auth_parse(AUTH_VARIABLE, text, ret_auth);
	}
	sodium_memzero(text, sizeof(text));
	sodium_memzero(value, strlen(value));
	unsetenv(AUTH_VARIABLE);
	return err;
}

void auth_fini(struct auth *auth)
{
	sodium_memzero(auth, sizeof(*auth));
}
