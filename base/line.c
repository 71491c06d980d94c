// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_BUFFER 16384
_Static_assert(LINE_BUFFER > LINE_LEN_MAX + 2, "a line and its end fit in the buffer");

struct line_reader {
	int fd;
	bool owns_fd; /* standard input is somebody else's */
	int error;
	bool ended;
	bool skipping; /* inside a line that was reported as too long */
	size_t number;
	size_t start, end;	     /* bytes[start, end) are not yet taken */
	char bytes[LINE_BUFFER + 1]; /* room for a NUL behind a last line without LF */
};

int line_open(const char *path, struct line_reader **ret_reader)
{
	struct line_reader *r = malloc(sizeof(*r));

	if (!r)
		return -ENOMEM;
	memset(r, 0, offsetof(struct line_reader, bytes));
	r->owns_fd = strcmp(path, "-") != 0;
	r->fd = r->owns_fd ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : STDIN_FILENO;
	if (r->fd < 0) {
		int err = -errno;

		line_close(r);
		return err;
	}
	*ret_reader = r;
	return 0;
}

void line_close(struct line_reader *r)
{
	if (!r)
		return;
	if (r->owns_fd && r->fd >= 0)
		close(r->fd);
	free(r);
}

/* Moves what is left to the front and reads behind it, once. */
static enum line_verdict line_fill(struct line_reader *r)
{
	struct pollfd readable = { .fd = r->fd, .events = POLLIN };
	ssize_t got;
	int ready;

	memmove(r->bytes, r->bytes + r->start, r->end - r->start);
	r->end -= r->start;
	r->start = 0;
	do {
		ready = poll(&readable, 1, 0);
	} while (ready < 0 && errno == EINTR);
	if (ready <= 0)
		return LINE_WAIT;
	do {
		got = read(r->fd, r->bytes + r->end, LINE_BUFFER - r->end);
	} while (got < 0 && errno == EINTR);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return LINE_WAIT; /* we inherited it non-blocking, and somebody else was faster */
	if (got < 0) {
		r->error = errno;
		r->ended = true;
		r->end = 0;
		r->number++;
		return LINE_FAILED;
	}
	r->ended = got == 0;
	r->end += (size_t)got;
	return LINE_OK;
}

/* Drops what belongs to a line that was given up. */
static void line_skip(struct line_reader *r)
{
	const char *newline = memchr(r->bytes + r->start, '\n', r->end - r->start);

	r->start = newline ? (size_t)(newline + 1 - r->bytes) : r->end;
	r->skipping = !newline;
}

/* Takes what stands before `stop`, which is the place of an LF or the end of all. */
static enum line_verdict line_take(struct line_reader *r, const char *stop, char **ret_line)
{
	char *line = r->bytes + r->start;
	size_t len = (size_t)(stop - line);

	r->number++;
	r->start = (size_t)(stop - r->bytes);
	if (r->start < r->end)
		r->start++;
	if (len > 0 && line[len - 1] == '\r')
		len--;
	if (len > LINE_LEN_MAX)
		return LINE_TOO_LONG;
	if (memchr(line, '\0', len))
		return LINE_HAS_NUL;
	line[len] = '\0';
	*ret_line = line;
	return LINE_OK;
}

enum line_verdict line_next(struct line_reader *r, char **ret_line)
{
	for (;;) {
		enum line_verdict verdict;
		const char *newline;
		size_t left;

		if (r->skipping)
			line_skip(r);
		left = r->end - r->start;
		newline = memchr(r->bytes + r->start, '\n', left);
		if (newline)
			return line_take(r, newline, ret_line);
		if (left > LINE_LEN_MAX + 1) { /* more than a line and its CR */
			r->number++;
			r->skipping = true;
			return LINE_TOO_LONG;
		}
		if (r->ended && left > 0)
			return line_take(r, r->bytes + r->end, ret_line);
		if (r->ended)
			return LINE_END;
		verdict = line_fill(r);
		if (verdict != LINE_OK)
			return verdict;
	}
}

size_t line_number(const struct line_reader *r)
{
	return r->number;
}

int line_error(const struct line_reader *r)
{
	return r->error;
}

int line_fd(const struct line_reader *r)
{
	return r->fd;
}
