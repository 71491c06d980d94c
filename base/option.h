// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One table describes every option: getopt_long(3) parses by it, --help and
 * the man page are printed from it.  A default stands in the table only, and
 * is parsed like user input.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_type {
	OPTION_FLAG,	 /* bool: true when given */
	OPTION_U32,	 /* uint32_t */
	OPTION_U64,	 /* uint64_t, all of them: no bounds */
	OPTION_BITS,	 /* uint64_t bits a second; decimals, and K M G behind them */
	OPTION_SECONDS,	 /* uint64_t nanoseconds; decimals of a second */
	OPTION_FRACTION, /* double; decimals */
	OPTION_DURATION, /* uint64_t nanoseconds; a bare number is ns, or ns us ms s */
	OPTION_RATE,	 /* struct option_rate; PPS, PPS/BURST, 0 or off */
	OPTION_STRING,	 /* const char *, as in argv */
	OPTION_CHOICE,	 /* int: index in `choices` */
	OPTION_LIST,	 /* struct option_list: may be given many times */
	OPTION_HELP,	 /* prints help, or with =man the man page's OPTIONS, =table the table */
	OPTION_VERSION,
	OPTION_CONFIG, /* names the configuration file: base/option_file.h */
};

/* So many a second, and so many at once after a time of silence. */
struct option_rate {
	uint32_t pps;	/* 0: no limit */
	uint32_t burst; /* as many as in a second where only PPS is given */
};

#define OPTION_LIST_MAX 32

struct option_list {
	const char *items[OPTION_LIST_MAX];
	size_t count;
};

/* Returns 0, or -ENOSPC if it is full.  The text must stay valid. */
int option_list_add(struct option_list *list, const char *text);

struct option_desc {
	const char *name; /* the long one, without dashes; NULL: only the letter */
	char letter;	  /* 0: only the long one */
	enum option_type type;
	const char *metavar;	    /* NULL for what takes no argument */
	const char *preset;	    /* default, parsed like user input; NULL: none */
	const char *help;	    /* one sentence */
	const char *const *choices; /* OPTION_CHOICE: ends with NULL */
	size_t offset;		    /* of the field in the config structure */
	double min, max;	    /* numbers: inclusive, in the unit the user types */
};

/*
 * What every program has: --help, --version and --config, and --log with the levels of
 * base/log.h.  `log_level_offset` is of an int, an enum log_level; whoever uses it
 * includes that header.
 */
/* clang-format off */
#define OPTIONS_INFORM \
	{ .name = "help", .letter = 'h', .type = OPTION_HELP, \
	  .help = "Print this help." }, \
	{ .name = "config", .metavar = "FILE", .type = OPTION_CONFIG, \
	  .help = "Read options from that file, and from no other; \
they come before those that are typed." }, \
	{ .name = "version", .letter = 'V', .type = OPTION_VERSION, \
	  .help = "Print the version." }
#define OPTIONS_COMMON(log_level_offset) \
	{ .name = "log", .letter = 'l', .metavar = "LEVEL", .type = OPTION_CHOICE, \
	  .offset = (log_level_offset), .choices = log_level_names, .preset = "info", \
	  .help = "What to say on standard error: error, warning, info or debug." }, \
	OPTIONS_INFORM
/* clang-format on */

struct option_table {
	const char *program;
	const char *version;
	const char *synopsis; /* what follows the program's name in the usage line */
	const char *summary;  /* sentences printed under it */
	const struct option_desc *options;
	size_t count;
};

enum option_outcome {
	OPTION_OK,
	OPTION_EXIT,  /* help or version was printed: leave with 0 */
	OPTION_USAGE, /* one line was printed to stderr: leave with 2 */
};

/*
 * Fills `config` from the presets, the configuration file (base/option_file.h), and then
 * from argv.  `given[i]` (table->count
 * entries) tells whether the user named option i, there or here.  Operands are moved to
 * the end of argv; *ret_operand is the index of the first.
 */
enum option_outcome option_parse(const struct option_table *table, int argc, char **argv,
				 void *config, bool *given, int *ret_operand);

/* The presets alone. */
void option_store_presets(const struct option_table *table, void *config);

/*
 * Parses one value into its field.  Returns 0, -EINVAL if the text is no such
 * value, -ERANGE if it is out of bounds, -ENOSPC if a list is full.
 */
int option_store(const struct option_desc *option, const char *text, void *config);

/* Prints why the command line is refused, in one line that points to --help; returns
 * OPTION_USAGE. */
enum option_outcome option_refuse(const struct option_table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What a program leaves with whose outcome is not OPTION_OK. */
int option_exit_status(enum option_outcome outcome);

void option_print_help(FILE *out, const struct option_table *table);
/* For programs, a line an option: letter, long name, metavar, choices with commas between
 * them, help; tabs between these. */
void option_print_table(FILE *out, const struct option_table *table);
/* The items of an mdoc(7) list; see man/. */
void option_print_man(FILE *out, const struct option_table *table);
