// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/line.h"
#include "base/log.h"
#include "base/text.h"

#define NAME_LEN 192 /* with a number and a reason it fits in a complaint */

struct file {
	struct target_source source;
	struct line_reader *reader;
	file_parse_line *parse;
	char name[NAME_LEN];
};

static struct file *file_of(struct target_source *source)
{
	return CONTAINER_OF(source, struct file, source);
}

static enum target_verdict complain(struct file *f, const char *reason)
{
	snprintf(f->source.complaint, sizeof(f->source.complaint), "%s:%zu: %s", f->name,
		 line_number(f->reader), reason);
	return TARGET_INVALID;
}

static enum target_verdict complain_failed(struct file *f)
{
	char reason[ENTRY_REASON_LEN];

	snprintf(reason, sizeof(reason), "cannot read: %s", strerror(line_error(f->reader)));
	return complain(f, reason);
}

static enum target_verdict file_next(struct target_source *source, struct target *ret_target)
{
	struct file *f = file_of(source);
	char reason[ENTRY_REASON_LEN], length[ENTRY_REASON_LEN];
	char *line;

	for (;;)
		switch (line_next(f->reader, &line)) {
		case LINE_OK:
			ret_target->name[0] = '\0';
			if (!f->parse(ret_target, line_number(f->reader), line, reason))
				return complain(f, reason);
			if (ret_target->name[0] != '\0')
				return TARGET_OK;
			break;
		case LINE_WAIT:
			return TARGET_WAIT;
		case LINE_END:
			return TARGET_END;
		case LINE_TOO_LONG:
			snprintf(length, sizeof(length), "longer than %d bytes", LINE_LEN_MAX);
			return complain(f, length);
		case LINE_HAS_NUL:
			return complain(f, "a NUL byte: not a text");
		case LINE_FAILED:
			return complain_failed(f);
		}
}

static int file_fd(const struct target_source *source)
{
	const struct file *f = (const struct file *)(const void *)source;

	return line_fd(f->reader);
}

static void file_close(struct target_source *source)
{
	struct file *f = file_of(source);

	line_close(f->reader);
	free(f);
}

static const struct target_source_ops file_ops = {
	.next = file_next,
	.fd = file_fd,
	.close = file_close,
};

int file_open(const char *kind, const char *path, file_parse_line *parse,
	      struct target_source **ret_source)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	char shown[NAME_LEN];
	struct file *f = calloc(1, sizeof(*f));
	int err = -ENOMEM;

	text_show(name, shown, sizeof(shown));
	if (!f)
		goto fail;
	f->source.ops = &file_ops;
	f->parse = parse;
	memcpy(f->name, shown, sizeof(shown));
	err = line_open(path, &f->reader);
	if (err)
		goto fail;
	*ret_source = &f->source;
	return 0;
fail:
	log_error("%s %s: cannot open: %s", kind, shown, strerror(-err));
	if (f)
		file_close(&f->source);
	return err;
}
