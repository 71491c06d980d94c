// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum { BUFFER_LEN = 1 << 16 };

int stream_fail(struct stream *s, const char *act, int err)
{
	if (!s->err) {
		s->err = err;
		log_error("%s: cannot %s: %s", s->name, act, strerror(-err));
	}
	return s->err;
}

int stream_open(const char *path, struct stream *ret_stream)
{
	struct stream s = { .is_stdout = strcmp(path, "-") == 0 };
	int err;

	s.name = strdup(s.is_stdout ? "standard output" : path);
	if (!s.name)
		return -ENOMEM;
	s.out = s.is_stdout ? stdout : fopen(path, "we");
	if (!s.out) {
		err = stream_fail(&s, "open", -errno);
		free(s.name);
		return err;
	}
	if (!s.is_stdout)
		setvbuf(s.out, NULL, _IOFBF, BUFFER_LEN);
	*ret_stream = s;
	return 0;
}

int stream_check(struct stream *s)
{
	if (!s->err && ferror(s->out))
		return stream_fail(s, "write", errno ? -errno : -EIO);
	return s->err;
}

int stream_flush(struct stream *s)
{
	if (!s->err && fflush(s->out) != 0)
		return stream_fail(s, "write", -errno);
	return stream_check(s);
}

int stream_close(struct stream *s)
{
	if (!s->out)
		return s->err;
	stream_flush(s);
	if (!s->is_stdout && fclose(s->out) != 0)
		stream_fail(s, "write", -errno);
	s->out = NULL;
	free(s->name);
	return s->err;
}
