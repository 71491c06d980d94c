// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/option.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/option_complain.h"
#include "base/option_file.h"

/* getopt_long() returns the table's index plus this: clear of every letter. */
#define OPTION_VALUE_BASE 1000
#define OPTION_TABLE_MAX  96

static bool option_takes_argument(const struct option_desc *option)
{
	return option->metavar != NULL;
}

/* "--timeout" or "-n", for messages. */
static const char *option_spelled(const struct option_desc *option, char text[static 64])
{
	if (option->name)
		snprintf(text, 64, "--%s", option->name);
	else
		snprintf(text, 64, "-%c", option->letter);
	return text;
}

void option_complain(const struct option_table *table, const char *where,
		     const struct option_desc *option, const char *text, int err)
{
	char name[64];

	option_spelled(option, name);
	if (err == -ERANGE)
		fprintf(stderr, "%s: %s%s: '%s' is not between %.15g and %.15g\n", table->program,
			where, name, text, option->min, option->max);
	else if (err == -ENOSPC)
		fprintf(stderr, "%s: %s%s: given more than %d times\n", table->program, where, name,
			OPTION_LIST_MAX);
	else
		fprintf(stderr, "%s: %s%s: '%s' is not a valid %s\n", table->program, where, name,
			text, option->metavar);
}

/* Builds what getopt_long() wants from our table. */
static void option_to_getopt(const struct option_table *table, struct option *longs, char *letters)
{
	*letters++ = ':'; /* tell "argument missing" from "unknown option" */
	for (size_t i = 0; i < table->count; i++) {
		const struct option_desc *o = &table->options[i];
		int argument = option_takes_argument(o) ? required_argument : no_argument;

		if (o->type == OPTION_HELP)
			argument = optional_argument;
		if (o->name)
			*longs++ = (struct option){ o->name, argument, NULL,
						    OPTION_VALUE_BASE + (int)i };
		if (!o->letter)
			continue;
		*letters++ = o->letter;
		if (argument == required_argument)
			*letters++ = ':';
	}
	*longs = (struct option){ NULL, 0, NULL, 0 };
	*letters = '\0';
}

static const struct option_desc *option_by_value(const struct option_table *table, int value)
{
	if (value >= OPTION_VALUE_BASE)
		return &table->options[value - OPTION_VALUE_BASE];
	for (size_t i = 0; i < table->count; i++)
		if (table->options[i].letter == value)
			return &table->options[i];
	return NULL;
}

/* What getopt_long() refused, in one line. */
static enum option_outcome option_refused(const struct option_table *table, int what, char **argv)
{
	const char *program = table->program;
	const struct option_desc *o = optopt ? option_by_value(table, optopt) : NULL;
	char name[64];

	if (what == ':' && o)
		fprintf(stderr, "%s: %s needs an argument: %s\n", program, option_spelled(o, name),
			o->metavar);
	else if (o && optopt >= OPTION_VALUE_BASE)
		fprintf(stderr, "%s: %s takes no argument\n", program, option_spelled(o, name));
	else if (optopt && optopt < OPTION_VALUE_BASE && isprint(optopt))
		fprintf(stderr, "%s: unknown option '-%c' (try --help)\n", program, optopt);
	else
		fprintf(stderr, "%s: unknown or ambiguous option '%s' (try --help)\n", program,
			argv[optind - 1]);
	return OPTION_USAGE;
}

static enum option_outcome option_informs(const struct option_table *table,
					  const struct option_desc *o, const char *argument)
{
	if (o->type == OPTION_VERSION)
		printf("%s %s\n", table->program, table->version);
	else if (argument && strcmp(argument, "man") == 0)
		option_print_man(stdout, table);
	else if (argument && strcmp(argument, "table") == 0)
		option_print_table(stdout, table);
	else
		option_print_help(stdout, table);
	return OPTION_EXIT;
}

void option_store_presets(const struct option_table *table, void *config)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->options[i].preset &&
		    option_store(&table->options[i], table->options[i].preset, config))
			abort(); /* the table contradicts itself; a test feeds every preset */
}

/* One way through argv.  Only looks for --config if `ret_file` is not NULL. */
static enum option_outcome option_walk(const struct option_table *table, int argc, char **argv,
				       void *config, bool *given, const char **ret_file)
{
	struct option longs[OPTION_TABLE_MAX + 1];
	char letters[2 * OPTION_TABLE_MAX + 2];
	int value;

	option_to_getopt(table, longs, letters);
	optind = 0; /* glibc: start afresh, for tests that parse many times */
	opterr = 0;
	while ((value = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct option_desc *o;
		int err;

		if (value == '?' || value == ':')
			return option_refused(table, value, argv);
		o = option_by_value(table, value);
		if (o->type == OPTION_HELP || o->type == OPTION_VERSION)
			return option_informs(table, o, optarg);
		if (ret_file) {
			if (o->type == OPTION_CONFIG)
				*ret_file = optarg;
			continue;
		}
		err = option_store(o, optarg, config);
		if (err) {
			option_complain(table, "", o, optarg, err);
			return OPTION_USAGE;
		}
		given[o - table->options] = true;
	}
	return OPTION_OK;
}

enum option_outcome option_parse(const struct option_table *table, int argc, char **argv,
				 void *config, bool *given, int *ret_operand)
{
	enum option_outcome outcome;
	const char *file = NULL;

	if (table->count > OPTION_TABLE_MAX)
		abort();
	for (size_t i = 0; i < table->count; i++)
		given[i] = false;
	option_store_presets(table, config);
	outcome = option_walk(table, argc, argv, config, given, &file);
	if (outcome == OPTION_OK)
		outcome = option_file_read(table, file, config, given);
	if (outcome == OPTION_OK)
		outcome = option_walk(table, argc, argv, config, given, NULL);
	if (outcome == OPTION_OK)
		*ret_operand = optind;
	return outcome;
}

enum option_outcome option_refuse(const struct option_table *table, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", table->program);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs(" (try --help)\n", stderr);
	return OPTION_USAGE;
}

int option_exit_status(enum option_outcome outcome)
{
	return outcome == OPTION_EXIT ? 0 : 2;
}
