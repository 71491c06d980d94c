// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/option_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/line.h"
#include "base/option_complain.h"
#include "base/text.h"

static struct {
	const char *path;
	const struct option_table *const *tables;
} shared;

/* Values are pointed to by the configuration until the process ends: kept here, so that
 * they are not taken for lost. */
struct kept_text {
	struct kept_text *before;
	char text[];
};
static struct kept_text *kept;

void option_file_use(const char *path, const struct option_table *const *tables)
{
	shared.path = path;
	shared.tables = tables;
}

static const char *text_keep(const char *text)
{
	size_t size = strlen(text) + 1;
	struct kept_text *copy = malloc(sizeof(*copy) + size);

	if (!copy)
		return NULL;
	copy->before = kept;
	kept = copy;
	return memcpy(copy->text, text, size);
}

static const struct option_desc *option_by_name(const struct option_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option_desc *o = &table->options[i];

		if (o->name ? strcmp(o->name, name) == 0
			    : o->letter == name[0] && name[0] && !name[1])
			return o;
	}
	return NULL;
}

static bool is_of_another(const char *name)
{
	for (size_t i = 0; shared.tables && shared.tables[i]; i++)
		if (option_by_name(shared.tables[i], name))
			return true;
	return false;
}

static bool is_for_the_command_line(const struct option_desc *o)
{
	return o->type == OPTION_HELP || o->type == OPTION_VERSION || o->type == OPTION_CONFIG;
}

struct file_line {
	const struct option_table *table;
	char where[160]; /* "FILE:3: " */
	char *name;
	char *value; /* NULL: none */
};

static enum option_outcome line_refuse(const struct file_line *line, const char *reason)
{
	char shown[64];

	fprintf(stderr, "%s: %s'%s' %s\n", line->table->program, line->where,
		text_show(line->name, shown, sizeof(shown)), reason);
	return OPTION_USAGE;
}

static enum option_outcome line_apply(const struct file_line *line, void *config, bool *given)
{
	const struct option_desc *o = option_by_name(line->table, line->name);
	const char *text = NULL;
	int err;

	if (!o)
		return is_of_another(line->name)
			       ? OPTION_OK
			       : line_refuse(line,
					     "is no option (their long names, without dashes)");
	if (is_for_the_command_line(o))
		return line_refuse(line, "goes on the command line only");
	if (o->metavar && !line->value)
		return line_refuse(line, "needs a value");
	if (!o->metavar && line->value)
		return line_refuse(line, "takes no value");
	if (line->value) {
		text = text_keep(line->value);
		if (!text)
			return line_refuse(line, "finds no memory");
	}
	err = option_store(o, text, config);
	if (err) {
		option_complain(line->table, line->where, o, text, err);
		return OPTION_USAGE;
	}
	given[o - line->table->options] = true;
	return OPTION_OK;
}

/* "name", "name = value", "name value". */
static void line_split(char *text, struct file_line *line)
{
	size_t len = strcspn(text, " \t=");
	char *rest = text + len;

	line->name = text;
	line->value = NULL;
	if (!*rest)
		return;
	rest += strspn(rest, " \t");
	if (*rest == '=')
		rest++;
	line->value = text_trim(rest);
	text[len] = '\0';
}

static enum option_outcome file_line(struct file_line *line, char *text, void *config, bool *given)
{
	text = text_trim(text);
	if (!*text || *text == '#')
		return OPTION_OK;
	line_split(text, line);
	return line_apply(line, config, given);
}

static enum option_outcome file_fail(const struct option_table *table, const char *where,
				     const char *reason)
{
	fprintf(stderr, "%s: %s%s\n", table->program, where, reason);
	return OPTION_USAGE;
}

static enum option_outcome file_read(const struct option_table *table, const char *path,
				     struct line_reader *reader, void *config, bool *given)
{
	struct file_line line = { .table = table };
	enum option_outcome outcome = OPTION_OK;
	char *text;

	while (outcome == OPTION_OK) {
		enum line_verdict verdict = line_next(reader, &text);

		snprintf(line.where, sizeof(line.where), "%s:%zu: ", path, line_number(reader));
		switch (verdict) {
		case LINE_OK:
			outcome = file_line(&line, text, config, given);
			break;
		case LINE_END:
			return OPTION_OK;
		case LINE_WAIT:
			outcome = file_fail(table, line.where, "not a file");
			break;
		case LINE_TOO_LONG:
			outcome = file_fail(table, line.where, "the line is too long");
			break;
		case LINE_HAS_NUL:
			outcome = file_fail(table, line.where, "a NUL byte: not a text");
			break;
		case LINE_FAILED:
			outcome = file_fail(table, line.where, strerror(line_error(reader)));
			break;
		}
	}
	return outcome;
}

enum option_outcome option_file_read(const struct option_table *table, const char *named,
				     void *config, bool *given)
{
	const char *path = named ? named : shared.path;
	struct line_reader *reader;
	enum option_outcome outcome;
	char where[160];
	int err;

	if (!path)
		return OPTION_OK;
	err = line_open(path, &reader);
	if (err == -ENOENT && !named)
		return OPTION_OK;
	if (err) {
		snprintf(where, sizeof(where), "%s: ", path);
		return file_fail(table, where, strerror(-err));
	}
	outcome = file_read(table, path, reader, config, given);
	line_close(reader);
	return outcome;
}
