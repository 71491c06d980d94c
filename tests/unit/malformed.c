// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/malformed.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 5, TEXT_MAX = 1 << 20 };

static char *read_file(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];
	char *text = calloc(1, TEXT_MAX);
	FILE *in;

	snprintf(path, sizeof(path), "%s/tests/study/malformed/%s", srcdir ? srcdir : ".", name);
	in = fopen(path, "rb");
	cr_assert(in && text, "%s", path);
	cr_assert_lt(fread(text, 1, TEXT_MAX - 1, in), TEXT_MAX - 1);
	fclose(in);
	return text;
}

/* %HH, and ~N~TEXT~. */
static size_t expand(const char *from, char *to)
{
	char *start = to;

	while (*from) {
		if (*from == '%') {
			char digits[3] = { from[1], from[2], '\0' };

			*to++ = (char)strtoul(digits, NULL, 16);
			from += 3;
		} else if (*from == '~') {
			char *text;
			unsigned long count = strtoul(from + 1, &text, 10);
			char *end = strchr(++text, '~');

			for (; count > 0; count--)
				to = mempcpy(to, text, (size_t)(end - text));
			from = end + 1;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return (size_t)(to - start);
}

static int number_of(const char *name)
{
	return strcmp(name, "EBADMSG") == 0  ? -EBADMSG
	       : strcmp(name, "EINVAL") == 0 ? -EINVAL
					     : -E2BIG;
}

static void build(struct malformed *row, char *const *columns, const char *base, size_t line)
{
	char *made = calloc(1, TEXT_MAX);
	size_t new_len = expand(columns[4], made);
	const char *at;

	row->err = number_of(columns[1]);
	row->reason = columns[2];
	if (!base) {
		row->text = made;
		row->len = new_len;
		return;
	}
	at = strstr(base, columns[3]);
	cr_assert(at, "line %zu: the base has no %s", line, columns[3]);
	cr_assert_null(strstr(at + 1, columns[3]), "line %zu: %s twice", line, columns[3]);
	row->text = calloc(1, TEXT_MAX);
	memcpy(row->text, base, (size_t)(at - base));
	memcpy(row->text + (at - base), made, new_len);
	strcpy(row->text + (at - base) + new_len, at + strlen(columns[3]));
	row->len = (size_t)(at - base) + new_len + strlen(at + strlen(columns[3]));
	free(made);
}

size_t malformed_each(void (*visit)(const struct malformed *row, size_t line))
{
	char *table = read_file("table.tsv"), *rest = table, *next;
	char *single = read_file("single.json"), *multi = read_file("multi.json");
	size_t count = 0;

	while ((next = strsep(&rest, "\n")) && rest) {
		char *columns[COLUMNS];
		struct malformed row;

		count++;
		for (size_t i = 0; i < COLUMNS; i++)
			cr_assert(columns[i] = strsep(&next, "\t"), "line %zu", count);
		build(&row, columns,
		      strcmp(columns[0], "single") == 0	 ? single
		      : strcmp(columns[0], "multi") == 0 ? multi
							 : NULL,
		      count);
		visit(&row, count);
		free(row.text);
	}
	free(table);
	free(single);
	free(multi);
	return count;
}
