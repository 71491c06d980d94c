// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/prefix_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/line.h"
#include "base/log.h"
#include "base/text.h"

#define SHOWN_LEN 64 /* of a bad line, in a message */

static int set_add(struct prefix_set *s, const struct prefix *prefix)
{
	if (s->count == s->room) {
		size_t room = s->room ? 2 * s->room : 64;
		struct prefix *items = reallocarray(s->items, room, sizeof(*items));

		if (!items)
			return -ENOMEM;
		s->items = items;
		s->room = room;
	}
	s->items[s->count++] = *prefix;
	return 0;
}

/* `text` is a line without comment and blanks. */
static int set_add_text(struct prefix_set *s, const char *path, size_t number, const char *text)
{
	char shown[SHOWN_LEN];
	struct prefix prefix;
	int err = prefix_from_text(text, &prefix);

	if (!err) {
		err = set_add(s, &prefix);
		if (err)
			log_error("%s:%zu: %s", path, number, strerror(-err));
		return err;
	}
	text_show(text, shown, sizeof(shown));
	log_error("%s:%zu: '%s' %s", path, number, shown,
		  err == -EDOM ? "has host bits set" : "is neither an address nor a prefix");
	return -EINVAL;
}

/* -ENODATA at the end. */
static int set_read_line(struct prefix_set *s, const char *path, struct line_reader *reader)
{
	char *line;
	int err;

	switch (line_next(reader, &line)) {
	case LINE_OK:
		line[strcspn(line, "#")] = '\0';
		line = text_trim(line);
		return *line ? set_add_text(s, path, line_number(reader), line) : 0;
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

/* It may be read again when a signal asks for it, and that must not wait for anybody. */
static int set_open(const char *path, struct line_reader **ret_reader)
{
	struct stat status;
	int err = 0;

	if (stat(path, &status))
		err = -errno;
	else if (S_ISDIR(status.st_mode))
		err = -EISDIR;
	else if (!S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode))
		err = -EINVAL;
	if (!err)
		err = line_open(path, ret_reader);
	if (err)
		log_error("%s: cannot read: %s", path,
			  err == -EINVAL ? "Not a file" : strerror(-err));
	return err;
}

int prefix_set_read(struct prefix_set *s, const char *path)
{
	size_t before = s->count;
	struct line_reader *reader;
	int err = set_open(path, &reader);

	if (err)
		return err;
	while (!err)
		err = set_read_line(s, path, reader);
	line_close(reader);
	if (err == -ENODATA)
		return 0;
	s->count = before;
	return err;
}

/* ::/0 holds no IPv4 address, though those are within it as numbers. */
static bool is_v4(const struct prefix *p)
{
	return p->len >= 96 && addr_is_v4(&p->base);
}

static int compare(const void *left, const void *right)
{
	const struct prefix *a = left, *b = right;
	int order = is_v4(a) - is_v4(b);

	if (order == 0)
		order = memcmp(&a->base, &b->base, sizeof(a->base));
	return order ? order : a->len - b->len;
}

void prefix_set_close(struct prefix_set *s)
{
	size_t kept = 0;

	if (s->count > 0)
		qsort(s->items, s->count, sizeof(*s->items), compare);
	s->v6_count = 0;
	for (size_t i = 0; i < s->count; i++) {
		if (kept > 0 && prefix_holds(&s->items[kept - 1], &s->items[i].base))
			continue;
		s->v6_count += !is_v4(&s->items[i]);
		s->items[kept++] = s->items[i];
	}
	s->count = kept;
}

const struct prefix *prefix_set_find(const struct prefix_set *s, const struct addr *a)
{
	size_t low = addr_is_v4(a) ? s->v6_count : 0;
	size_t high = addr_is_v4(a) ? s->count : s->v6_count;
	const size_t first = low;

	/* The last one that does not begin behind the address. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(&s->items[middle].base, a, sizeof(*a)) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == first || !prefix_holds(&s->items[low - 1], a))
		return NULL;
	return &s->items[low - 1];
}

void prefix_set_clear(struct prefix_set *s)
{
	free(s->items);
	memset(s, 0, sizeof(*s));
}
